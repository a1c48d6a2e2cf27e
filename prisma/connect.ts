/** Opens connections to the database of the service, and looks at what answers. */
import pg from 'pg';
import { asDatabaseError, describeTarget } from './connection-error.ts';
import { DatabaseError } from './database-error.ts';

/** All our tables are in it, so that the database may hold other people's too. */
export const SCHEMA = 'upkeep';

const OLDEST_MAJOR = 14;
const CONNECT_MS = 10_000;

/** Settings for connections to a URL; `name` is what administrators see in pg_stat_activity. */
export function connectionSettings(url: string, name: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: name,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    options: `-c search_path=${SCHEMA}`,
  };
}

/** One connection, to be ended by the caller. Throws a DatabaseError. */
export async function connect(url: string, name: string): Promise<pg.Client> {
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw new DatabaseError(
      'unreachable',
      'DATABASE_URL was expected to look like postgres://user:password@host:5432/database and does not.',
    );
  }
  let client: pg.Client | undefined;
  try {
    client = new pg.Client(connectionSettings(url, name));
    // What breaks it also fails the query that waits, or the next one.
    client.on('error', () => undefined);
    await client.connect();
    await refuseUnfit(client, url);
    return client;
  } catch (error) {
    await client?.end().catch(() => undefined);
    throw asDatabaseError(error, url);
  }
}

/** Throws when the server is too old for us, or a copy that takes no writes. */
async function refuseUnfit(client: pg.Client, url: string): Promise<void> {
  const { rows } = await client.query<{ version: string; number: number; readonly: string }>(
    `select current_setting('server_version') as version, current_setting('server_version_num')::int as number, current_setting('transaction_read_only') as readonly`,
  );
  const { version = '', number = 0, readonly = 'off' } = rows[0] ?? {};
  if (number < OLDEST_MAJOR * 10_000) {
    throw new DatabaseError(
      'too-old',
      `PostgreSQL ${OLDEST_MAJOR} or later was expected at ${describeTarget(url)}, and it is ${version}: update it.`,
    );
  }
  if (readonly === 'on') {
    throw new DatabaseError(
      'read-only',
      `The database at ${describeTarget(url)} can only be read: name the primary server in DATABASE_URL.`,
    );
  }
}
