/** Stops a server in order. */
import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseError } from '../database-error.ts';
import { isAlive } from './processes.ts';
import { readPostmaster } from './postmaster-pid.ts';

const STOP_MS = 60_000;
const POLL_MS = 10;

/** Stops the server that the lock file of a data folder names; returns when it is gone. */
export async function stopServer(data: string): Promise<void> {
  const postmaster = readPostmaster(data);
  if (postmaster.state !== 'alive') return;
  // A fast shutdown: connections that are left are closed, and all that was committed is written out.
  process.kill(postmaster.pid, 'SIGINT');
  const deadline = performance.now() + STOP_MS;
  while (isAlive(postmaster.pid) && readPostmaster(data).state === 'alive') {
    if (performance.now() > deadline) {
      throw new DatabaseError(
        'start-failed',
        `PostgreSQL (process ${postmaster.pid}) on ${data} did not stop within ${STOP_MS / 1000} s of being asked.`,
      );
    }
    await delay(POLL_MS);
  }
}
