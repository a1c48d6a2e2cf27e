/** Brings a database to the schema of this program, forwards only. Keeps the books as Prisma does, so that `prisma migrate deploy` agrees. */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { connect, SCHEMA } from './connect.ts';
import { asDatabaseError, describeTarget } from './connection-error.ts';
import { DatabaseError } from './database-error.ts';
import { readMigrations, type Migration } from './migration-files.ts';

/** The number that Prisma locks while it migrates. */
const PRISMA_LOCK = 72_707_369;
const LOCK_MS = 120_000;

/** As Prisma makes it. */
const BOOKS = `create table if not exists _prisma_migrations (
  id varchar(36) primary key not null,
  checksum varchar(64) not null,
  finished_at timestamptz,
  migration_name varchar(255) not null,
  logs text,
  rolled_back_at timestamptz,
  started_at timestamptz not null default now(),
  applied_steps_count integer not null default 0
)`;

export interface MigrateOptions {
  /** The migrations; those of this program when they are not given. */
  readonly migrations?: readonly Migration[];
  /** Name of the last one to apply. */
  readonly upTo?: string;
  /** Where the tables are; a restore makes them ready elsewhere first. */
  readonly schema?: string;
}

export interface Migrated {
  /** Names of the migrations that were applied now. */
  readonly applied: readonly string[];
  /** Name of the last one that the database has, or null when it has none. */
  readonly version: string | null;
}

interface Booked {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: Date | null;
}

/** Applies what is missing, each migration in one transaction; one process at a time. Throws a DatabaseError. */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<Migrated> {
  const { migrations = readMigrations(), upTo, schema = SCHEMA } = options;
  const client = await connect(url, 'upkeep migrate');
  try {
    await client.query(`set lock_timeout = ${LOCK_MS}; set statement_timeout = 0; set idle_in_transaction_session_timeout = 0`);
    await lock(client, url);
    await makeBooks(client, schema);
    const booked = await readBooks(client, schema);
    refuseForeign(booked, migrations, url);
    const known = new Set(booked.map((row) => row.migration_name));
    const wanted = migrations.filter(({ name }) => upTo === undefined || name <= upTo);
    const applied: string[] = [];
    for (const migration of wanted.filter(({ name }) => !known.has(name))) {
      await apply(client, migration, { url, schema });
      applied.push(migration.name);
    }
    return { applied, version: [...known, ...applied].sort().at(-1) ?? null };
  } catch (error) {
    throw asDatabaseError(error, url);
  } finally {
    // The lock goes with the connection.
    await client.end().catch(() => undefined);
  }
}

/** Name of the last migration of a database, or null when it has none of our tables. */
export async function schemaVersion(client: pg.ClientBase): Promise<string | null> {
  if (!(await hasBooks(client, SCHEMA))) return null;
  return (await readBooks(client, SCHEMA)).at(-1)?.migration_name ?? null;
}

async function lock(client: pg.Client, url: string): Promise<void> {
  try {
    await client.query(`select pg_advisory_lock(${PRISMA_LOCK})`);
  } catch (error) {
    if ((error as { readonly code?: string }).code !== '55P03') throw error;
    throw new DatabaseError(
      'in-use',
      `Another process has been changing the schema at ${describeTarget(url)} for ${LOCK_MS / 1000} s: wait until it has ended.`,
      error,
    );
  }
}

async function makeBooks(client: pg.Client, schema: string): Promise<void> {
  // Whoever may not make schemas can be given this one.
  const { rows } = await client.query('select 1 from pg_namespace where nspname = $1', [schema]);
  if (rows.length === 0) await client.query(`create schema ${schema}`);
  if (!(await hasBooks(client, schema))) await client.query(BOOKS.replace('_prisma_migrations', `${schema}._prisma_migrations`));
}

async function hasBooks(client: pg.ClientBase, schema: string): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>('select to_regclass($1) is not null as found', [`${schema}._prisma_migrations`]);
  return rows[0]?.found === true;
}

async function readBooks(client: pg.ClientBase, schema: string): Promise<readonly Booked[]> {
  const { rows } = await client.query<Booked>(
    `select migration_name, checksum, finished_at from ${schema}._prisma_migrations where rolled_back_at is null order by migration_name`,
  );
  return rows;
}

/** Throws when the database was made by a later version, by other files, or was left half done by another tool. */
function refuseForeign(booked: readonly Booked[], migrations: readonly Migration[], url: string): void {
  const where = describeTarget(url);
  for (const { migration_name: name, checksum, finished_at: finishedAt } of booked) {
    const own = migrations.find((migration) => migration.name === name);
    if (own === undefined) {
      const last = migrations.at(-1)?.name ?? 'none';
      throw new DatabaseError(
        'newer-schema',
        `The database at ${where} has the migration ${name}, and the last one that this upkeep knows is ${last}: update upkeep on this machine. Nothing was changed.`,
      );
    }
    if (own.checksum !== checksum) {
      throw new DatabaseError(
        'changed-migration',
        `The migration ${name} at ${where} was applied with another text (${checksum.slice(0, 12)}…) than this upkeep has (${own.checksum.slice(0, 12)}…): the database was made by another build. Restore a backup into an empty database, or use that build.`,
      );
    }
    if (finishedAt === null) {
      throw new DatabaseError(
        'migration-failed',
        `The migration ${name} at ${where} was begun by another tool and did not end: run \`prisma migrate resolve\`, or restore a backup.`,
      );
    }
  }
}

/** The migration and its line in the books, both or neither. */
async function apply(
  client: pg.Client,
  { name, sql, checksum }: Migration,
  { url, schema }: { readonly url: string; readonly schema: string },
): Promise<void> {
  try {
    await client.query('begin');
    await client.query(`set local search_path = ${schema}`);
    await client.query(sql);
    await client.query(
      `insert into ${schema}._prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count) values ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined); // the connection is gone, and with it the transaction
    const known = asDatabaseError(error, url);
    if (known instanceof DatabaseError) throw known;
    const { code = '', message } = error as { readonly code?: string; readonly message: string };
    throw new DatabaseError(
      'migration-failed',
      `The migration ${name} could not be applied at ${describeTarget(url)} (${[code, message].filter(Boolean).join(': ')}): the database is as it was before it.`,
      error,
    );
  }
}
