/** `agent undo`: reverts what an agent did and keeps it from doing it again. */
import { parseAutoMessage } from '../../agents/auto-message.ts';
import { setOwnRef, suggestRef } from '../../agents/delivery/own-refs.ts';
import { commitTree } from '../../git/commit.ts';
import { recentCommits, type HistoryCommit } from '../../git/history.ts';
import { mergeOnto } from '../../git/integrate.ts';
import { listRefs, resolveRef } from '../../git/refs.ts';
import type { Repository } from '../../git/repository.ts';
import { diffTrees, treeIdOf } from '../../git/tree.ts';
import { makeEvent, type UpkeepEvent } from '../../ledger/event.ts';
import { AGENT_IDS, type AgentId } from '../../ledger/outcome.ts';
import type { CommandContext } from '../command-context.ts';
import { checkedOutTip, deliverHere, withRunLock } from '../deliver-here.ts';
import { openHere, personalOrigin, type Here } from '../here.ts';
import { remember } from '../remember.ts';
import { plainLine, plainPath } from '../reporters/plain-text.ts';
import { UsageError } from '../usage-error.ts';
import { shortSha } from '../wording.ts';

const SEARCHED_COMMITS = 2_000;

interface AutoCommit extends HistoryCommit {
  readonly agent: AgentId;
  readonly runId: string;
}

/** 0 when it is undone, 4 when the branch could not take the revert. */
export async function undoCommand(target: string, flags: { readonly reason?: string }, context: CommandContext): Promise<number> {
  const here = await openHere(context);
  return withRunLock(here.repository, async () => {
    const tip = await checkedOutTip(here.repository);
    const onBranch = await commitsOf(here.repository, target, tip.sha);
    const waiting = await waitingOf(here.repository, target);
    if (onBranch.length === 0 && waiting.length === 0) {
      throw new UsageError(
        `${JSON.stringify(target)} is neither the id of a run nor a commit of an agent on ${tip.branch}; agent log shows what there is`,
      );
    }
    return undo({ here, tip, onBranch, waiting, reason: flags.reason ?? null, context });
  });
}

interface Undoing {
  readonly here: Here;
  readonly tip: { readonly branch: string; readonly sha: string };
  /** Newest first. */
  readonly onBranch: readonly AutoCommit[];
  readonly waiting: readonly AutoCommit[];
  readonly reason: string | null;
  readonly context: CommandContext;
}

async function undo({ here, tip, onBranch, waiting, reason, context }: Undoing): Promise<number> {
  const { repository } = here;
  const { out, err } = context.output;
  let to = tip.sha;
  for (const commit of onBranch) {
    const reverted = await revertOnto(repository, commit, { tip: to, reason });
    if (!reverted.ok) {
      err(
        `${shortSha(commit.sha)} cannot be taken back by itself: later commits changed the same lines of ${reverted.conflicts.map(plainPath).join(', ')}\n  take it back by hand: git revert ${shortSha(commit.sha)}\n`,
      );
      return 4;
    }
    to = reverted.sha;
  }
  const refusal = await deliverHere(repository, tip, to);
  if (refusal !== null) {
    err(`${plainLine(tip.branch)} was left where it is: ${plainLine(refusal.reason)}\n  ${plainLine(refusal.advice)}\n`);
    return 4;
  }
  const all = [...waiting, ...onBranch];
  const events = await Promise.all(all.map((commit) => undoneEvent(commit, { here, branch: tip.branch, reason, context })));
  await remember(here, events, { shared: false });
  for (const { agent } of waiting) await setOwnRef(repository, suggestRef(agent), null);
  const isNew = to !== tip.sha || waiting.length > 0;
  for (const commit of all) {
    const what = isNew ? 'is undone' : 'was undone before, and nothing of it is left to take back';
    out(`${commit.agent}: ${shortSha(commit.sha)} ${plainLine(commit.subject)} ${what}; it is not done again\n`);
  }
  if (to !== tip.sha) out(`${plainLine(tip.branch)} moved: ${shortSha(tip.sha)} → ${shortSha(to)}\n`);
  return 0;
}

