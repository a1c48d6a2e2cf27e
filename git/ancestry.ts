import { git } from './exec-git.ts';
import type { GitDirectory } from './repository.ts';
import { requireObjectId } from './object-id.ts';

/** Whether `commit` contains `ancestor`. */
export async function isAncestor(repository: GitDirectory, ancestor: string, commit: string): Promise<boolean> {
  const args = ['merge-base', '--is-ancestor', requireObjectId(ancestor), requireObjectId(commit)];
  return (await git(args, { gitDir: repository.gitDir, okCodes: [0, 1] })).exitCode === 0;
}

/**
 * Where a commit stands: in the history of `from`; `ahead` of it, on the branch here or on what a remote's was last seen at; or
 * `unknown`, also where a shallow clone lacks the commit.
 */
export async function standingOf(
  { gitDir }: GitDirectory,
  commit: string,
  { from, branch }: { readonly from: string; readonly branch: string },
): Promise<'contained' | 'ahead' | 'unknown'> {
  const known = await git(['cat-file', '-e', `${requireObjectId(commit)}^{commit}`], { gitDir, okCodes: [0, 1, 128] });
  if (known.exitCode !== 0) return 'unknown';
  if (await isAncestor({ gitDir }, commit, from)) return 'contained';
  const args = ['for-each-ref', '--format=%(refname)', `--contains=${commit}`, '--', `refs/heads/${branch}`, `refs/remotes/*/${branch}`];
  return (await git(args, { gitDir })).stdout === '' ? 'unknown' : 'ahead';
}
