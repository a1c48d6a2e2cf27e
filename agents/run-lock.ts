/** One `agent run` at a time in a clone: a lock file that names its process. */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isProcessAlive, processIdentity } from '../git/process-identity.ts';
import type { ProcessIdentity } from '../git/process-identity.ts';

export interface RunLock {
  release(): void;
  [Symbol.dispose](): void;
}

export type RunLockResult =
  { readonly ok: true; readonly lock: RunLock } | { readonly ok: false; readonly pid: number; readonly since: string };

interface Holder {
  readonly process: ProcessIdentity;
  readonly since: string;
}

/** Takes `<commonDir>/upkeep/run.lock`, or says who has it. The lock of a dead process is taken over. */
export function takeRunLock(commonDir: string): RunLockResult {
  const path = join(commonDir, 'upkeep', 'run.lock');
  mkdirSync(join(commonDir, 'upkeep'), { recursive: true });
  const mine = `${path}.${process.pid}`;
  const holder: Holder = { process: processIdentity(), since: new Date().toISOString() };
  try {
    writeFileSync(mine, JSON.stringify(holder), { mode: 0o600 });
    for (;;) {
      try {
        // A hard link appears complete or not at all, so nobody ever reads a half-written lock.
        linkSync(mine, path);
        const release = (): void => rmSync(path, { force: true });
        return { ok: true, lock: { release, [Symbol.dispose]: release } };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const other = readHolder(path);
      if (other !== null && isProcessAlive(other.process)) return { ok: false, pid: other.process.pid, since: other.since };
      takeAside(path, `${mine}.stale`);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Whether a live process holds the lock. */
export function isRunUnderWay(commonDir: string): boolean {
  return runUnderWay(commonDir) !== null;
}

/** The live process that holds the lock, and since when (ISO 8601). */
export function runUnderWay(commonDir: string): { readonly pid: number; readonly since: string } | null {
  const holder = readHolder(join(commonDir, 'upkeep', 'run.lock'));
  return holder !== null && isProcessAlive(holder.process) ? { pid: holder.process.pid, since: holder.since } : null;
}

/** Removes the lock of a process that is gone; a living one keeps it. */
export function dropDeadRunLock(commonDir: string): void {
  const path = join(commonDir, 'upkeep', 'run.lock');
  const holder = readHolder(path);
  if (holder !== null && !isProcessAlive(holder.process)) takeAside(path, `${path}.${process.pid}.stale`);
}

/** Moves a dead process's lock away; when another run replaced it in between, gives that one back. */
function takeAside(path: string, aside: string): void {
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const taken = readHolder(aside);
  if (taken !== null && isProcessAlive(taken.process)) linkSync(aside, path);
  rmSync(aside, { force: true });
}

function readHolder(path: string): Holder | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return null; // gone meanwhile, or not ours: either way it protects nobody
  }
}
