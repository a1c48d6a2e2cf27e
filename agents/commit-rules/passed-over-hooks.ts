/** Which hooks of the repository would have seen the commits of a run, had a person made them. */
import { installedHooks } from '../../git/installed-hooks.ts';
import type { Repository } from '../../git/repository.ts';
import type { DeliveryOutcome, PassedOverHook } from '../run-report.ts';

/** In the order in which Git runs them: for a commit, for a branch that moves forward, for a push. */
const ON_COMMIT = ['pre-commit', 'prepare-commit-msg', 'commit-msg', 'post-commit'];
const ON_FORWARD = 'post-merge';
const ON_PUSH = 'pre-push';
const SEEN_BY = [...ON_COMMIT, ON_FORWARD, ON_PUSH];

/** By its path or by what it calls. */
const MANAGERS: readonly (readonly [RegExp, string])[] = [
  [/[\\/]\.husky[\\/]/, 'husky'],
  [/lefthook/i, 'lefthook'],
  [/pre-commit\.com|\bpre_commit\b/, 'pre-commit'],
  [/SIMPLE_GIT_HOOKS/, 'simple-git-hooks'],
  [/overcommit/i, 'overcommit'],
  [/\bgit[ -]lfs\b/, 'git-lfs'],
];

/**
 * The hooks that have a say on commits and their way out: those that are installed in the clone, and those of husky that
 * `tracked` (repository-relative paths) holds, installed or not: a machine in CI seldom installs them.
 */
export async function hooksOf(repository: Repository, tracked: readonly string[]): Promise<PassedOverHook[]> {
  const installed = new Map((await installedHooks(repository)).map(({ name, path, head }) => [name, managerOf(path, head)]));
  return SEEN_BY.flatMap((name): PassedOverHook[] => {
    const manager = installed.get(name);
    if (manager !== undefined) return [{ name, manager }];
    return tracked.includes(`.husky/${name}`) ? [{ name, manager: 'husky' }] : [];
  });
}

/** Those of them that commits which ended so never met. */
export function passedOver(hooks: readonly PassedOverHook[], outcome: DeliveryOutcome): PassedOverHook[] {
  return hooks.filter(
    ({ name }) =>
      ON_COMMIT.includes(name) || (name === ON_FORWARD && outcome === 'delivered') || (name === ON_PUSH && outcome === 'pushed'),
  );
}

function managerOf(path: string, head: string): string | null {
  return MANAGERS.find(([pattern]) => pattern.test(path) || pattern.test(head))?.[1] ?? null;
}
