import { batchObjects } from './batch-objects.ts';
import { git } from './exec-git.ts';
import { requireObjectId } from './object-id.ts';
import { fetchMissingBlobs } from './partial-clone.ts';
import type { GitDirectory } from './repository.ts';

/** One file, symbolic link or submodule of a tree. */
export interface TreeEntry {
  /** 100644, 100755, 120000 (link) or 160000 (submodule). */
  readonly mode: string;
  readonly type: 'blob' | 'commit';
  readonly oid: string;
  /** Repository-relative, with slashes. */
  readonly path: string;
}

/** One difference between two trees; a rename is a deletion and an addition. */
export interface TreeChange {
  readonly path: string;
  readonly status: 'added' | 'deleted' | 'modified' | 'type-changed';
  /** Null when the path is absent on that side. */
  readonly oldOid: string | null;
  readonly newOid: string | null;
  readonly oldMode: string | null;
  readonly newMode: string | null;
}

/** The tree of a commit; throws GitError when there is no such commit. */
export async function treeIdOf(repository: GitDirectory, commit: string): Promise<string> {
  return (await git(['rev-parse', '--verify', '--end-of-options', `${commit}^{tree}`], { gitDir: repository.gitDir })).stdout.trim();
}

/** Everything in the tree of a commit, sorted as Git sorts. */
export async function listTree(repository: GitDirectory, commit: string): Promise<TreeEntry[]> {
  const { stdout } = await git(['ls-tree', '-r', '-z', '--full-tree', requireObjectId(commit)], { gitDir: repository.gitDir });
  const entries: TreeEntry[] = [];
  for (let start = 0, end = stdout.indexOf('\0'); end >= 0; start = end + 1, end = stdout.indexOf('\0', start)) {
    const tab = stdout.indexOf('\t', start);
    const [mode = '', type = '', oid = ''] = stdout.slice(start, tab).split(' ');
    entries.push({ mode, type: type === 'commit' ? 'commit' : 'blob', oid, path: stdout.slice(tab + 1, end) });
  }
  return entries;
}

/** What differs between two commits or trees. */
export async function diffTrees(repository: GitDirectory, from: string, to: string): Promise<TreeChange[]> {
  const args = [
    'diff-tree',
    '-r',
    '-z',
    '--raw',
    '--no-abbrev',
    '--no-renames',
    '--no-ext-diff',
    requireObjectId(from),
    requireObjectId(to),
  ];
  const fields = (await git(args, { gitDir: repository.gitDir })).stdout.split('\0');
  const changes: TreeChange[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [oldMode = '', newMode = '', oldOid = '', newOid = '', letter = ''] = (fields[i] ?? '').slice(1).split(' ');
    changes.push({
      path: fields[i + 1] ?? '',
      status: letter === 'A' ? 'added' : letter === 'D' ? 'deleted' : letter === 'T' ? 'type-changed' : 'modified',
      oldOid: letter === 'A' ? null : oldOid,
      newOid: letter === 'D' ? null : newOid,
      oldMode: letter === 'A' ? null : oldMode,
      newMode: letter === 'D' ? null : newMode,
    });
  }
  return changes;
}

/** The contents of blobs, in one pass; those that are nowhere are absent. Throws GitError `objects-missing` in a partial clone whose remote does not give them. */
export async function readBlobs(repository: GitDirectory, oids: Iterable<string>): Promise<Map<string, Buffer>> {
  const wanted = [...new Set(oids)].map(requireObjectId);
  if (wanted.length === 0) return new Map();
  await fetchMissingBlobs(repository, wanted);
  const objects = await batchObjects(wanted, { gitDir: repository.gitDir });
  return new Map(objects.flatMap((object) => (object?.type === 'blob' ? [[object.oid, object.content]] : [])));
}

/** The content of one path of a commit; null when there is no such file. */
export async function readPath(repository: GitDirectory, commit: string, path: string): Promise<Buffer | null> {
  // A pathspec is read as a pattern unless told otherwise.
  const args = ['--literal-pathspecs', 'ls-tree', '-z', '--full-tree', requireObjectId(commit), '--', path];
  const { stdout } = await git(args, { gitDir: repository.gitDir });
  const [, type, oid] = /^\d+ (\w+) ([0-9a-f]+)\t/.exec(stdout) ?? [];
  if (type !== 'blob' || oid === undefined) return null;
  return (await readBlobs(repository, [oid])).get(oid) ?? null;
}
