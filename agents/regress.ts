/** Whether a commit is worse than the one it was made from, by every check that reads what it changed. */
import { GitError } from '../git/git-error.ts';
import { diffTrees } from '../git/tree.ts';
import type { TreeChange } from '../git/tree.ts';
import type { CheckReport } from './checks/check.ts';
import type { Inspection, Inspector, Scene } from './inspector.ts';
import { isConcerned } from './plan-checks.ts';
import type { PlannedCheck } from './plan-checks.ts';
import { regressions } from './worse.ts';
import type { Regression } from './worse.ts';
import type { RunContext } from './run-context.ts';

/** Two scenes and what differs between them. */
export interface Step {
  readonly before: Scene;
  readonly after: Scene;
  readonly changes: readonly TreeChange[];
}

/** Reads both commits and their difference. */
export async function stepBetween(from: string, to: string, ask: { inspector: Inspector; context: RunContext }): Promise<Step> {
  const [before, after, changes] = await Promise.all([
    ask.inspector.scene(from),
    ask.inspector.scene(to),
    diffTrees(ask.context.repository, from, to),
  ]);
  return { before, after, changes };
}

/** Runs every concerned check on both sides and tells what got worse. */
export async function regressionsOf(step: Step, inspector: Inspector): Promise<Regression[]> {
  const concerned = step.after.plan.planned.filter((planned) => isConcerned(planned, step.changes));
  const pairs = await Promise.all(
    concerned.map(async (planned) => {
      const counterpart = samePlanned(step.before, planned);
      if (counterpart === undefined) return null;
      const [then, now] = await Promise.all([inspector.inspect(counterpart, step.before), inspector.inspect(planned, step.after)]);
      return { id: planned.check.id, then: then.report, now: now.report };
    }),
  );
  const before = new Map<string, CheckReport>();
  const after = new Map<string, CheckReport>();
  for (const pair of pairs) {
    if (pair === null) continue;
    // Nobody made that worse; but nobody can say either that nothing is.
    if (pair.now.reason === 'disk-full') throw new GitError('disk-full', pair.now.hint ?? 'no space left on a disk');
    before.set(pair.id, pair.then);
    after.set(pair.id, pair.now);
  }
  return regressions(before, after);
}

/** The results of `wanted` on the later commit; a check that is not concerned by the step keeps its earlier result. */
export async function resultsAfter(step: Step, wanted: (planned: PlannedCheck) => boolean, inspector: Inspector): Promise<Inspection[]> {
  return Promise.all(
    step.after.plan.planned.filter(wanted).map((planned) => {
      const earlier = samePlanned(step.before, planned);
      return earlier === undefined || isConcerned(planned, step.changes)
        ? inspector.inspect(planned, step.after)
        : inspector.inspect(earlier, step.before);
    }),
  );
}

function samePlanned(scene: Scene, planned: PlannedCheck): PlannedCheck | undefined {
  return scene.plan.planned.find((other) => other.check === planned.check);
}
