/**
 * One connection that says: somebody uses this server. Each holds a shared lock; who leaves asks for the whole lock, gets it
 * only as the last one, and stops the server while nobody else can have it. The server forgets locks of the dead by itself.
 */
import pg from 'pg';
import { EMBEDDED_ROLE } from './settings.ts';

/** Any number that nobody else takes, in the database `postgres`. */
const ATTACHED = 4_018_500_001n;
const CONNECT_MS = 5_000;
const LOCK_MS = 20_000;

export interface Attachment {
  /** `18.4` */
  readonly version: string;
  /** Settles when the connection is lost without our doing. */
  readonly lost: Promise<void>;
  readonly isLost: () => boolean;
  readonly run: (sql: string) => Promise<readonly Record<string, unknown>[]>;
  /** Leaves. True when nobody else is attached: then nobody can be until the server has stopped, or we end. */
  readonly leave: () => Promise<boolean>;
  readonly end: () => Promise<void>;
}

/** Attaches to the server behind a socket. Throws what the driver throws when there is none, or it is not ready. */
export async function attach(socketFolder: string): Promise<Attachment> {
  const client = new pg.Client({
    host: socketFolder,
    port: 5432,
    user: EMBEDDED_ROLE,
    database: 'postgres',
    application_name: 'upkeep attached',
    connectionTimeoutMillis: CONNECT_MS,
  });
  let leaving = false;
  let isLost = false;
  const lost = new Promise<void>((resolve) => {
    for (const event of ['error', 'end'] as const) {
      client.on(event, () => {
        isLost = true;
        if (!leaving) resolve();
      });
    }
  });
  try {
    await client.connect();
    // Whoever holds the whole lock stops the server; frozen in that, it must not hold us up for ever.
    await client.query(`set lock_timeout = '${LOCK_MS}ms'`);
    await client.query(`select pg_advisory_lock_shared(${ATTACHED})`);
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return {
      version: rows[0]?.server_version ?? '',
      lost,
      isLost: () => isLost,
      run: async (sql) => (await client.query<Record<string, unknown>>(sql)).rows,
      leave: async () => {
        leaving = true;
        await client.query(`select pg_advisory_unlock_shared(${ATTACHED})`);
        const answer = await client.query<{ alone: boolean }>(`select pg_try_advisory_lock(${ATTACHED}) as alone`);
        return answer.rows[0]?.alone === true;
      },
      end: () => {
        leaving = true;
        return client.end();
      },
    };
  } catch (error) {
    leaving = true;
    await client.end().catch(() => undefined);
    throw error;
  }
}
