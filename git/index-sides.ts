/** What the index holds of a move from one commit to another, and taking that back. */
import { git } from './exec-git.ts';
import type { TreeChange } from './tree.ts';

/** A change as the index has it. `foreign`: neither what was before nor what was to come, so somebody has staged it. */
export interface IndexedChange {
  readonly change: TreeChange;
  readonly side: 'old' | 'new' | 'foreign';
  /** Outside a sparse checkout: there is no file. */
  readonly isSparse: boolean;
}

/** Looks up the path of each change in the index of the working tree at `root`. */
export async function indexSides(root: string, changes: readonly TreeChange[]): Promise<IndexedChange[]> {
  const entries = new Map<string, { tag: string; content: string }>();
  for (const line of (await git(['ls-files', '-t', '--stage', '-z'], { cwd: root })).stdout.split('\0')) {
    const [, tag = '', mode, oid, stage, path] = /^(\S) (\d+) ([0-9a-f]+) (\d)\t(.*)$/s.exec(line) ?? [];
    if (path !== undefined) entries.set(path, { tag, content: stage === '0' ? `${mode} ${oid}` : 'unmerged' });
  }
  return changes.map((change) => {
    const entry = entries.get(change.path);
    const is = (mode: string | null, oid: string | null): boolean => entry?.content === (oid === null ? undefined : `${mode} ${oid}`);
    const side = is(change.oldMode, change.oldOid) ? 'old' : is(change.newMode, change.newOid) ? 'new' : 'foreign';
    return { change, side, isSparse: entry?.tag === 'S' };
  });
}

/** Gives these paths of the index what they had before; nothing else of it changes. Throws GitError `locked` while somebody holds it. */
export async function takeBackIndex(root: string, changes: readonly IndexedChange[]): Promise<void> {
  // What goes comes first: a file may take the place of a folder.
  const gone = changes.flatMap(({ change: { path, oldOid, newOid } }) =>
    oldOid === null ? [`0 ${'0'.repeat(newOid?.length ?? 40)}\t${path}\0`] : [],
  );
  const back = changes.flatMap(({ change: { path, oldMode, oldOid } }) => (oldOid === null ? [] : [`${oldMode} ${oldOid}\t${path}\0`]));
  await git(['update-index', '-z', '--index-info'], { cwd: root, input: [...gone, ...back].join('') });
  const sparse = changes.flatMap(({ change, isSparse }) => (isSparse && change.oldOid !== null ? [`${change.path}\0`] : []));
  if (sparse.length > 0) await git(['update-index', '-z', '--skip-worktree', '--stdin'], { cwd: root, input: sparse.join('') });
}

/** Notes in the index which files it describes, so that looking at it needs not read them. */
export async function refreshIndex(root: string): Promise<void> {
  // It exits 1 where a person's files differ; where it is locked, the next git does it.
  await git(['update-index', '-q', '--refresh'], { cwd: root, okCodes: [0, 1, 128] });
}
