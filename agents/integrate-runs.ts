/** Puts the commits of several agents on one branch, in order of priority, and lets only what makes nothing worse stay. */
import { mergeOnto } from '../git/integrate.ts';
import type { Priority } from '../ledger/outcome.ts';
import { PRIORITIES } from '../ledger/outcome.ts';
import { regressionsOf, stepBetween } from './regress.ts';
import { runAgent } from './run-agent.ts';
import type { AgentWork, Workshop } from './run-agent.ts';

/** One agent's commit as it stands on the branch. */
export interface Placed {
  readonly work: AgentWork;
  readonly sha: string;
}

export interface Integration {
  /** Tip of the branch that it was made for. */
  readonly from: string;
  /** `from` when nothing was placed. */
  readonly to: string;
  /** In the order in which they stand on the branch. */
  readonly placed: readonly Placed[];
  /** All works, those that ran again in their newest form. */
  readonly works: readonly AgentWork[];
}

/** Places every commit on `tip`; an agent whose commit conflicts or makes things worse runs again on what the others made. */
export async function integrateRuns(works: readonly AgentWork[], tip: string, workshop: Workshop): Promise<Integration> {
  const ordered = [...works].sort((a, b) => rank(b.request.agent.priority) - rank(a.request.agent.priority));
  let current = await placeAll(ordered, tip, workshop);
  // Each turn takes one commit out or ends, so this ends.
  while (await mustBeChecked(current, works, workshop)) {
    const { inspector, context } = workshop;
    const worse = await regressionsOf(await stepBetween(current.from, current.to, { inspector, context }), inspector);
    const first = worse[0];
    const last = current.placed.at(-1);
    if (first === undefined || last === undefined) break;
    current = await runAgainAtEnd(current, last, { workshop, why: `${first.check} reported ${first.message} once all commits were together` });
  }
  return current;
}

async function placeAll(ordered: readonly AgentWork[], tip: string, workshop: Workshop): Promise<Integration> {
  let integration: Integration = { from: tip, to: tip, placed: [], works: ordered };
  for (const work of ordered) {
    if (work.commit === null) continue;
    const merged = await mergeOnto({ repository: workshop.context.repository, tip: integration.to, commit: work.commit.sha });
    if (merged.ok) {
      if (merged.sha !== integration.to) integration = { ...integration, to: merged.sha, placed: [...integration.placed, { work, sha: merged.sha }] };
      continue;
    }
    // Text is never merged: the agent looks at the new tree and repairs that.
    integration = await placeAgain(integration, work, { workshop, note: `ran again on the merged tree: its change met another one in ${merged.conflicts.join(', ')}` });
  }
  return integration;
}

/** Runs the agent once more on the current tip and places what it makes there. */
async function placeAgain(integration: Integration, work: AgentWork, ask: { workshop: Workshop; note: string }): Promise<Integration> {
  const again = await runAgent({ ...work.request, base: integration.to, pending: null }, ask.workshop);
  const renewed: AgentWork = { ...again, notes: [...work.notes, ask.note, ...again.notes], durationMs: work.durationMs + again.durationMs };
  const works = integration.works.map((other) => (other.request.agent.id === work.request.agent.id ? renewed : other));
  if (again.commit === null) return { ...integration, works };
  return { ...integration, works, to: again.commit.sha, placed: [...integration.placed, { work: renewed, sha: again.commit.sha }] };
}

/**
 * Takes the commit of lowest priority out. Its agent runs again on the rest when the rest is what made the difference;
 * its second commit has been compared with that tree by runAgent itself.
 */
async function runAgainAtEnd(integration: Integration, last: Placed, ask: { workshop: Workshop; why: string }): Promise<Integration> {
  const placed = integration.placed.slice(0, -1);
  const to = placed.at(-1)?.sha ?? integration.from;
  const without: Integration = { ...integration, placed, to };
  const ranAlready = last.work.notes.some((note) => note.startsWith(TAKEN_OUT));
  if (ranAlready) {
    const dropped: AgentWork = { ...last.work, commit: null, notes: [...last.work.notes, `its commit was left out: ${ask.why}`] };
    return { ...without, works: without.works.map((work) => (work.request.agent.id === dropped.request.agent.id ? dropped : work)) };
  }
  return placeAgain(without, last.work, { workshop: ask.workshop, note: `${TAKEN_OUT}: ${ask.why}` });
}

const TAKEN_OUT = 'its first commit was taken out';

/** One commit on the very base it was made from was compared already when it was made. */
async function mustBeChecked(integration: Integration, works: readonly AgentWork[], workshop: Workshop): Promise<boolean> {
  if (integration.placed.length === 0) return false;
  if (integration.placed.length > 1) return true;
  const only = works.find((work) => work.commit !== null);
  if (only === undefined || only.request.base === integration.from) return false;
  const { inspector, context } = workshop;
  const moved = await stepBetween(only.request.base, integration.from, { inspector, context });
  return moved.changes.length > 0;
}

function rank(priority: Priority): number {
  return PRIORITIES.indexOf(priority);
}
