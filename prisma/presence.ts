/** Says in the database that a service uses it, so that nobody replaces its content meanwhile. */
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { connect } from './connect.ts';
import { describeTarget } from './connection-error.ts';
import { DatabaseError } from './database-error.ts';

/** Any number that nobody else takes in our database. */
const PRESENCE = 4_018_500_002n;
const AGAIN_MS = 1_000;

export interface Presence {
  readonly release: () => Promise<void>;
}

/** Holds a shared lock until it is released; taken again when its connection breaks. Throws `in-use` while a restore is under way. */
export async function holdPresence(url: string, onProblem: (error: Error) => void): Promise<Presence> {
  const released = new AbortController();
  let client: pg.Client | null = null;
  const take = async (): Promise<void> => {
    const next = await connect(url, 'upkeep service');
    const { rows } = await next.query<{ held: boolean }>(`select pg_try_advisory_lock_shared(${PRESENCE}) as held`);
    if (rows[0]?.held !== true) {
      await next.end();
      throw new DatabaseError('in-use', `A backup is being restored at ${describeTarget(url)}: start the service when that is done.`);
    }
    if (released.signal.aborted) return next.end();
    client = next;
    next.once('end', () => {
      client = null;
      if (!released.signal.aborted) void takeAgain();
    });
  };
  const takeAgain = async (): Promise<void> => {
    for (let isFirst = true; !released.signal.aborted; isFirst = false) {
      try {
        return await take();
      } catch (error) {
        if (isFirst) onProblem(error as Error);
        await delay(AGAIN_MS, undefined, { signal: released.signal }).catch(() => undefined);
      }
    }
  };
  await take();
  return {
    release: async () => {
      released.abort();
      await client?.end();
    },
  };
}

/** Where the services are that use the database just now, one address each. */
export async function servicesAtWork(client: pg.ClientBase): Promise<readonly string[]> {
  const { rows } = await client.query<{ address: string | null }>(
    `select a.client_addr as address from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.granted and l.database = (select oid from pg_database where datname = current_database())
        and (l.classid::bigint << 32) + l.objid::bigint = ${PRESENCE} and a.pid <> pg_backend_pid()`,
  );
  return rows.map(({ address }) => address ?? 'this machine');
}

/** Takes the database for the caller alone, on its connection. Throws `in-use` while services are at work. */
export async function takeAlone(client: pg.Client, url: string): Promise<void> {
  const { rows } = await client.query<{ alone: boolean }>(`select pg_try_advisory_lock(${PRESENCE}) as alone`);
  if (rows[0]?.alone === true) return;
  const from = (await servicesAtWork(client)).join(', ') || 'somewhere';
  throw new DatabaseError(
    'in-use',
    `A service uses the database at ${describeTarget(url)} (from ${from}): stop it first (\`agent serve\` ends on Ctrl-C or SIGTERM).`,
  );
}
