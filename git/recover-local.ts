/** Ends a delivery that was stopped in its middle: forward when only the branch was left, else back to how everything was. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { removeDeadLocks } from './dead-locks.ts';
import type { StandingLock } from './dead-locks.ts';
import { deliveryFile, endDelivery, readDelivery, restoreOrigHead } from './delivery-record.ts';
import type { DeliveryRecord } from './delivery-record.ts';
import { GitError } from './exec-git.ts';
import { withFileLock } from './file-lock.ts';
import { halfMergedFiles, putBack } from './half-merged-files.ts';
import { indexSides, refreshIndex, takeBackIndex } from './index-sides.ts';
import type { IndexedChange } from './index-sides.ts';
import { liveGitIn } from './live-git.ts';
import { isProcessAlive } from './process-identity.ts';
import { resolveRef, updateRef } from './refs.ts';
import { branchOfHead } from './repository.ts';
import type { Repository } from './repository.ts';
import { diffTrees } from './tree.ts';
import type { TreeChange } from './tree.ts';

/** What was found and done. `untouched`: nothing of ours was there; `kept` files no longer hold what git wrote and stay as they are. */
export interface LocalRecovery {
  readonly state: 'untouched' | 'restored' | 'completed' | 'busy';
  /** Short name of the branch that was to move; null: no delivery was under way. */
  readonly branch: string | null;
  readonly restored: readonly string[];
  readonly kept: readonly string[];
  /** What keeps a `busy` one from being ended. */
  readonly lock: StandingLock | null;
}

const POLL_MS = 25;
/** How long a git that outlived us may take to end by itself. */
const PATIENCE_MS = 120_000;
/** Between starting git and its first lock. */
const STARTING_MS = 1_000;
/** How long somebody else may hold the index while we put it right. */
const INDEX_PATIENCE_MS = 3_000;

/** After a delivery was stopped in its middle: brings branch, index and files to `to` when git had got that far, else back to `from`. */
export async function recoverLocal(repository: Repository): Promise<LocalRecovery> {
  // Nearly always: then nothing is written either.
  if ((await readDelivery(repository)) === null) return UNTOUCHED;
  return withFileLock(deliveryFile(repository, 'lock'), () => recoverHeld(repository)).catch((error: unknown) => {
    if (error instanceof GitError && error.code === 'locked') return { ...UNTOUCHED, state: 'busy' };
    throw error;
  });
}

/** The same for one who holds the delivery's lock. `ownGitEnded`: git ended by itself, so every lock that stands is somebody else's. */
export async function recoverHeld(
  repository: Repository,
  { ownGitEnded = false }: { readonly ownGitEnded?: boolean } = {},
): Promise<LocalRecovery> {
  const record = await readDelivery(repository);
  // The record is written before git is started: without one no file was touched.
  if (repository.root === null || record === null) return UNTOUCHED;
  const { branch, from, to } = record;
  const found = (state: LocalRecovery['state'], more: Partial<LocalRecovery> = {}): LocalRecovery => ({
    ...UNTOUCHED,
    branch,
    state,
    ...more,
  });
  if (!(await hasEnded(repository, record))) return found('busy');
  // Before anything is put right: whoever holds one may be writing the same files.
  const lock = ownGitEnded ? null : await removeDeadLocks(repository, record);
  if (lock !== null) return found('busy', { lock });

  const tip = await resolveRef(repository, `refs/heads/${branch}`);
  if (tip === null || tip === to || (await branchOfHead(repository.gitDir)) !== branch) {
    await endDelivery(repository);
    return found(tip === to ? 'completed' : 'untouched');
  }
  const indexed = await indexSides(repository.root, await changesNotIn(tip, record, repository));
  const isAllNew = indexed.length > 0 && indexed.every(({ side }) => side === 'new');
  // Files and index are new and only the branch is not: the last step is made up for.
  if (tip === from && isAllNew && (await updateRef(repository, `refs/heads/${branch}`, record)).ok) {
    await endDelivery(repository);
    return found('completed');
  }
  try {
    const { restored, kept } = await takeBack(repository.root, indexed);
    await restoreOrigHead(repository, record);
    await endDelivery(repository);
    return found(tip === from || restored.length > 0 ? 'restored' : 'untouched', { restored, kept });
  } catch (error) {
    if (!(error instanceof GitError) || error.code !== 'locked') throw error;
    return found('busy', { lock: { path: join(repository.gitDir, 'index.lock'), holder: null } });
  }
}

const UNTOUCHED: LocalRecovery = { state: 'untouched', branch: null, restored: [], kept: [], lock: null };

/** What git was to change, without what somebody has committed since: there the new commit says what is right. */
async function changesNotIn(tip: string, { from, to }: DeliveryRecord, repository: Repository): Promise<TreeChange[]> {
  const changes = await diffTrees(repository, from, to);
  if (tip === from) return changes;
  const since = new Set((await diffTrees(repository, from, tip)).map(({ path }) => path));
  return changes.filter(({ path }) => !since.has(path));
}

/** Takes index and files back to what they were; what somebody has staged or written since stays. */
async function takeBack(root: string, indexed: readonly IndexedChange[]): Promise<Pick<LocalRecovery, 'restored' | 'kept'>> {
  const ours = indexed.filter(({ side }) => side !== 'foreign');
  const staged = ours.filter(({ side }) => side === 'new');
  // Where git had not come to replace the index, it stays the very bytes that the person left.
  if (staged.length > 0) await patiently(() => takeBackIndex(root, staged));
  const half = await halfMergedFiles(
    root,
    ours.filter(({ isSparse }) => !isSparse).map(({ change }) => change),
  );
  await putBack(root, half.written);
  if (staged.length > 0) await refreshIndex(root);
  const restored = new Set([...staged.map(({ change }) => change.path), ...half.written.map(({ path }) => path)]);
  const foreign = indexed.filter(({ side }) => side === 'foreign').map(({ change }) => change.path);
  return { restored: [...restored], kept: [...foreign, ...half.foreign] };
}

/** Tries again while somebody's git holds the index: as a rule for milliseconds. */
async function patiently(work: () => Promise<void>): Promise<void> {
  for (const deadline = Date.now() + INDEX_PATIENCE_MS; ; await delay(POLL_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof GitError) || error.code !== 'locked' || Date.now() > deadline) throw error;
    }
  }
}

/** Waits for a git that outlived us; false when it still runs at the end of our patience. */
async function hasEnded(repository: Repository, record: DeliveryRecord): Promise<boolean> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await delay(POLL_MS)) {
    // Without a process on record git was being started when we died, and may not have come to its lock yet.
    const lives =
      record.process === null
        ? Date.now() - record.startedAt < STARTING_MS || ((await liveGitIn(repository)) ?? []).length > 0
        : isProcessAlive(record.process);
    if (!lives) return true;
    if (Date.now() > deadline) return false;
  }
}
