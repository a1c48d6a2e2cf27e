import { lstat, readFile, readlink, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { batchObjects } from './batch-objects.ts';
import { git } from './exec-git.ts';
import { withoutBrokenFilters } from './filters.ts';
import type { TreeChange } from './tree.ts';

/** What a checkout that was stopped left of the changes it was to make. */
export interface HalfMerged {
  /** Paths on which git had begun: removed, written in part, or written. */
  readonly written: readonly TreeChange[];
  /** Paths that hold neither the old nor the new: someone has written there since. */
  readonly foreign: readonly string[];
}

type Kind = 'file' | 'executable' | 'link';

interface FileState {
  readonly kind: Kind;
  readonly bytes: Buffer;
}

// The person's own filters write the person's own files.
const AS_THE_PERSON = { GIT_LFS_SKIP_SMUDGE: '0' };

/** Looks at each changed path in the working tree. */
export async function halfMergedFiles(root: string, changes: readonly TreeChange[]): Promise<HalfMerged> {
  const written: TreeChange[] = [];
  const foreign: string[] = [];
  const oids = changes.flatMap(({ oldOid, newOid }) => [oldOid, newOid]).filter((oid) => oid !== null);
  const objects = await batchObjects([...new Set(oids)], { cwd: root });
  const stored = new Map(objects.flatMap((object) => (object === null ? [] : [[object.oid, object.content]])));
  for (const change of changes) {
    if (change.oldMode === '160000' || change.newMode === '160000') continue;
    const now = await onDisk(join(root, change.path));
    if (now === null) {
      // Git removes the old file before it writes the new one.
      if (change.oldOid !== null) written.push(change);
      continue;
    }
    const side = (oid: string | null, mode: string | null): Side | null =>
      oid === null || mode === null ? null : { path: change.path, oid, kind: kindOf(mode), stored: stored.get(oid) ?? Buffer.alloc(0) };
    const [before, after] = [side(change.oldOid, change.oldMode), side(change.newOid, change.newMode)];
    if (before !== null && before.kind === now.kind && (await isContentOf(root, before, now))) continue;
    if (after !== null && (await isBeginningOf(root, after, now))) written.push(change);
    else foreign.push(change.path);
  }
  return { written, foreign };
}

/** Gives these paths the content that the index has for them, and takes away what only the new commit had. */
export async function putBack(root: string, changes: readonly TreeChange[]): Promise<void> {
  for (const { path, oldOid } of changes) {
    if (oldOid !== null) continue;
    await rm(join(root, path), { force: true });
    await removeEmptyFolders(root, dirname(path));
  }
  // Before any is written: it may be for lack of room that git was stopped. What cannot be removed, git replaces.
  for (const { path } of changes) await rm(join(root, path), { force: true }).catch(() => undefined);
  const input = changes.flatMap(({ path, oldOid }) => (oldOid === null ? [] : [`${path}\0`])).join('');
  // Without --index: the index stays the very bytes that the person left.
  if (input === '') return;
  await withoutBrokenFilters([], (config) =>
    git(['checkout-index', '--force', '-z', '--stdin'], { cwd: root, input, env: AS_THE_PERSON, config }),
  );
}

interface Side {
  readonly path: string;
  readonly oid: string;
  readonly kind: Kind;
  /** The blob, before line ends and filters. */
  readonly stored: Buffer;
}

async function isContentOf(root: string, side: Side, now: FileState): Promise<boolean> {
  return side.stored.equals(now.bytes) || (await asCheckedOut(root, side)).equals(now.bytes);
}

async function isBeginningOf(root: string, side: Side, now: FileState): Promise<boolean> {
  if ((side.kind === 'link') !== (now.kind === 'link')) return false;
  const begins = (whole: Buffer): boolean => whole.subarray(0, now.bytes.length).equals(now.bytes);
  return begins(side.stored) || begins(await asCheckedOut(root, side));
}

async function asCheckedOut(root: string, { path, oid, kind, stored }: Side): Promise<Buffer> {
  if (kind === 'link') return stored;
  const args = ['cat-file', '--filters', `--path=${path}`, oid];
  return withoutBrokenFilters([], async (config) => (await git(args, { cwd: root, env: AS_THE_PERSON, config })).stdoutBytes);
}

function kindOf(mode: string): Kind {
  return mode === '120000' ? 'link' : mode === '100755' ? 'executable' : 'file';
}

async function onDisk(path: string): Promise<FileState | null> {
  const info = await lstat(path).catch(() => null);
  if (info === null || info.isDirectory()) return null;
  if (info.isSymbolicLink()) return { kind: 'link', bytes: await readlink(path, { encoding: 'buffer' }) };
  return { kind: (info.mode & 0o100) === 0 ? 'file' : 'executable', bytes: await readFile(path) };
}

async function removeEmptyFolders(root: string, folder: string): Promise<void> {
  for (let at = folder; at !== '.'; at = dirname(at)) {
    const removed = await rmdir(join(root, at)).then(
      () => true,
      () => false,
    );
    if (!removed) return;
  }
}