/** Puts the inverse of a commit on a tip: the parent's tree as a child of the commit is a change like any other. */
async function revertOnto(
  repository: Repository,
  commit: HistoryCommit,
  ask: { tip: string; reason: string | null },
): ReturnType<typeof mergeOnto> {
  const [parent] = commit.parents;
  if (parent === undefined) throw new UsageError(`${shortSha(commit.sha)} is the first commit: there is nothing before it`);
  const subject = `revert: ${commit.subject}`;
  const why = ask.reason === null ? '' : `${ask.reason}\n\n`;
  const message = `${subject.length > 100 ? `${subject.slice(0, 99)}…` : subject}\n\n${why}This reverts commit ${commit.sha}.\n`;
  const inverse = await commitTree({
    repository,
    tree: await treeIdOf(repository, parent),
    parents: [commit.sha],
    message,
    date: new Date(),
  });
  return mergeOnto({ repository, tip: ask.tip, commit: inverse, message });
}

async function undoneEvent(
  commit: AutoCommit,
  ask: { here: Here; branch: string; reason: string | null; context: CommandContext },
): Promise<UpkeepEvent> {
  const { here, branch, reason, context } = ask;
  const changes = await diffTrees(here.repository, commit.parents[0] ?? commit.sha, commit.sha);
  const frozenBlobs = Object.fromEntries(changes.flatMap(({ path, newOid }) => (newOid === null ? [] : [[path, newOid]])));
  const records = Object.values(here.state.agents).flatMap((agent) =>
    agent.keys.filter((record) => record.commit === commit.sha || record.runId === commit.runId),
  );
  return makeEvent(
    'delivery:undone',
    {
      agentId: commit.agent,
      jobId: commit.runId,
      runId: commit.runId,
      branch,
      status: 'undone',
      mode: 'local',
      commits: [commit.sha],
      ref: `refs/heads/${branch}`,
      reason,
      frozenKeys: [...new Set(records.map((record) => record.key))],
      frozenBlobs,
    },
    personalOrigin(context),
  );
}

/** The commits of agents on the branch that the target names: one by its id, or all of a run. */
async function commitsOf(repository: Repository, target: string, tip: string): Promise<AutoCommit[]> {
  const commits = (await recentCommits(repository, tip, SEARCHED_COMMITS)).flatMap(asAutoCommit);
  const ofRun = commits.filter((commit) => isRun(commit, target));
  if (ofRun.length > 0) return ofRun;
  const sha = /^[0-9a-f]{4,64}$/i.test(target) || !target.startsWith('-') ? await resolveRef(repository, target) : null;
  const named = commits.filter((commit) => commit.sha === sha);
  if (sha !== null && named.length === 0 && (await isPersons(repository, sha, tip))) {
    throw new UsageError(`${shortSha(sha)} was made by a person, not by an agent: git revert ${shortSha(sha)}`);
  }
  return named;
}

async function isPersons(repository: Repository, sha: string, tip: string): Promise<boolean> {
  const found = (await recentCommits(repository, tip, SEARCHED_COMMITS)).find((commit) => commit.sha === sha);
  return found !== undefined && parseAutoMessage(found.message) === null;
}

/** Commits that wait for `agent accept` and that the target names. */
async function waitingOf(repository: Repository, target: string): Promise<AutoCommit[]> {
  const refs = await listRefs(repository, 'refs/upkeep/suggest');
  const found: AutoCommit[] = [];
  for (const agent of AGENT_IDS) {
    const sha = refs.get(suggestRef(agent));
    if (sha === undefined) continue;
    const [commit] = (await recentCommits(repository, sha, 1)).flatMap(asAutoCommit);
    const isNamed = /^[0-9a-f]{4,64}$/.test(target) && sha.startsWith(target);
    if (commit !== undefined && (isNamed || isRun(commit, target))) found.push(commit);
  }
  return found;
}

function asAutoCommit(commit: HistoryCommit): AutoCommit[] {
  const auto = parseAutoMessage(`${commit.message}\n`);
  return auto === null ? [] : [{ ...commit, agent: auto.agent, runId: auto.runId }];
}

/** A run by its whole id, or by enough of its beginning to be meant. */
function isRun(commit: AutoCommit, target: string): boolean {
  return target.length >= 8 && commit.runId.startsWith(target.toLowerCase());
}
