import { lstat, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { batchObjects } from './batch-objects.ts';
import { git, GitError } from './exec-git.ts';
import type { GitOptions } from './exec-git.ts';
import { botIdentity } from './identity.ts';
import { requireObjectId } from './object-id.ts';
import type { GitDirectory } from './repository.ts';
import type { Worktree } from './worktree.ts';

/** Paths that differ from the worktree's commit: changed, deleted and new ones, without ignored files and dependencies. */
export async function changedPaths(worktree: Worktree): Promise<string[]> {
  const options = { cwd: worktree.path, config: worktree.config };
  // Otherwise a file that was only touched counts as changed.
  await git(['update-index', '-q', '--refresh'], { ...options, okCodes: [0, 1] });
  const [tracked, untracked] = await Promise.all([
    git(['diff-index', '-z', '--raw', '--no-renames', '--no-abbrev', '--ignore-submodules=all', worktree.commit], options),
    git(['ls-files', '-z', '--others', '--exclude-standard'], options),
  ]);
  const fields = tracked.stdout.split('\0');
  const paths = untracked.stdout.split('\0').filter((path) => path !== '' && !path.endsWith('/'));
  const suspects: { path: string; oid: string }[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [oldMode = '', newMode = '', oid = ''] = (fields[i] ?? '').slice(1).split(' ');
    const path = fields[i + 1] ?? '';
    if (oldMode === newMode) suspects.push({ path, oid });
    else paths.push(path);
  }
  // A file that a tool touched without changing it, stored with line ends that its attributes forbid, differs only to Git.
  const stored = await batchObjects(
    suspects.map(({ oid }) => oid),
    { cwd: worktree.path },
  );
  for (const [index, { path }] of suspects.entries()) {
    const now = await contentOf(join(worktree.path, path));
    if (now === null || stored[index]?.content.equals(now) !== true) paths.push(path);
  }
  return [...new Set(paths)].filter((path) => !isDependency(path)).sort();
}

/** The tree of the worktree's commit with exactly these paths as they are on disk now. */
export async function writeTree(worktree: Worktree, paths: readonly string[]): Promise<string> {
  const options = { cwd: worktree.path, config: worktree.config };
  const staged = paths.filter((path) => !isDependency(path));
  await refuseFilteredContent(worktree, staged);
  // What a tool has staged by itself is not asked for; -m keeps what is known about unchanged files.
  await git(['read-tree', '--reset', worktree.commit], options);
  await git(['update-index', '-q', '--refresh'], { ...options, okCodes: [0, 1] });
  const folders = await Promise.all(staged.map((path) => isFolder(join(worktree.path, path))));
  // Exact paths, never patterns; what has become a folder is gone as a file, and --remove takes what is gone altogether.
  await updateIndex(
    ['--force-remove'],
    staged.filter((_, index) => folders[index]),
    options,
  );
  await updateIndex(
    ['--add', '--remove', '--replace'],
    staged.filter((_, index) => !folders[index]),
    options,
  );
  return (await git(['write-tree'], options)).stdout.trim();
}

async function updateIndex(flags: readonly string[], paths: readonly string[], options: Pick<GitOptions, 'cwd' | 'config'>): Promise<void> {
  if (paths.length === 0) return;
  await git(['update-index', ...flags, '-z', '--stdin'], { ...options, input: paths.map((path) => `${path}\0`).join('') });
}

/** What a commit consists of. */
export interface CommitRequest {
  readonly repository: GitDirectory;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly date: Date;
}

/** Makes a commit by the bot, unsigned and past all hooks, and answers with its id; no ref moves. */
export async function commitTree({ repository, tree, parents, message, date }: CommitRequest): Promise<string> {
  if (message.includes('\0')) throw new TypeError('a commit message cannot hold a NUL');
  const args = [
    'commit-tree',
    '--no-gpg-sign',
    ...parents.flatMap((parent) => ['-p', requireObjectId(parent)]),
    '-F',
    '-',
    requireObjectId(tree),
  ];
  const { stdout } = await git(args, {
    gitDir: repository.gitDir,
    input: message,
    env: botIdentity(date),
    config: [['i18n.commitEncoding', 'UTF-8']],
  });
  return stdout.trim();
}

/** The message of a commit, as it is stored. */
export async function commitMessage(repository: GitDirectory, sha: string): Promise<string> {
  const { stdout } = await git(['log', '-1', '--no-show-signature', '--format=%B', '--encoding=UTF-8', requireObjectId(sha), '--'], {
    gitDir: repository.gitDir,
  });
  return stdout.replace(/\n$/, '');
}

/** Dependencies are put into a worktree by us, and a link to them is matched by no `node_modules/` rule. */
function isDependency(path: string): boolean {
  return path.split('/').includes('node_modules');
}

/** A file whose filter was turned off would be stored raw, where only a pointer or a cipher may stand. */
async function refuseFilteredContent(worktree: Worktree, paths: readonly string[]): Promise<void> {
  const off = new Set(worktree.config.flatMap(([key]) => /^filter\.(.+)\.required$/.exec(key)?.[1] ?? []));
  const input = paths.map((path) => `${path}\0`).join('');
  const fields = (await git(['check-attr', '-z', '--stdin', 'filter'], { cwd: worktree.path, input })).stdout.split('\0');
  for (let i = 0; i + 2 < fields.length; i += 3) {
    const [path = '', , filter = ''] = fields.slice(i, i + 3);
    const exists = (await contentOf(join(worktree.path, path))) !== null;
    if (exists && off.has(filter))
      throw new GitError('filter-failed', `${path} is stored through the filter "${filter}", which does not run here`);
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null))?.isDirectory() === true;
}

/** Bytes of a file or the target of a link; null when neither is there. */
async function contentOf(path: string): Promise<Buffer | null> {
  const info = await lstat(path).catch(() => null);
  if (info?.isSymbolicLink() === true) return readlink(path, { encoding: 'buffer' });
  return info?.isFile() === true ? readFile(path) : null;
}
