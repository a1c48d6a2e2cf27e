/** The server's own lock file, postmaster.pid: whom it names, and taking it away when a dead server left it. */
import { linkSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { commandOf, isAlive } from './processes.ts';

/** A lock file is written within this time after it is made. */
const WRITTEN_MS = 10_000;

export type Postmaster =
  /** Stopped cleanly, or never started. */
  | { readonly state: 'none' }
  /** A server that runs on this folder. */
  | { readonly state: 'alive'; readonly pid: number }
  /** Left by a server that was killed; PostgreSQL clears it away by itself. */
  | { readonly state: 'dead'; readonly pid: number }
  /** Left by a server that was killed, and its number is another process's now, which keeps PostgreSQL from starting. */
  | { readonly state: 'foreign'; readonly pid: number; readonly command: string };

/** Looks at the lock file of a data folder. */
export function readPostmaster(data: string): Postmaster {
  const text = readLock(data);
  if (text === null) return { state: 'none' };
  // A negative number is that of a server without postmaster.
  const pid = Math.abs(Number.parseInt(text, 10));
  // An empty one is being written, or was left by a machine that lost power.
  if (!Number.isInteger(pid) || pid === 0) {
    return ageOf(data) < WRITTEN_MS ? { state: 'alive', pid: 0 } : { state: 'foreign', pid: 0, command: '' };
  }
  if (!isAlive(pid)) return { state: 'dead', pid };
  const command = commandOf(pid);
  // What cannot be asked is left in peace.
  if (command === null) return isAlive(pid) ? { state: 'alive', pid } : { state: 'dead', pid };
  return isServerOf(command, data) ? { state: 'alive', pid } : { state: 'foreign', pid, command };
}

/** Takes away a lock file that names `pid`, and no other: meanwhile another process may have started a server. */
export function removeStaleLock(data: string, pid: number): void {
  const path = lockOf(data);
  const claim = `${path}.stale-${process.pid}`;
  try {
    renameSync(path, claim);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const found = Math.abs(Number.parseInt(readFileSync(claim, 'utf8'), 10)) || 0;
  if (found !== pid) linkSync(claim, path);
  rmSync(claim, { force: true });
}

function isServerOf(command: string, data: string): boolean {
  return /(^|\/)postgres\b/.test(command) && `${command} `.includes(` ${data} `);
}

function ageOf(data: string): number {
  const info = statSync(lockOf(data), { throwIfNoEntry: false });
  return info === undefined ? 0 : Date.now() - info.mtimeMs;
}

function readLock(data: string): string | null {
  try {
    return readFileSync(lockOf(data), 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

function lockOf(data: string): string {
  return join(data, 'postmaster.pid');
}
