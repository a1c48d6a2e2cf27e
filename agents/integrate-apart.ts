/** Puts the commit of each agent on the branch by itself, for proposals that people take one by one. */
import { mergeOnto } from '../git/integrate.ts';
import type { BranchTip, Integration, Placed } from './integrate-runs.ts';
import { inPriority } from './integrate-runs.ts';
import { regressionsOf, stepBetween } from './regress.ts';
import { runAgent } from './run-agent.ts';
import type { AgentWork, Workshop } from './run-agent.ts';
import type { Regression } from './worse.ts';

/** Places every commit on `tip` as its only one. A commit that conflicts or does harm there is made again, on `tip` itself. */
export async function integrateApart(works: readonly AgentWork[], tip: BranchTip, workshop: Workshop): Promise<Integration> {
  const placed: Placed[] = [];
  const newest: AgentWork[] = [];
  const waiting: AgentWork[] = [];
  for (const work of inPriority(works)) {
    const { work: made, sha, waits = false } = await placeAlone(work, tip, workshop);
    newest.push(made);
    if (sha !== null) placed.push({ work: made, sha });
    if (waits) waiting.push(made);
  }
  return { from: tip.sha, to: tip.sha, isApart: true, placed, works: newest, isAside: tip.isAside, waiting };
}

interface Alone {
  readonly work: AgentWork;
  readonly sha: string | null;
  readonly waits?: boolean;
}

async function placeAlone(work: AgentWork, { sha: tip, isAside }: BranchTip, workshop: Workshop): Promise<Alone> {
  if (work.commit === null) return { work, sha: null };
  const merged = await mergeOnto({ repository: workshop.context.repository, tip, commit: work.commit.sha });
  const wait = (note: string): Alone => ({ work: { ...work, notes: [...work.notes, note] }, sha: null, waits: true });
  if (!merged.ok) {
    if (isAside) return wait(`its commit waits: the branch has not got what it repairs in ${merged.conflicts.join(', ')}`);
    return makeAgain(work, tip, {
      workshop,
      note: `ran again on the branch: its change met another one in ${merged.conflicts.join(', ')}`,
    });
  }
  if (merged.sha === tip) return { work, sha: null };
  const harm = await harmOf(tip, merged.sha, workshop);
  if (harm === undefined) return { work, sha: merged.sha };
  if (isAside) return wait(`its commit waits: on the branch as it is, ${harm.check} reported ${harm.message} with it`);
  return makeAgain(work, tip, { workshop, note: `its first commit was taken out: ${harm.check} reported ${harm.message} with it` });
}

/** The agent compares each of its fixers with the tip by itself, so what it makes now needs no comparison after it. */
async function makeAgain(work: AgentWork, tip: string, ask: { workshop: Workshop; note: string }): Promise<Alone> {
  const again = await runAgent({ ...work.request, base: tip, pending: null }, { ...ask.workshop, compare: 'each' });
  const made: AgentWork = {
    ...again,
    notes: [...work.notes, ask.note, ...again.notes],
    durationMs: work.durationMs + again.durationMs,
  };
  return { work: made, sha: again.commit?.sha ?? null };
}

async function harmOf(from: string, to: string, { inspector, context }: Workshop): Promise<Regression | undefined> {
  return (await regressionsOf(await stepBetween(from, to, { inspector, context }), inspector))[0];
}
