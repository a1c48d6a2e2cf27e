/** Which agents the commits of the event concern, as far as this clone can tell. */
import { planChecks } from '../../agents/plan-checks.ts';
import { readProject } from '../../agents/read-project.ts';
import { resolveRef } from '../../git/refs.ts';
import type { Repository } from '../../git/repository.ts';
import { diffTrees } from '../../git/tree.ts';
import type { AgentId } from '../../ledger/outcome.ts';
import type { LoadedRun } from '../run/prepare-run.ts';
import type { PushRange } from './ci-context.ts';
import { touchedAgents } from './touched-agents.ts';

/** Null where it cannot be told, as for a new branch or when the clone is too shallow to have the commit before the push. */
export async function changedAgents(
  range: PushRange | null,
  at: { readonly repository: Repository; readonly base: string; readonly run: LoadedRun },
): Promise<ReadonlySet<AgentId> | null> {
  if (range === null) return null;
  const { repository, base, run } = at;
  // No loop goes through us: what an agent said of the tree that it made still holds, good or bad.
  if (range.isOwn && range.after === base) return new Set();
  if (range.before === null) return null;
  const before = await resolveRef(repository, range.before);
  if (before === null) return null;
  // Up to what is checked: the branch may have moved on since the event.
  const [changed, project] = await Promise.all([diffTrees(repository, before, base), readProject(repository, base)]);
  const { planned } = await planChecks(run.policy, project);
  const agents = run.policy.agents.map(({ id }) => id);
  return new Set(touchedAgents(agents, { planned, changed }));
}
