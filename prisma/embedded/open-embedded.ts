/** The embedded PostgreSQL: started when it does not run, attached to when it does, brought back when it is killed. */
import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseError } from '../database-error.ts';
import { attach, type Attachment } from './attachment.ts';
import type { Binaries } from './binaries.ts';
import { ensureRunning, type Running } from './ensure-running.ts';
import { placeOf, type Place } from './place.ts';
import { thisMachine, type Machine } from './server-user.ts';
import { EMBEDDED_DATABASE, EMBEDDED_ROLE } from './settings.ts';
import { stopServer } from './stop-server.ts';
import { keepTenancy, thisTenant } from './tenancy.ts';

const LEAVE_TRIES = 3;
const LONGEST_PAUSE_MS = 10_000;

export interface EmbeddedRequest {
  /** Folder of the service's state: data, log and, where its path is short enough, the socket are kept in `postgresql/` in it. */
  readonly stateFolder: string;
  /** Folder for what is fetched, or null when the machine has no home. */
  readonly cacheFolder: string | null;
  /** Takes lines for people. */
  readonly log: (line: string) => void;
  /** Settings of the server that override ours. */
  readonly settings?: Readonly<Record<string, string>>;
  /** What the machine offers; found out when it is not given. */
  readonly machine?: Machine;
  /** PostgreSQL's programs, of that version where one is wanted; found or fetched when it is not given. */
  readonly programs?: (version?: string) => Promise<Binaries>;
}

export interface EmbeddedServer {
  /** For any PostgreSQL client on this machine, run by the same user. */
  readonly connectionString: string;
  readonly socketFolder: string;
  readonly dataFolder: string;
  readonly logFolder: string;
  /** `18.4` */
  readonly version: string;
  /** How it was found: made new, started, or running already. */
  readonly found: 'made' | 'started' | 'running';
  /** Leaves the server, and stops it when nobody else is attached. */
  readonly close: () => Promise<void>;
}

/** Opens the embedded server. Throws a DatabaseError that says what to do. */
export async function openEmbedded(request: EmbeddedRequest): Promise<EmbeddedServer> {
  const place = placeOf(request.stateFolder, request.machine ?? thisMachine());
  const tenant = thisTenant();
  const running = await ensureRunning(place, { ...request, tenant });
  const endTenancy = keepTenancy(place.base, tenant);
  let closing: Promise<void> | null = null;
  const guard = keepAttached(running.attachment, () => ensureRunning(place, { ...request, tenant }), request.log);
  return {
    connectionString: `postgresql://${EMBEDDED_ROLE}@/${EMBEDDED_DATABASE}?host=${encodeURIComponent(place.socket)}`,
    socketFolder: place.socket,
    dataFolder: place.data,
    logFolder: place.log,
    version: running.attachment.version,
    found: running.found,
    close: () => {
      closing ??= (async () => {
        endTenancy();
        await leave(place, await guard.release());
      })();
      return closing;
    },
  };
}

/** Leaves the server, and stops it when nobody else is attached. */
async function leave(place: Place, held: Attachment | null): Promise<void> {
  let attachment = held?.isLost() === false ? held : null;
  for (let tries = 0; tries < LEAVE_TRIES; tries += 1) {
    // A connection that broke says nothing about the server: it may go on, and another may just have stopped it.
    attachment ??= await attach(place.socket).catch(() => null);
    if (attachment === null) return;
    try {
      if (await attachment.leave()) await stopServer(place.data);
      return;
    } catch (error) {
      if (error instanceof DatabaseError) throw error;
    } finally {
      await attachment.end().catch(() => undefined); // the server has ended it
      attachment = null;
    }
  }
}

interface Guard {
  /** Ends the guarding; the attachment that is held, or null when the server is gone just now. */
  readonly release: () => Promise<Attachment | null>;
}

/** Attaches anew, and starts the server anew, whenever it is lost. */
function keepAttached(first: Attachment, again: () => Promise<Running>, log: (line: string) => void): Guard {
  let current: Attachment | null = first;
  const stopping = new AbortController();
  const stopped = new Promise<'stopped'>((resolve) => stopping.signal.addEventListener('abort', () => resolve('stopped')));
  const guarding = (async () => {
    for (let failures = 0; ;) {
      if (current !== null && (await Promise.race([current.lost.then(() => 'lost' as const), stopped])) === 'stopped') return;
      current = null;
      try {
        current = (await again()).attachment;
        if (failures > 0) log('PostgreSQL runs again.');
        failures = 0;
      } catch (error) {
        if (failures === 0)
          log(`PostgreSQL is gone and cannot be started again yet: ${error instanceof Error ? error.message : String(error)}`);
        failures += 1;
        const pause = Math.min(100 * 2 ** failures, LONGEST_PAUSE_MS);
        await delay(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
      if (stopping.signal.aborted) return;
    }
  })();
  return {
    release: async () => {
      stopping.abort();
      await guarding;
      return current;
    },
  };
}
