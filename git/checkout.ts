import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { git, GitError } from './exec-git.ts';
import { filterOff, withoutBrokenFilters } from './filters.ts';
import type { GitConfig } from './filters.ts';
import { linkedGitDir } from './linked-git-dir.ts';

const SPARSE_OFF: GitConfig = [
  ['core.sparseCheckout', 'false'],
  ['index.sparse', 'false'],
];

/** Writes the files of a commit into a new linked worktree; answers with the settings its Git commands need from then on. */
export async function checkOut(path: string, commit: string): Promise<GitConfig> {
  await forgetSparsePatterns(path);
  // Files in large storage stay pointers: their contents are not ours to check, and git-lfs may be missing.
  return withoutBrokenFilters([...SPARSE_OFF, ...filterOff('lfs')], async (config) => {
    // --reset: a try that a filter ended has left files behind.
    await git(['read-tree', '--reset', '-u', commit], { cwd: path, config });
    return config;
  });
}

/** `git worktree add` copies the patterns of the user's sparse checkout: tools here must see every file. */
async function forgetSparsePatterns(path: string): Promise<void> {
  const gitDir = linkedGitDir(path);
  if (gitDir === undefined) throw new GitError('failed', `${path} is no linked worktree: its .git names no Git directory`);
  await rm(join(gitDir, 'info', 'sparse-checkout'), { force: true });
  // Present only where extensions.worktreeConfig is set; other people's git commands in the worktree read it.
  const own = join(gitDir, 'config.worktree');
  if (!/sparse/i.test(await contentOf(own))) return;
  for (const [key] of SPARSE_OFF) await git(['config', '--file', own, '--unset-all', key], { okCodes: [0, 1, 3, 5] });
}

/** Empty for a file that is not there. */
async function contentOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
}
