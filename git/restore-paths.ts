import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { git } from './exec-git.ts';
import type { Worktree } from './worktree.ts';

/** Gives these paths of a worktree of ours the content of its commit; those that the commit does not have are removed. */
export async function restorePaths(worktree: Worktree, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const options = { cwd: worktree.path, config: worktree.config };
  const { stdout } = await git(
    ['--literal-pathspecs', 'ls-tree', '-r', '-z', '--name-only', '--full-tree', worktree.commit, '--', ...paths],
    options,
  );
  const known = stdout.split('\0').filter((path) => path !== '');
  for (const path of paths) if (!known.includes(path)) await rm(join(worktree.path, path), { recursive: true, force: true });
  if (known.length === 0) return;
  await git(['--literal-pathspecs', 'checkout', '--quiet', '--force', '--no-overlay', worktree.commit, '--', ...known], options);
}
