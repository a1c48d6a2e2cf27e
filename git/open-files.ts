import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Whether a live process has the file open; null where the system does not tell (outside Linux). */
export async function isOpenByLiveProcess(path: string): Promise<boolean | null> {
  const wanted = await stat(path).catch(() => null);
  if (wanted === null) return false;
  const processes = await readdir('/proc').catch(() => null);
  if (processes === null || !processes.includes('self')) return null;
  for (const pid of processes) {
    if (!/^\d+$/.test(pid)) continue;
    const folder = join('/proc', pid, 'fd');
    // Another user's process, or one that has just ended.
    for (const fd of await readdir(folder).catch(() => [])) {
      const open = await stat(join(folder, fd)).catch(() => null);
      if (open !== null && open.ino === wanted.ino && open.dev === wanted.dev) return true;
    }
  }
  return false;
}
