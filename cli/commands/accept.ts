/** `agent accept`: puts commits that wait under refs/upkeep/suggest on the checked-out branch. */
import { catalog } from '../../agents/catalog.ts';
import { setOwnRef, suggestRef } from '../../agents/delivery/own-refs.ts';
import { isAncestor } from '../../git/ancestry.ts';
import { mergeOnto } from '../../git/integrate.ts';
import { listRefs } from '../../git/refs.ts';
import { makeEvent, uuidv7 } from '../../ledger/event.ts';
import { PRIORITIES, type AgentId } from '../../ledger/outcome.ts';
import type { CommandContext } from '../command-context.ts';
import { checkedOutTip, deliverHere, withRunLock } from '../deliver-here.ts';
import { agentsNamed, openHere, personalOrigin, type Here } from '../here.ts';
import { remember } from '../remember.ts';
import { plainLine, plainPath } from '../reporters/plain-text.ts';
import { count, shortSha } from '../wording.ts';

interface Waiting {
  readonly agent: AgentId;
  readonly sha: string;
}

/** 0 when all were taken, 4 when some are still waiting. */
export async function acceptCommand(names: readonly string[], context: CommandContext): Promise<number> {
  const asked = agentsNamed(names);
  const here = await openHere(context);
  const { out } = context.output;
  return withRunLock(here.repository, async () => {
    const waiting = (await waitingCommits(here)).filter(({ agent }) => asked.includes(agent));
    if (waiting.length === 0) {
      out('no commit waits\n');
      return 0;
    }
    return take(waiting, here, context);
  });
}

async function take(waiting: readonly Waiting[], here: Here, context: CommandContext): Promise<number> {
  const { repository } = here;
  const { out, err } = context.output;
  const tip = await checkedOutTip(repository);
  const taken: Waiting[] = [];
  const needless = new Set<AgentId>();
  const placed: string[] = [];
  let to = tip.sha;
  for (const one of waiting) {
    const merged = await mergeOnto({ repository, tip: to, commit: one.sha });
    if (!merged.ok) {
      err(
        `${one.agent}: ${shortSha(one.sha)} conflicts with ${plainLine(tip.branch)} in ${merged.conflicts.map(plainPath).join(', ')}: agent run ${one.agent} makes it anew\n`,
      );
      continue;
    }
    taken.push(one);
    if (merged.empty) needless.add(one.agent);
    else placed.push(merged.sha);
    to = merged.sha;
  }
  const refusal = await deliverHere(repository, tip, to);
  if (refusal !== null) {
    err(`${plainLine(tip.branch)} was left where it is: ${plainLine(refusal.reason)}\n  ${plainLine(refusal.advice)}\n`);
    return 4;
  }
  if (taken.length > 0) await remember(here, [deliveredEvent(taken, { branch: tip.branch, placed }, context)], { shared: false });
  // After that: a ref that cannot be removed now is nothing to accept next time, but what is not remembered is lost.
  for (const { agent } of taken) await setOwnRef(repository, suggestRef(agent), null);
  for (const { agent, sha } of taken) {
    const branch = plainLine(tip.branch);
    if (!needless.has(agent)) out(`${agent}: ${shortSha(sha)} is on ${branch}\n`);
    else if (await isAncestor(repository, sha, tip.sha)) out(`${agent}: nothing to accept: ${shortSha(sha)} is already in ${branch}\n`);
    else out(`${agent}: nothing to accept: what ${shortSha(sha)} changes is already in ${branch}\n`);
  }
  if (placed.length > 0)
    out(`${plainLine(tip.branch)} moved by ${count(placed.length, 'commit')}: ${shortSha(tip.sha)} → ${shortSha(to)}\n`);
  return taken.length === waiting.length ? 0 : 4;
}

/** In the order in which runs deliver: the most important first. */
async function waitingCommits(here: Here): Promise<Waiting[]> {
  const refs = await listRefs(here.repository, 'refs/upkeep/suggest');
  return [...catalog]
    .sort((a, b) => PRIORITIES.indexOf(b.priority) - PRIORITIES.indexOf(a.priority))
    .flatMap(({ id }) => {
      const sha = refs.get(suggestRef(id));
      return sha === undefined ? [] : [{ agent: id, sha }];
    });
}

/** The commits as they were made, so that the ledger knows their keys, and as they were placed. */
function deliveredEvent(
  taken: readonly Waiting[],
  moved: { branch: string; placed: readonly string[] },
  context: CommandContext,
): ReturnType<typeof makeEvent<'delivery:pushed'>> {
  const id = uuidv7(new Date());
  const commits = [...new Set([...taken.map(({ sha }) => sha), ...moved.placed])];
  const ref = `refs/heads/${moved.branch}`;
  return makeEvent(
    'delivery:pushed',
    { agentId: null, jobId: id, runId: id, branch: moved.branch, status: 'delivered', mode: 'local', commits, ref, reason: 'accepted' },
    personalOrigin(context),
  );
}
