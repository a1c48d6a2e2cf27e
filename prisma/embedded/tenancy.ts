/**
 * Who uses a data folder. PostgreSQL sees another server on its folder only on the same machine: on a network drive, in a
 * copied volume or in two containers it would not. So those who are attached write down where they are, and keep doing so.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { asFileError, DatabaseError } from '../database-error.ts';
import { readPostmaster } from './postmaster-pid.ts';

const BEAT_MS = 3_000;
/** Longer than two beats. */
const WATCH_MS = 8_000;

export interface Tenant {
  /** The machine's name, and its number where it has one. */
  readonly host: string;
  readonly machine: string | null;
  /** Changes at each boot, and with each container. */
  readonly boot: string | null;
}

interface Written extends Tenant {
  /** Changes with each beat. */
  readonly beat: string;
}

/** Where this process is. */
export function thisTenant(): Tenant {
  const machine = read('/etc/machine-id');
  const boot = read('/proc/sys/kernel/random/boot_id');
  return {
    host: hostname(),
    // machine-id(5): never shown as it is.
    machine: machine === null ? null : createHash('sha256').update(`upkeep ${machine}`).digest('hex').slice(0, 16),
    boot: boot === null ? null : `${boot} ${processSpace()}`,
  };
}

/** Throws `data-folder-in-use` unless a server may be started on the folder of `base` from here. */
export async function mayStartHere(base: string, here: Tenant, watchMs = WATCH_MS): Promise<void> {
  const before = readTenant(base);
  // A server that was stopped in order left nothing that anybody could be using.
  if (before === null || before.boot === here.boot || readPostmaster(join(base, 'data')).state === 'none') return;
  await delay(watchMs);
  const after = readTenant(base);
  if (after !== null && after.beat !== before.beat) throw inUse(base, after, 'and is used from there now: stop the service there first');
  const isSameMachine = before.host === here.host && before.machine === here.machine;
  const isSameKernel = before.boot?.split(' ')[0] === here.boot?.split(' ')[0] && here.boot !== null;
  if (isSameMachine || isSameKernel) return;
  throw inUse(
    base,
    before,
    `and its server was not stopped in order there: start the service there, or, when no server runs on it any more, delete ${tenantFile(base)} and start again`,
  );
}

/** Says that this folder is used from here. */
export function writeTenancy(base: string, here: Tenant): void {
  const draft = `${tenantFile(base)}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, `${JSON.stringify({ ...here, beat: `${process.pid} ${Date.now()}` } satisfies Written)}\n`);
    renameSync(draft, tenantFile(base));
  } catch (error) {
    rmSync(draft, { force: true });
    throw asFileError(error, base);
  }
}

/** Says it again and again, until the answer is called. */
export function keepTenancy(base: string, here: Tenant): () => void {
  const timer = setInterval(() => {
    try {
      writeTenancy(base, here);
    } catch {
      // A full disk is told of by the server; a beat that is left out hurts nobody.
    }
  }, BEAT_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function readTenant(base: string): Written | null {
  try {
    return JSON.parse(readFileSync(tenantFile(base), 'utf8')) as Written;
  } catch {
    return null; // none, or one that lost its content with the machine's power
  }
}

function inUse(base: string, { host }: Tenant, what: string): DatabaseError {
  return new DatabaseError(
    'data-folder-in-use',
    `The database in ${base} belongs to one machine at a time. It was last used on ${host}, ${what}. For several machines set DATABASE_URL to a PostgreSQL that all of them reach.`,
  );
}

function tenantFile(base: string): string {
  return join(base, 'used-from.json');
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim() || null;
  } catch {
    return null;
  }
}

/** Processes of another container have other numbers. */
function processSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
