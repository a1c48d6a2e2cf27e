import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { branchOfHead } from './repository.ts';
import type { Repository } from './repository.ts';

// While one of these lasts HEAD is detached, and at its end Git moves the branch that the file names.
const BORROWED = ['rebase-merge/head-name', 'rebase-apply/head-name', 'BISECT_START'];

/** Whether another working tree has the branch checked out, or has it under a rebase or bisect. */
export async function isHeldElsewhere(repository: Repository, branch: string): Promise<boolean> {
  const linked = join(repository.commonDir, 'worktrees');
  const names = await readdir(linked).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const others = [repository.commonDir, ...names.map((name) => join(linked, name))].filter((gitDir) => gitDir !== repository.gitDir);
  for (const gitDir of others) {
    // A bare repository's HEAD is no checkout, but to be too careful here costs nobody work.
    if ((await branchOfHead(gitDir).catch(() => null)) === branch) return true;
    for (const file of BORROWED) {
      const name = await readFile(join(gitDir, file), 'utf8').catch(() => '');
      if (name.trim().replace(/^refs\/heads\//, '') === branch) return true;
    }
  }
  return false;
}
