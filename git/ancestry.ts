import { git } from './exec-git.ts';
import type { GitDirectory } from './repository.ts';
import { requireObjectId } from './object-id.ts';

/** Whether `commit` contains `ancestor`. */
export async function isAncestor(repository: GitDirectory, ancestor: string, commit: string): Promise<boolean> {
  const args = ['merge-base', '--is-ancestor', requireObjectId(ancestor), requireObjectId(commit)];
  return (await git(args, { gitDir: repository.gitDir, okCodes: [0, 1] })).exitCode === 0;
}
