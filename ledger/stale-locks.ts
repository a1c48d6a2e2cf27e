/** Lock files of Git that killed processes left in the ledger's repository. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Git holds these for milliseconds; one that is older has no holder. */
const STALE_LOCK_MS = 2_000;

/** Removes those that no living process can hold. */
export async function removeStaleLocks(gitDir: string): Promise<void> {
  for (const folder of [gitDir, join(gitDir, 'refs', 'upkeep')]) {
    const names = await readdir(folder).catch(() => [] as string[]);
    for (const name of names.filter((one) => one.endsWith('.lock'))) {
      const path = join(folder, name);
      const made = await stat(path).catch(() => null);
      if (made !== null && Date.now() - made.mtimeMs > STALE_LOCK_MS) await rm(path, { force: true });
    }
  }
}
