/** Removes files that a process began to write beside their place and was killed before it could rename them. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Ours end so; the number is the process that wrote them. */
const TEMPORARY = /\.(\d+)(?:\.(?:tmp|stale)(?:\.lock)?)?$/;

/** Looks into the folders of `<commonDir>/upkeep` that are written by rename. */
export function sweepTemporaryFiles(commonDir: string): void {
  for (const folder of ['', 'journal', 'cache', 'cache/results']) {
    const path = join(commonDir, 'upkeep', folder);
    for (const name of namesIn(path)) {
      const pid = TEMPORARY.exec(name)?.[1];
      if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(path, name), { force: true });
    }
  }
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Whether some process has that number now. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
