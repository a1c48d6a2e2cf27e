/** One agent's proposal: its branch on the remote, and the pull request for it. */
import { changeId } from '../../git/branch-commits.ts';
import { push } from '../../git/push.ts';
import type { RemoteAuth } from '../../git/remote-access.ts';
import type { Repository } from '../../git/repository.ts';
import type { AgentId } from '../../ledger/outcome.ts';
import type { Placed } from '../integrate-runs.ts';
import type { AgentRunReport, ProposalReport } from '../run-report.ts';
import { ownerOf } from './proposal-branch.ts';
import type { Sign } from './sign-commits.ts';
import type { PortAnswer, Proposal, ProposalFacts, ProposalPort } from './proposal-port.ts';

/** Where one agent's proposal lives. */
export interface ProposalPlace {
  readonly repository: Repository;
  readonly port: ProposalPort;
  readonly remote: string;
  readonly auth: RemoteAuth | undefined;
  /** Short name of the branch that it is for. */
  readonly target: string;
  /** Commit of that branch. */
  readonly tip: string;
  readonly agent: AgentId;
  /** Short name of the agent's branch, and where it is; null when the remote has none. */
  readonly branch: string;
  readonly at: string | null;
  readonly proposedBefore: ReadonlySet<string>;
  readonly sign: Sign | null;
  /** Stands in for git in a rehearsal. */
  readonly push?: typeof push;
}

/** What is said of a proposal that is withdrawn after a run. */
export const NOT_NEEDED = 'the last run had nothing to change any more';

/** Brings branch and pull request to the placed commit. Nothing that a person made is touched, and what is so already is left. */
export async function propose(place: ProposalPlace, placed: Placed, report: AgentRunReport): Promise<ProposalReport> {
  const { repository, port, auth, branch, at, tip } = place;
  const facts = await factsOf(place, placed, report);
  const found = await port.find({ head: branch, target: place.target });
  if (!found.ok) return ended(place, notDone(found));
  const known = found.value;
  if (known !== null && isDeclined(known, facts)) {
    const why = `#${known.number} was closed without merging, so the same change is not proposed again`;
    return ended(place, { ...linkTo(known), state: 'declined', notes: [why] });
  }
  const owner = at === null ? 'ours' : await ownerOf({ ...place, sha: at, target: tip });
  if (owner === 'unknown') return ended(place, { state: 'waiting', notes: [`${branch} could not be looked at on ${place.remote}`] });
  if (owner === 'shared') return ended(place, { ...linkTo(known), state: 'taken-over', notes: [takenOver(branch)] });
  if (at !== null && known?.state === 'open' && known.sha === at && isSameProposal(known, facts)) {
    return ended(place, { ...linkTo(known), state: 'unchanged', commit: at });
  }
  const [signed] = (await place.sign?.({ base: tip, placed: [placed] }))?.placed ?? [];
  const sha = signed?.sha ?? placed.sha;
  const pushed = await (place.push ?? push)({
    repository,
    remote: place.remote,
    auth,
    updates: [{ sha, ref: refOf(branch), expected: at }],
  });
  if (!pushed.ok) return ended(place, notPushed(pushed, place));
  const answer = await port.propose({ ...facts, sha }, known);
  if (!answer.ok) {
    const { state, notes, advice } = notDone(answer);
    return ended(place, { ...linkTo(known), state, notes: [`${branch} is on ${place.remote}`, ...notes], advice });
  }
  const { number, url, what, notes } = answer.value;
  return ended(place, { state: what, commit: sha, number, url, notes });
}

/** Closes the pull request of an agent that has nothing to change any more, and deletes its branch, unless a person works on it. */
export async function withdraw(place: ProposalPlace & { readonly at: string }, why: string): Promise<ProposalReport> {
  const { repository, port, auth, branch, at, remote } = place;
  const owner = await ownerOf({ ...place, sha: at, target: place.tip });
  if (owner === 'unknown') return ended(place, { state: 'waiting', notes: [`${branch} could not be looked at on ${remote}`] });
  if (owner === 'shared') return ended(place, { state: 'taken-over', notes: [takenOver(branch)] });
  const found = await port.find({ head: branch, target: place.target });
  if (!found.ok) return ended(place, notDone(found));
  const known = found.value;
  if (known?.state === 'open') {
    const closed = await port.withdraw(known, why);
    if (!closed.ok) return ended(place, { ...notDone(closed), ...linkTo(known) });
  }
  const deleted = await (place.push ?? push)({ repository, remote, auth, updates: [{ sha: null, ref: refOf(branch), expected: at }] });
  const notes = [known?.state === 'merged' ? `#${known.number} was merged` : why];
  if (!deleted.ok) notes.push(`${branch} could not be deleted: ${deleted.advice}`);
  return ended(place, { ...linkTo(known), state: 'closed', notes });
}

export function refOf(branch: string): string {
  return `refs/heads/${branch}`;
}

/** A person said no to exactly this change. */
function isDeclined({ state, isWithdrawn, last }: Proposal, { change }: ProposalFacts): boolean {
  return state === 'closed' && !isWithdrawn && last?.change === change;
}

function isSameProposal({ last }: Proposal, { base, change }: ProposalFacts): boolean {
  return last?.base === base && last.change === change;
}

async function factsOf(place: ProposalPlace, placed: Placed, report: AgentRunReport): Promise<ProposalFacts> {
  const { repository, tip } = place;
  const { request, commit } = placed.work;
  const findings = report.checks.flatMap(({ check, findings: found }) => found.map((finding) => ({ ...finding, check })));
  return {
    agent: place.agent,
    head: place.branch,
    target: place.target,
    sha: placed.sha,
    base: tip,
    change: await changeId(repository, tip, placed.sha),
    subject: commit?.subject ?? '',
    runId: request.runId,
    files: commit?.changes.map(({ path }) => path) ?? [],
    fixed: findings.filter(({ fixed }) => fixed),
    left: findings.filter(({ fixed }) => !fixed),
    notes: report.notes,
  };
}

function notDone(answer: Extract<PortAnswer<never>, { ok: false }>): Pick<ProposalReport, 'state' | 'notes' | 'advice'> {
  return { state: answer.isTransient ? 'waiting' : 'refused', notes: [answer.reason], advice: answer.advice };
}

function notPushed(
  pushed: Extract<Awaited<ReturnType<typeof push>>, { ok: false }>,
  { branch, remote }: ProposalPlace,
): Pick<ProposalReport, 'state' | 'notes' | 'advice'> {
  if (pushed.reason === 'moved' || pushed.reason === 'locked') {
    return { state: 'waiting', notes: [`${branch} was moved by somebody else at the same time`], advice: 'the next run looks again' };
  }
  const said = pushed.said.length === 0 ? '' : ` (${pushed.said.join(' ')})`;
  const isAway = ['unreachable', 'timeout', 'silent', 'cancelled'].includes(pushed.reason);
  return {
    state: isAway ? 'waiting' : 'refused',
    notes: [`${remote} did not take ${branch}: ${pushed.reason}${said}`],
    advice: pushed.advice,
  };
}

function takenOver(branch: string): string {
  return `${branch} has commits of a person, so it is left as it is`;
}

function linkTo(known: Proposal | null): Pick<ProposalReport, 'number' | 'url'> {
  return { number: known?.number ?? null, url: known?.url ?? null };
}

function ended(place: ProposalPlace, end: Pick<ProposalReport, 'state'> & Partial<ProposalReport>): ProposalReport {
  return { agent: place.agent, branch: place.branch, commit: null, number: null, url: null, notes: [], advice: null, ...end };
}
