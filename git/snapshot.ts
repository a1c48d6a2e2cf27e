import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { commitTree } from './commit.ts';
import { git, GitError } from './exec-git.ts';
import { withoutBrokenFilters } from './filters.ts';
import { SNAPSHOT_PREFIX } from './leftovers.ts';
import type { Repository } from './repository.ts';

/** A commit of the working tree as it is now (changed, staged and new files, not ignored ones); index, refs and files stay untouched. */
export async function snapshotWorkingTree(repository: Repository, date: Date = new Date()): Promise<string> {
  if (repository.root === null) throw new GitError('failed', 'a bare repository has no working tree');
  // In our folder of the Git directory, where the next run finds it when this one is killed.
  const folder = join(repository.gitDir, 'upkeep', `${SNAPSHOT_PREFIX}${process.pid}-${randomUUID()}`);
  await mkdir(folder, { recursive: true });
  try {
    const index = join(folder, 'index');
    // A copy knows which files are unchanged; without one (no commit yet, nothing added) all are read.
    await copyIndex(join(repository.gitDir, 'index'), index);
    const tree = await treeOfWorkingTree(repository.root, index);
    const parents = repository.head === null ? [] : [repository.head];
    return await commitTree({ repository, tree, parents, message: 'upkeep: the working tree as it was checked\n', date });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Git distrusts entries as young as their index, so the copy must not look younger than what it was made from. */
async function copyIndex(from: string, to: string): Promise<void> {
  try {
    const { mtimeMs } = await stat(from);
    await copyFile(from, to);
    const seconds = Math.floor(mtimeMs - 1) / 1000;
    await utimes(to, seconds, seconds);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

async function treeOfWorkingTree(root: string, index: string): Promise<string> {
  const env = { GIT_INDEX_FILE: index };
  // The split index would write its shared part into the user's Git directory.
  return withoutBrokenFilters([['core.splitIndex', 'false']], async (config) => {
    // 1: a nested repository without commits, or a file that may not be read, is left out and the rest taken.
    await git(['add', '--all', '--ignore-errors', '--', '.'], { cwd: root, env, config, okCodes: [0, 1] });
    return (await git(['write-tree'], { cwd: root, env, config })).stdout.trim();
  });
}
