/** Removes the lock files that a git of ours left when it was killed, and no others. */
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DeliveryRecord } from './delivery-record.ts';
import { liveGitIn } from './live-git.ts';
import { isOpenByLiveProcess } from './open-files.ts';
import type { Repository } from './repository.ts';

/** A lock that stays where it is. `holder`: a process that holds it, or may; null: nobody that can be seen, but nothing proves that it is ours. */
export interface StandingLock {
  /** Absolute. */
  readonly path: string;
  readonly holder: number | 'unknown' | null;
}

const POLL_MS = 25;
/** How long somebody's git may take to end: nearly all take less. */
const QUIET_MS = 2_000;
/** File systems count time more coarsely than we do. */
const COARSE_MS = 1_000;

/**
 * Removes what the recorded git left: made since it began, holding what it would write, open in no process, and only while
 * no git works in this repository. Answers with the first lock that is not proven so; then none was removed.
 */
export async function removeDeadLocks(repository: Repository, record: DeliveryRecord): Promise<StandingLock | null> {
  const standing: { path: string; madeAt: number; isLikeOurs: boolean }[] = [];
  for (const { path, written } of locksOf(repository, record)) {
    const info = await stat(path).catch(() => null);
    if (info === null) continue;
    const isLikeOurs = written === null || info.size === 0 || (await readFile(path, 'utf8').catch(() => '')).trim() === written;
    standing.push({ path, madeAt: info.mtimeMs, isLikeOurs });
  }
  const [first] = standing;
  if (first === undefined) return null;
  const live = await waitForQuiet(repository);
  if (live === null) return { path: first.path, holder: 'unknown' };
  if (live[0] !== undefined) return { path: first.path, holder: live[0] };
  for (const { path, madeAt, isLikeOurs } of standing) {
    if (madeAt < record.startedAt - COARSE_MS || !isLikeOurs) return { path, holder: null };
    if ((await isOpenByLiveProcess(path)) === true) return { path, holder: 'unknown' };
  }
  for (const { path } of standing) await rm(path, { force: true });
  return null;
}

/** The locks that a fast-forward takes, with what it writes into them; null: what that is cannot be told. */
function locksOf(repository: Repository, { branch, from, to }: DeliveryRecord): { path: string; written: string | null }[] {
  return [
    { path: join(repository.gitDir, 'index.lock'), written: null },
    // Held for its reflog only.
    { path: join(repository.gitDir, 'HEAD.lock'), written: '' },
    { path: join(repository.gitDir, 'ORIG_HEAD.lock'), written: from },
    { path: join(repository.commonDir, 'refs', 'heads', `${branch}.lock`), written: to },
  ];
}

/** The gits that are still there when our patience ends. */
async function waitForQuiet(repository: Repository): Promise<number[] | null> {
  for (const deadline = Date.now() + QUIET_MS; ; await delay(POLL_MS)) {
    const live = await liveGitIn(repository);
    if (live === null || live.length === 0 || Date.now() > deadline) return live;
  }
}
