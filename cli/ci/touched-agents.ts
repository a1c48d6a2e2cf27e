/** Which agents the commits of an event concern, by the paths that their checks read. Pure. */
import { isConcerned } from '../../agents/plan-checks.ts';
import type { PlannedCheck } from '../../agents/plan-checks.ts';
import type { TreeChange } from '../../git/tree.ts';
import type { AgentId } from '../../ledger/outcome.ts';

/** One path that differs between two trees. */
export interface ChangedPath {
  readonly path: string;
  readonly status: TreeChange['status'];
}

/**
 * Files that decide how everything is checked: settings of ours, of the package, of dependencies. A change there concerns
 * every agent, because a check that is gone now is not in the plan any more.
 */
const CONCERNS_ALL =
  /^(?:agent\.config\.(?:json|ya?ml)|package\.json|package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|pnpm-workspace\.yaml|yarn\.lock|bun\.lockb?|\.npmrc|\.yarnrc\.yml)$/;

/** The agents of which a check that applies now could answer otherwise; a file that was deleted may have been what made one apply. */
export function touchedAgents(
  agents: readonly AgentId[],
  tree: { readonly planned: readonly PlannedCheck[]; readonly changed: readonly ChangedPath[] },
): AgentId[] {
  const { planned, changed } = tree;
  if (changed.some(({ path, status }) => CONCERNS_ALL.test(path) || (status === 'deleted' && isSetup(path)))) return [...agents];
  const concerned = new Set(planned.filter((check) => isConcerned(check, changed)).flatMap((check) => check.agents));
  return agents.filter((agent) => concerned.has(agent));
}

/** `eslint.config.js`, `.prettierrc`, `tsconfig.json`. */
function isSetup(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return /^\.|config|rc(?:\.\w+)?$/.test(name);
}
