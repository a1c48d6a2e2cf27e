/** Where a linked worktree keeps what is Git's. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The Git directory that the `.git` of a worktree names, absolute: as a rule on another disk than its files. Undefined: no linked one. */
export function linkedGitDir(worktree: string): string | undefined {
  try {
    const named = /^gitdir: (.+)$/m.exec(readFileSync(join(worktree, '.git'), 'utf8'))?.[1];
    return named === undefined ? undefined : resolve(worktree, named);
  } catch {
    return undefined;
  }
}
