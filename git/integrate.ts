import { git } from './exec-git.ts';
import { botIdentity, gitDate } from './identity.ts';
import { requireObjectId } from './object-id.ts';
import type { GitDirectory } from './repository.ts';

/** A commit put on another tip. `empty`: nothing of it was left to put there. */
export type MergeResult =
  { readonly ok: true; readonly sha: string; readonly empty: boolean } | { readonly ok: false; readonly conflicts: readonly string[] };

/** Which commit goes onto which tip. */
export interface MergeRequest {
  readonly repository: GitDirectory;
  readonly tip: string;
  /** A commit with one parent. */
  readonly commit: string;
  /** Default: the commit's own. */
  readonly message?: string;
}

interface CommitParts {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: { readonly name: string; readonly email: string; readonly date: string };
  readonly committerDate: string;
  readonly message: string;
}

/** Puts the change of a commit on a tip without a working tree; the same inputs give the same commit. */
export async function mergeOnto({ repository, tip, commit, message }: MergeRequest): Promise<MergeResult> {
  const { gitDir } = repository;
  const contained = await git(['merge-base', '--is-ancestor', requireObjectId(commit), requireObjectId(tip)], { gitDir, okCodes: [0, 1] });
  if (contained.exitCode === 0) return { ok: true, sha: tip, empty: true };
  const [ours, theirs] = [await readCommit(repository, tip), await readCommit(repository, commit)];
  const [parent] = theirs.parents;
  if (parent === undefined) throw new TypeError(`${commit} has no parent`);
  if (parent === tip && message === undefined) return { ok: true, sha: commit, empty: theirs.tree === ours.tree };

  // Git 2.39 cannot be told the merge base. A commit with the tip's tree right after the parent makes that parent the only one.
  const standIn = await commitWith(repository, { tree: ours.tree, parent, message: 'stand-in', env: botIdentity(gitDate(new Date(0))) });
  const args = ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', standIn, commit];
  const merged = await git(args, { gitDir, okCodes: [0, 1] });
  const [tree = '', ...conflicts] = merged.stdout.split('\0').filter((field) => field !== '');
  if (merged.exitCode === 1) return { ok: false, conflicts: [...new Set(conflicts)] };
  if (tree === ours.tree) return { ok: true, sha: tip, empty: true };
  const env = {
    ...botIdentity(theirs.committerDate),
    GIT_AUTHOR_NAME: theirs.author.name,
    GIT_AUTHOR_EMAIL: theirs.author.email,
    GIT_AUTHOR_DATE: theirs.author.date,
  };
  const sha = await commitWith(repository, { tree, parent: tip, message: message ?? theirs.message, env });
  return { ok: true, sha, empty: false };
}

interface NewCommit {
  readonly tree: string;
  readonly parent: string;
  readonly message: string;
  readonly env: Readonly<Record<string, string>>;
}

async function commitWith({ gitDir }: GitDirectory, { tree, parent, message, env }: NewCommit): Promise<string> {
  const args = ['commit-tree', '--no-gpg-sign', '-p', parent, '-F', '-', requireObjectId(tree)];
  return (await git(args, { gitDir, input: message, env, config: [['i18n.commitEncoding', 'UTF-8']] })).stdout.trim();
}

async function readCommit({ gitDir }: GitDirectory, sha: string): Promise<CommitParts> {
  const { stdout } = await git(['cat-file', 'commit', sha], { gitDir });
  const end = stdout.indexOf('\n\n');
  const header = stdout.slice(0, end).split('\n');
  const values = (name: string): string[] =>
    header.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  const [, name = '', email = '', date = ''] = /^(.*?) ?<(.*)> (\d+ [+-]\d+)$/.exec(values('author')[0] ?? '') ?? [];
  const committerDate = /> (\d+ [+-]\d+)$/.exec(values('committer')[0] ?? '')?.[1] ?? '0 +0000';
  return {
    tree: values('tree')[0] ?? '',
    parents: values('parent'),
    author: { name, email, date: `@${date}` },
    committerDate: `@${committerDate}`,
    message: stdout.slice(end + 2),
  };
}
