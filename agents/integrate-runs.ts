/** Puts the commits of several agents on one branch, in order of priority, and lets only what makes nothing worse stay. */
import { mergeOnto } from '../git/integrate.ts';
import type { Priority } from '../ledger/outcome.ts';
import { PRIORITIES } from '../ledger/outcome.ts';
import { regressionsOf, stepBetween } from './regress.ts';
import { runAgent } from './run-agent.ts';
import type { AgentWork, Workshop } from './run-agent.ts';
import type { Regression } from './worse.ts';

/** One agent's commit as it stands on the branch. */
export interface Placed {
  readonly work: AgentWork;
  readonly sha: string;
}

export interface Integration {
  /** Tip of the branch that it was made for. */
  readonly from: string;
  /** `from` when nothing was placed, or each commit stands by itself. */
  readonly to: string;
  /** Whether each commit stands on `from` by itself, instead of one on the other. */
  readonly isApart?: true;
  /** In the order in which they stand on the branch. */
  readonly placed: readonly Placed[];
  /** All works, those that ran again in their newest form. */
  readonly works: readonly AgentWork[];
  /** Whether `from` lacks the commit that was checked: what is seen there tells nothing about what was checked. */
  readonly isAside: boolean;
  /** Works whose commit cannot stand on a branch that lacks the checked commit: it waits until the branch has it. */
  readonly waiting: readonly AgentWork[];
}

/** The tip of the branch that takes the commits. */
export interface BranchTip {
  readonly sha: string;
  /** Whether it lacks the checked commit, as a remote does whose clone has commits that are not pushed. */
  readonly isAside: boolean;
}

/**
 * The commit on which an agent's work is seen: the branch with everybody's commits, or the one with only its own; on a branch that lacks
 * what was checked it is the checked commit with the agent's own.
 */
export function headOf(integration: Integration, work: AgentWork): string {
  if (integration.isAside) return ownHeadOf(work);
  if (integration.isApart !== true) return integration.to;
  return integration.placed.find((placed) => placed.work === work)?.sha ?? integration.to;
}

/** What the agent checked, with its own commit on it. */
export function ownHeadOf(work: AgentWork): string {
  return work.commit?.sha ?? work.request.base;
}

/** Highest priority first. */
export function inPriority(works: readonly AgentWork[]): AgentWork[] {
  return [...works].sort((a, b) => rank(b.request.agent.priority) - rank(a.request.agent.priority));
}

/**
 * Places every commit on `tip` and compares the sum with `tip`. Most sums are fine. Otherwise every agent repairs again and
 * compares for itself, and what is still worse together is taken out from the lowest priority upwards.
 */
export async function integrateRuns(works: readonly AgentWork[], tip: BranchTip, workshop: Workshop): Promise<Integration> {
  const ordered = inPriority(works);
  const together = await placeAll(ordered, tip, workshop);
  if ((await harmOf(together, workshop)) === undefined) return together;
  const careful: Workshop = { ...workshop, compare: 'each' };
  const compared = await Promise.all(
    ordered.map((work) => (work.commit === null ? Promise.resolve(work) : runAgent(work.request, careful))),
  );
  return takeHarmOut(await placeAll(compared, tip, careful), careful);
}

/** Each turn takes one commit out or ends, so this ends. */
async function takeHarmOut(integration: Integration, workshop: Workshop): Promise<Integration> {
  const harm = await harmOf(integration, workshop);
  const last = integration.placed.at(-1);
  if (harm === undefined || last === undefined) return integration;
  const why = `${harm.check} reported ${harm.message} once all commits were together`;
  return takeHarmOut(await runAgainAtEnd(integration, last, { workshop, why }), workshop);
}

/** The first thing that is worse on the branch with all commits than it was without them. */
async function harmOf(integration: Integration, { inspector, context }: Workshop): Promise<Regression | undefined> {
  if (integration.placed.length === 0) return undefined;
  return (await regressionsOf(await stepBetween(integration.from, integration.to, { inspector, context }), inspector))[0];
}

async function placeAll(ordered: readonly AgentWork[], { sha: tip, isAside }: BranchTip, workshop: Workshop): Promise<Integration> {
  let integration: Integration = { from: tip, to: tip, placed: [], works: ordered, isAside, waiting: [] };
  for (const work of ordered) {
    if (work.commit === null) continue;
    const merged = await mergeOnto({ repository: workshop.context.repository, tip: integration.to, commit: work.commit.sha });
    if (merged.ok) {
      if (merged.sha !== integration.to)
        integration = { ...integration, to: merged.sha, placed: [...integration.placed, { work, sha: merged.sha }] };
      continue;
    }
    const where = merged.conflicts.join(', ');
    // Text is never merged: the agent looks at the new tree and repairs that, unless that tree is not the one that was asked about.
    integration = isAside
      ? letWait(integration, work, `its commit waits: the branch has not got what it repairs in ${where}`)
      : await placeAgain(integration, work, {
          workshop,
          note: `ran again on the merged tree: its change met another one in ${where}`,
        });
  }
  return integration;
}

/** The commit stays with what was checked; the newest word about a work stands in every list. */
function letWait(integration: Integration, work: AgentWork, note: string): Integration {
  const waiting: AgentWork = { ...work, notes: [...work.notes, note] };
  return { ...integration, works: replaced(integration.works, waiting), waiting: [...integration.waiting, waiting] };
}

function replaced(works: readonly AgentWork[], newest: AgentWork): AgentWork[] {
  return works.map((other) => (other.request.agent.id === newest.request.agent.id ? newest : other));
}

/** Runs the agent once more on the current tip and places what it makes there. */
async function placeAgain(integration: Integration, work: AgentWork, ask: { workshop: Workshop; note: string }): Promise<Integration> {
  const again = await runAgent({ ...work.request, base: integration.to, pending: null }, ask.workshop);
  const renewed: AgentWork = { ...again, notes: [...work.notes, ask.note, ...again.notes], durationMs: work.durationMs + again.durationMs };
  const works = replaced(integration.works, renewed);
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
  if (integration.isAside) return letWait(without, last.work, `its commit waits: on the branch as it is, ${ask.why}`);
  const ranAlready = last.work.notes.some((note) => note.startsWith(TAKEN_OUT));
  if (ranAlready) {
    const dropped: AgentWork = { ...last.work, commit: null, notes: [...last.work.notes, `its commit was left out: ${ask.why}`] };
    return { ...without, works: replaced(without.works, dropped) };
  }
  return placeAgain(without, last.work, { workshop: ask.workshop, note: `${TAKEN_OUT}: ${ask.why}` });
}

const TAKEN_OUT = 'its first commit was taken out';

function rank(priority: Priority): number {
  return PRIORITIES.indexOf(priority);
}
