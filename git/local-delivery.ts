/** Moves the checked-out branch, its index and its files forward, or leaves everything as it is. */
import { lstat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { isAncestor } from './ancestry.ts';
import { isHeldElsewhere } from './branch-holders.ts';
import { beginDelivery, deliveryFile, endDelivery, readDelivery } from './delivery-record.ts';
import type { DeliveryMove } from './delivery-record.ts';
import { fullDisk } from './disk-room.ts';
import { withFileLock } from './file-lock.ts';
import { git } from './exec-git.ts';
import { GitError, gitErrorCode, locksNamedIn } from './git-error.ts';
import { botIdentity } from './identity.ts';
import { operationInProgress } from './operation-state.ts';
import { requireObjectId } from './object-id.ts';
import { recoverHeld } from './recover-local.ts';
import type { LocalRecovery } from './recover-local.ts';
import { resolveRef } from './refs.ts';
import { branchOfHead } from './repository.ts';
import type { Repository } from './repository.ts';
import { runDetached } from './run-detached.ts';
import { uncommittedFiles } from './status.ts';
import { diffTrees } from './tree.ts';
import type { TreeChange } from './tree.ts';

/** Why the checked-out branch was left where it is. */
export type LocalRefusal =
  | 'detached'
  | 'not-checked-out'
  | 'operation-in-progress'
  | 'checked-out-elsewhere'
  | 'would-overwrite'
  | 'moved'
  | 'locked'
  /** Git was stopped in its middle, now or earlier, and a lock of somebody else keeps what it left from being put right. */
  | 'unsettled'
  | 'failed';

/** `paths`: the person's files, or the lock files, that stand in the way; absolute outside the working tree. */
export type LocalResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: LocalRefusal; readonly paths?: readonly string[]; readonly message?: string };

/** Which branch goes from which commit to which. */
export interface LocalRequest extends DeliveryMove {
  readonly repository: Repository;
}

/** Moves the checked-out branch and its files forward, or leaves everything as it is and says why. */
export async function deliverLocal(request: LocalRequest): Promise<LocalResult> {
  // Two runs in one clone: the second finds the branch moved, and not a merge under way.
  return withFileLock(deliveryFile(request.repository, 'lock'), () => deliverHeld(request)).catch((error: unknown) => {
    if (error instanceof GitError && error.code === 'locked') return { ok: false, reason: 'locked', message: error.message };
    throw error;
  });
}

async function deliverHeld(request: LocalRequest): Promise<LocalResult> {
  const { repository, branch, from, to } = request;
  // Another run's, or one of ours that nobody has recovered.
  if ((await readDelivery(repository)) !== null) {
    const earlier = await recoverHeld(repository);
    if (earlier.state === 'busy') return unsettled(earlier, request);
  }
  const refusal = await refusalOf(request);
  if (refusal !== null) return refusal;
  if (from === to) return { ok: true };

  const record = await beginDelivery(repository, { branch, from, to });
  const merge = await runDetached(MERGE(to), {
    cwd: repository.root ?? '',
    log: deliveryFile(repository, 'log'),
    // What Git does not know to be its own business stays out of it; the person's own filters do run in their own tree.
    env: { ...botIdentity(), GIT_REFLOG_ACTION: 'upkeep', GIT_LFS_SKIP_SMUDGE: '0' },
    onStart: (child) => record.started(child),
  });
  if (merge.exitCode === 0) {
    await endDelivery(repository);
    return { ok: true };
  }
  // Asked before the files are put back, which makes room again; on a full disk git's words may not have been written either.
  const full = fullDisk([repository.root ?? '', repository.gitDir]);
  // Full disk, a filter that failed, a ref that is locked: files and index may be new already. A git that ends by itself has removed its locks.
  const recovery = await recoverHeld(repository, { ownGitEnded: merge.exitCode !== null });
  if (recovery.state === 'completed') return { ok: true };
  if (full !== null || gitErrorCode(merge.stderr) === 'disk-full')
    throw new GitError('disk-full', full?.words ?? `no space left on the disk of ${repository.root ?? ''}`);
  if (recovery.state === 'busy') return unsettled(recovery, request);
  if (gitErrorCode(merge.stderr) === 'locked') return lockedBy(merge.stderr, request);
  if (/would be overwritten by merge/.test(merge.stderr)) {
    return { ok: false, reason: 'would-overwrite', paths: await pathsNamedIn(merge.stderr, request), message: merge.stderr };
  }
  return { ok: false, reason: 'failed', message: merge.stderr };
}

