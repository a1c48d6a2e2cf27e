import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDiskFullError } from './disk-room.ts';
import { withFileLock } from './file-lock.ts';
import type { Repository } from './repository.ts';

/** How the folder of each of our worktrees begins, and with it its record in the Git directory. */
export const WORKTREE_PREFIX = 'upkeep-';

const turns = new Map<string, Promise<unknown>>();

/** Runs `work` when no one else, in this process or another, adds or removes a worktree of ours in this repository. */
export function withWorktreeTurn<T>(repository: Repository, work: () => Promise<T>): Promise<T> {
  return inTurn(repository, () => withFileLock(lockOf(repository), work));
}

/**
 * The same for work that makes room: on a full disk, where there is none for a lock, nobody else can add a worktree, and it
 * goes on without.
 */
export function withRemovalTurn<T>(repository: Repository, work: () => Promise<T>): Promise<T> {
  let hasBegun = false;
  const begin = (): Promise<T> => {
    hasBegun = true;
    return work();
  };
  return inTurn(repository, () =>
    withFileLock(lockOf(repository), begin).catch((error: unknown) => {
      if (hasBegun || !isDiskFullError(error)) throw error;
      return work();
    }),
  );
}

function lockOf({ commonDir }: Repository): string {
  return join(commonDir, 'upkeep', 'worktree.lock');
}

async function inTurn<T>({ commonDir }: Repository, work: () => Promise<T>): Promise<T> {
  const before = turns.get(commonDir) ?? Promise.resolve();
  const mine = before.then(work);
  // The next in line waits for the end of this turn, not for its success.
  const ended = mine.then(
    () => undefined,
    () => undefined,
  );
  turns.set(commonDir, ended);
  try {
    return await mine;
  } finally {
    if (turns.get(commonDir) === ended) turns.delete(commonDir);
  }
}

/** Removes records that a killed `git worktree add` of ours left without contents, over which other commands stumble; needs the turn. */
export async function removeHalfMadeRecords(repository: Repository): Promise<void> {
  const records = join(repository.commonDir, 'worktrees');
  for (const name of await namesIn(records)) {
    if (!name.startsWith(WORKTREE_PREFIX)) continue;
    const complete = await Promise.all(['locked', 'gitdir', 'commondir', 'HEAD'].map((file) => isWritten(join(records, name, file))));
    if (!complete.every(Boolean)) await rm(join(records, name), { recursive: true, force: true });
  }
}

async function isWritten(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.size > 0,
    () => false,
  );
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}
