/** What is in a database, for people and programs that ask. */
import pg from 'pg';
import { tablesOf } from './backup/tables.ts';
import { connect, SCHEMA } from './connect.ts';
import { asDatabaseError } from './connection-error.ts';
import { schemaVersion } from './migrate.ts';
import { readMigrations } from './migration-files.ts';
import { servicesAtWork } from './presence.ts';

export interface SchemaInfo {
  /** Name of the last migration, or null when no service has used the database. */
  readonly version: string | null;
  /** `newer`: a later upkeep made it; `older`: the next start of a service brings it forward. */
  readonly state: 'none' | 'current' | 'older' | 'newer';
  /** Names of migrations that this program has and the database has not. */
  readonly missing: readonly string[];
}

export interface DatabaseInfo {
  /** Version of the server, such as `18.4`. */
  readonly postgresql: string;
  readonly schema: SchemaInfo;
  /** Of our tables and those of the queue. */
  readonly bytes: number;
  /** Table → rows. */
  readonly rows: Readonly<Record<string, number>>;
  /** State → runs. */
  readonly runs: Readonly<Record<string, number>>;
  /** Services that use it now. */
  readonly services: number;
}

/** Looks into the database behind a URL and changes nothing. Throws a DatabaseError. */
export async function readInfo(url: string): Promise<DatabaseInfo> {
  const client = await connect(url, 'upkeep info');
  try {
    const rows: Record<string, number> = {};
    for (const { name } of await tablesOf(client, SCHEMA)) rows[name] = await countOf(client, name);
    const server = await client.query<{ version: string; bytes: string }>(
      `select current_setting('server_version') as version, (select coalesce(sum(pg_total_relation_size(c.oid)), 0)
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('${SCHEMA}', '${SCHEMA}_queue') and c.relkind in ('r', 'm'))::text as bytes`,
    );
    return {
      postgresql: server.rows[0]?.version.split(' ')[0] ?? '',
      schema: schemaOf(await schemaVersion(client)),
      bytes: Number(server.rows[0]?.bytes ?? 0),
      rows,
      runs: 'run' in rows ? await runStates(client) : {},
      services: (await servicesAtWork(client)).length,
    };
  } catch (error) {
    throw asDatabaseError(error, url);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function schemaOf(version: string | null): SchemaInfo {
  const names = readMigrations().map(({ name }) => name);
  const missing = names.filter((name) => version === null || name > version);
  if (version === null) return { version, state: 'none', missing };
  return { version, state: !names.includes(version) ? 'newer' : missing.length > 0 ? 'older' : 'current', missing };
}

async function countOf(client: pg.Client, table: string): Promise<number> {
  const { rows } = await client.query<{ rows: string }>(`select count(*) as rows from ${SCHEMA}.${pg.escapeIdentifier(table)}`);
  return Number(rows[0]?.rows ?? 0);
}

async function runStates(client: pg.Client): Promise<Readonly<Record<string, number>>> {
  const { rows } = await client.query<{ state: string; runs: string }>(
    `select state, count(*) as runs from ${SCHEMA}.run group by 1 order by 1`,
  );
  return Object.fromEntries(rows.map(({ state, runs }) => [state, Number(runs)]));
}
