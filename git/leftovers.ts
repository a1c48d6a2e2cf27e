import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isProcessAlive, processIdentity } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { Repository } from './repository.ts';

/** How the folder of a snapshot's temporary index begins; the number of its process follows. */
export const SNAPSHOT_PREFIX = 'snapshot-';

/** Half a lock is written in an instant; one that cannot be read and is older was left by a crash. */
const UNREADABLE_MS = 60_000;

/** Removes what killed processes left in our folder of the Git directory: drafts of locks and temporary indexes. */
export async function removeLeftovers(repository: Pick<Repository, 'gitDir' | 'commonDir'>): Promise<void> {
  for (const folder of new Set([repository.gitDir, repository.commonDir].map((dir) => join(dir, 'upkeep')))) {
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name);
      const pid = new RegExp(`^${SNAPSHOT_PREFIX}(\\d+)-`).exec(name)?.[1];
      const isDead = pid !== undefined ? !lives(Number(pid)) : /\.lock\./.test(name) && (await isDeadLock(path));
      if (isDead) await rm(path, { recursive: true, force: true });
    }
  }
}

function lives(pid: number): boolean {
  return isProcessAlive({ ...processIdentity(pid), startedAt: null });
}

async function isDeadLock(path: string): Promise<boolean> {
  try {
    return !isProcessAlive(JSON.parse(await readFile(path, 'utf8')) as ProcessIdentity);
  } catch {
    return stat(path).then(
      (info) => Date.now() - info.mtimeMs > UNREADABLE_MS,
      () => false, // gone by itself
    );
  }
}