/** Settings of a person (merge.ff, autostash, signatures, options of the branch) must change nothing about it. */
const MERGE = (to: string): string[] => [
  ...['merge', '--ff-only', '--no-autostash', '--no-overwrite-ignore', '--no-squash', '--commit'],
  ...['--no-verify-signatures', '--no-stat', '--no-progress', '--no-edit', to],
];

async function refusalOf(request: LocalRequest): Promise<LocalResult | null> {
  const { repository, branch, from, to } = request;
  const refuse = (reason: LocalRefusal, paths?: readonly string[]): LocalResult => ({ ok: false, reason, ...(paths && { paths }) });
  if (repository.root === null) return refuse('not-checked-out');
  // A rebase detaches HEAD too, and says more.
  if ((await operationInProgress(repository)) !== null) return refuse('operation-in-progress');
  const current = await branchOfHead(repository.gitDir);
  if (current === null) return refuse('detached');
  if (current !== branch) return refuse('not-checked-out');
  if ((await resolveRef(repository, `refs/heads/${branch}`)) !== from) return refuse('moved');
  if (!(await isAncestor(repository, from, to))) return refuse('moved');
  if (await isThere(join(repository.gitDir, 'index.lock')))
    return refuse('locked', [shown(join(repository.gitDir, 'index.lock'), repository)]);
  if (await isHeldElsewhere(repository, branch)) return refuse('checked-out-elsewhere');
  // Git would bring back a file that the person has deleted, and overwrite one that equals the new content by chance.
  const changes = await diffTrees(repository, from, to);
  const changed = new Set(changes.map(({ path }) => path));
  const dirty = (await uncommittedFiles(repository)).map(({ path }) => path).filter((path) => changed.has(path));
  const inTheWay = [...dirty, ...(await alreadyThere(repository.root, changes))];
  return inTheWay.length > 0 ? refuse('would-overwrite', [...new Set(inTheWay)]) : refusalOfRefs(request);
}

/** Git writes the files first and the branch last: asked before, whether the branch can be moved at all. */
async function refusalOfRefs(request: LocalRequest): Promise<LocalResult | null> {
  const { repository, from, to } = request;
  const input = `start\nupdate HEAD ${requireObjectId(to)} ${requireObjectId(from)}\nprepare\nabort\n`;
  try {
    await git(['update-ref', '--stdin'], { gitDir: repository.gitDir, input, env: botIdentity() });
    return null;
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    if (error.code === 'locked') return lockedBy(error.stderr, request);
    if (error.code !== 'failed' && error.code !== 'read-only') throw error;
    return { ok: false, reason: 'failed', message: error.stderr };
  }
}

/** The refusal with the locks that git names. */
function lockedBy(stderr: string, { repository }: LocalRequest): LocalResult {
  return { ok: false, reason: 'locked', paths: locksNamedIn(stderr).map((path) => shown(path, repository)), message: stderr };
}

function unsettled({ lock }: LocalRecovery, { repository }: LocalRequest): LocalResult {
  return { ok: false, reason: 'unsettled', paths: lock === null ? [] : [shown(lock.path, repository)] };
}

/** As a person at the root would name it. */
function shown(path: string, { root, gitDir }: Repository): string {
  const absolute = isAbsolute(path) ? path : join(gitDir, path);
  const inside = relative(root ?? gitDir, absolute);
  return inside.startsWith('..') ? absolute : inside;
}

/** New paths at which something stands that Git does not know, an ignored file for one: what recovery finds there must be Git's own. */
async function alreadyThere(root: string, changes: readonly TreeChange[]): Promise<string[]> {
  const leaving = new Set(changes.filter(({ status }) => status === 'deleted').map(({ path }) => path));
  const looked = new Map<string, Promise<boolean>>();
  const found: string[] = [];
  for (const { path } of changes.filter(({ status }) => status === 'added')) {
    for (let at = path; at !== '.'; at = dirname(at)) {
      const inTheWay = looked.get(at) ?? isThere(join(root, at));
      looked.set(at, inTheWay);
      if ((await inTheWay) && !leaving.has(at)) found.push(at);
    }
  }
  return found;
}

/** Whether a file or a link stands there. */
async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null))?.isDirectory() === false;
}

/** The paths that Git lists, as far as they are ones that we would change: a name may hold a newline. */
async function pathsNamedIn(stderr: string, { repository, from, to }: LocalRequest): Promise<string[]> {
  const listed = new Set(stderr.split('\n').flatMap((line) => /^\t(.*)$/.exec(line)?.[1] ?? []));
  return (await diffTrees(repository, from, to)).map(({ path }) => path).filter((path) => listed.has(path));
}
