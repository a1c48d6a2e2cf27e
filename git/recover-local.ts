import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { deliveryFile, endDelivery, readDelivery, restoreOrigHead } from './delivery-record.ts';
import type { DeliveryMove, DeliveryRecord } from './delivery-record.ts';
import { git, GitError } from './exec-git.ts';
import { withFileLock } from './file-lock.ts';
import { halfMergedFiles, putBack } from './half-merged-files.ts';
import { isOpenByLiveProcess } from './open-files.ts';
import { isProcessAlive } from './process-identity.ts';
import { resolveRef, updateRef } from './refs.ts';
import { branchOfHead } from './repository.ts';
import type { Repository } from './repository.ts';
import { diffTrees } from './tree.ts';
import type { TreeChange } from './tree.ts';

/** What was found and done. `untouched`: nothing of ours was there; `kept` files no longer hold what git wrote and stay as they are. */
export interface LocalRecovery {
  readonly state: 'untouched' | 'restored' | 'completed' | 'busy';
  readonly restored: readonly string[];
  readonly kept: readonly string[];
}

const POLL_MS = 25;
/** How long a git that outlived us may take to end by itself. */
const PATIENCE_MS = 120_000;
/** Where nothing tells who has a file open, a lock this old has no living owner. */
const ABANDONED_MS = 10_000;
/** Between starting git and its first lock. */
const STARTING_MS = 1_000;

/** After a delivery was stopped in its middle: brings branch, index and files to `to` when git had got that far, else back to `from`. */
export async function recoverLocal(request: DeliveryMove & { readonly repository: Repository }): Promise<LocalRecovery> {
  // Nearly always: then nothing is written either.
  if ((await readDelivery(request.repository)) === null) return found('untouched');
  return withFileLock(deliveryFile(request.repository, 'lock'), () => recoverHeld(request)).catch((error: unknown) => {
    if (error instanceof GitError && error.code === 'locked') return found('busy');
    throw error;
  });
}

/** The same for one who holds the delivery's lock. */
export async function recoverHeld(
  request: DeliveryMove & { readonly repository: Repository },
  { locksAreOurs = true }: { readonly locksAreOurs?: boolean } = {},
): Promise<LocalRecovery> {
  const { repository } = request;
  const record = await readDelivery(repository);
  // The record is written before git is started: without one no file was touched.
  if (repository.root === null || record === null) return found('untouched');
  if (!(await hasEnded(repository, record))) return found('busy');
  const { branch, from, to } = record;
  const end = async (): Promise<void> => {
    if (locksAreOurs) await removeOwnLocks(repository, record);
    await endDelivery(repository);
  };

  const tip = await resolveRef(repository, `refs/heads/${branch}`);
  if (tip !== from || (await branchOfHead(repository.gitDir)) !== branch) {
    await end();
    return found(tip === to ? 'completed' : 'untouched');
  }
  const changes = await diffTrees(repository, from, to);
  const index = await readIndex(repository.root);
  if (isSide(index, changes, 'old')) {
    // The index was never replaced, so it is still the person's: only files and locks are in the way.
    const half = await halfMergedFiles(
      repository.root,
      changes.filter(({ path }) => index.get(path) !== OUTSIDE_SPARSE),
    );
    await putBack(repository.root, half.written);
    await restoreOrigHead(repository, record);
    await end();
    return { state: 'restored', restored: half.written.map(({ path }) => path), kept: half.foreign };
  }
  if (isSide(index, changes, 'new')) return found(await complete(repository, record));
  // Someone has staged something else since: what is there now is theirs.
  await end();
  return { ...found('restored'), kept: changes.map(({ path }) => path) };
}

function found(state: LocalRecovery['state']): LocalRecovery {
  return { state, restored: [], kept: [] };
}

/** Files and index are new and only the branch is not: the last step is made up for. */
async function complete(repository: Repository, record: DeliveryRecord): Promise<'completed' | 'busy'> {
  await removeOwnLocks(repository, record);
  const moved = await updateRef(repository, `refs/heads/${record.branch}`, record);
  if (!moved.ok && moved.reason === 'locked') return 'busy';
  await endDelivery(repository);
  return 'completed';
}

/** Waits for a git that outlived us; false when it still runs at the end of our patience. */
async function hasEnded(repository: Repository, record: DeliveryRecord): Promise<boolean> {
  const lock = join(repository.gitDir, 'index.lock');
  for (const deadline = Date.now() + PATIENCE_MS; ; await delay(POLL_MS)) {
    // Without a process on record git was being started when we died, and may not have come to its lock yet.
    const lives =
      record.process === null
        ? Date.now() - record.startedAt < STARTING_MS || (await isOpenByLiveProcess(lock)) === true
        : isProcessAlive(record.process);
    if (!lives) return true;
    if (Date.now() > deadline) return false;
  }
}

const OUTSIDE_SPARSE = 'outside the sparse checkout';

/** Path → "mode oid", "unmerged", or OUTSIDE_SPARSE for what has no file here. */
async function readIndex(root: string): Promise<Map<string, string>> {
  const entries = new Map<string, string>();
  for (const line of (await git(['ls-files', '-t', '--stage', '-z'], { cwd: root })).stdout.split('\0')) {
    const [, tag, mode, oid, stage, path] = /^(\S) (\d+) ([0-9a-f]+) (\d)\t(.*)$/s.exec(line) ?? [];
    if (path !== undefined) entries.set(path, tag === 'S' ? OUTSIDE_SPARSE : stage === '0' ? `${mode} ${oid}` : 'unmerged');
  }
  return entries;
}

/** Whether the index has this side of every change. */
function isSide(index: ReadonlyMap<string, string>, changes: readonly TreeChange[], side: 'old' | 'new'): boolean {
  return changes.every((change) => {
    const [mode, oid] = side === 'old' ? [change.oldMode, change.oldOid] : [change.newMode, change.newOid];
    const entry = index.get(change.path) ?? null;
    return entry === OUTSIDE_SPARSE || entry === (oid === null ? null : `${mode} ${oid}`);
  });
}

/** Removes the locks that our git left: made after it began, and open in no process that lives. */
async function removeOwnLocks(repository: Repository, record: DeliveryRecord): Promise<void> {
  const locks = [
    join(repository.gitDir, 'index.lock'),
    join(repository.gitDir, 'HEAD.lock'),
    join(repository.gitDir, 'ORIG_HEAD.lock'),
    join(repository.commonDir, 'refs', 'heads', `${record.branch}.lock`),
  ];
  for (const lock of locks) {
    const info = await stat(lock).catch(() => null);
    // File systems count time more coarsely than we do.
    if (info === null || info.mtimeMs < record.startedAt - 1_000) continue;
    const isOpen = await isOpenByLiveProcess(lock);
    if (isOpen === false || (isOpen === null && Date.now() - info.mtimeMs > ABANDONED_MS)) await rm(lock, { force: true });
  }
}
