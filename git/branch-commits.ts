/** The commits that a branch has beyond another one, and whether a merge among them holds nothing of its own. */
import { git } from './exec-git.ts';
import { requireObjectId } from './object-id.ts';
import type { GitDirectory } from './repository.ts';

/** A commit with both of its people. */
export interface BranchCommit {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly author: { readonly name: string; readonly email: string };
  readonly committer: { readonly name: string; readonly email: string };
  readonly message: string;
}

/** Commits that `tip` contains and `base` does not, newest first; more than `limit` are not told. */
export async function commitsBeyond(
  repository: GitDirectory,
  range: { readonly base: string; readonly tip: string; readonly limit: number },
): Promise<BranchCommit[]> {
  const args = [
    ...['log', '-z', '--no-show-signature', '--no-mailmap', '--encoding=UTF-8', `--max-count=${range.limit}`],
    '--format=%H%n%P%n%an%n%ae%n%cn%n%ce%n%B',
    ...[requireObjectId(range.tip), `^${requireObjectId(range.base)}`, '--'],
  ];
  const { stdout } = await git(args, { gitDir: repository.gitDir });
  return stdout.split('\0').flatMap((record) => {
    // Names hold no line feed, so only the message does.
    const [sha = '', parents = '', author = '', authorEmail = '', committer = '', committerEmail = '', ...message] = record.split('\n');
    if (sha === '') return [];
    return [
      {
        sha,
        parents: parents.split(' ').filter((parent) => parent !== ''),
        author: { name: author, email: authorEmail },
        committer: { name: committer, email: committerEmail },
        message: message.join('\n'),
      },
    ];
  });
}

/** Whether a merge of two commits is exactly what git makes of them by itself: nobody resolved or added anything. */
export async function isPlainMerge(repository: GitDirectory, commit: BranchCommit): Promise<boolean> {
  const [ours, theirs] = commit.parents;
  if (ours === undefined || theirs === undefined || commit.parents.length > 2) return false;
  const { gitDir } = repository;
  const merged = await git(['merge-tree', '--write-tree', '-z', '--no-messages', ours, theirs], { gitDir, okCodes: [0, 1] });
  if (merged.exitCode !== 0) return false;
  const { stdout } = await git(['rev-parse', '--verify', '--end-of-options', `${commit.sha}^{tree}`], { gitDir });
  return merged.stdout.split('\0')[0]?.trim() === stdout.trim();
}

/** An id of what changed between two commits that stays the same when other lines move; empty when nothing changed. */
export async function changeId(repository: GitDirectory, from: string, to: string): Promise<string> {
  const { gitDir } = repository;
  const flags = ['-r', '-p', '-U0', '--binary', '--no-renames', '--no-ext-diff', '--no-textconv', '--full-index'];
  const diff = await git(['diff-tree', ...flags, requireObjectId(from), requireObjectId(to)], { gitDir });
  const { stdout } = await git(['patch-id', '--stable'], { gitDir, input: diff.stdoutBytes });
  return stdout.split(' ')[0]?.trim() ?? '';
}
