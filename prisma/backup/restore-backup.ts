/** Replaces the content of a database by that of a backup: all of it or nothing. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import copyStreams from 'pg-copy-streams';
import { connect, SCHEMA } from '../connect.ts';
import { asDatabaseError, describeTarget } from '../connection-error.ts';
import { DatabaseError } from '../database-error.ts';
import { migrate, schemaVersion } from '../migrate.ts';
import { readMigrations, type Migration } from '../migration-files.ts';
import { takeAlone } from '../presence.ts';
import { AFTER_RESTORE } from './after-restore.ts';
import { backupPath } from './backup-files.ts';
import { countLines, readBackup, verifyBackup, type BackupHeader, type BackupPart, type BackupTable } from './backup-format.ts';
import { makeBackup, type Backup } from './make-backup.ts';
import { copyTarget, tablesOf } from './tables.ts';

/** Where the content is made ready, beside what is there. */
const DRAFT = `${SCHEMA}_restoring`;
/** The engine of the queue makes its own tables again. */
const QUEUE = `${SCHEMA}_queue`;

export interface RestoreRequest {
  readonly url: string;
  /** The backup. */
  readonly path: string;
  /** Folder for a backup of what is there now. */
  readonly backupFolder: string;
  readonly migrations?: readonly Migration[];
  /** Statements that settle what was true only of the database that the backup was read from. */
  readonly afterwards?: readonly string[];
}

export interface Restored {
  readonly header: BackupHeader;
  /** Of what was there before, or null when there was nothing. */
  readonly kept: Backup | null;
  /** Names of the migrations that brought the content to this version. */
  readonly migrated: readonly string[];
}

/** Restores a backup. Throws a DatabaseError; the database is then as it was. */
export async function restoreBackup(request: RestoreRequest): Promise<Restored> {
  const { url, path, backupFolder, migrations = readMigrations(), afterwards = AFTER_RESTORE } = request;
  const header = await verifyBackup(path);
  refuseLaterSchema(header, path, migrations);
  const client = await connect(url, 'upkeep restore');
  try {
    // Until the connection ends no service starts.
    await takeAlone(client, url);
    const kept = await keepWhatIsThere(client, url, backupFolder);
    await client.query(`set client_min_messages = warning; set statement_timeout = 0; drop schema if exists ${DRAFT} cascade`);
    await migrate(url, { migrations, upTo: header.schemaVersion, schema: DRAFT });
    await fill(client, path, header);
    const { applied } = await migrate(url, { migrations, schema: DRAFT });
    await swap(client, afterwards);
    return { header, kept, migrated: applied };
  } catch (error) {
    await client.query(`drop schema if exists ${DRAFT} cascade`).catch(() => undefined); // the next restore does so too
    throw asDatabaseError(error, url);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function refuseLaterSchema({ schemaVersion: version }: BackupHeader, path: string, migrations: readonly Migration[]): void {
  if (migrations.some(({ name }) => name === version)) return;
  throw new DatabaseError(
    'newer-schema',
    `The backup ${path} has the schema ${version}, and the last one that this upkeep knows is ${migrations.at(-1)?.name ?? 'none'}: update upkeep.`,
  );
}

async function keepWhatIsThere(client: pg.Client, url: string, folder: string): Promise<Backup | null> {
  const tables = await tablesOf(client, SCHEMA);
  if ((await schemaVersion(client)) === null) {
    if (tables.length === 0) return null;
    throw new DatabaseError(
      'not-empty',
      `The schema "${SCHEMA}" at ${describeTarget(url)} holds tables that are not upkeep's (${tables[0]?.name ?? ''}): name another database in DATABASE_URL. Nothing was changed.`,
    );
  }
  for (const table of tables) {
    const { rows } = await client.query(`select 1 from ${pg.escapeIdentifier(SCHEMA)}.${pg.escapeIdentifier(table.name)} limit 1`);
    if (rows.length > 0) return makeBackup(url, backupPath(folder, new Date(), 'before-restore'));
  }
  return null;
}

async function fill(client: pg.Client, path: string, header: BackupHeader): Promise<void> {
  const parts = readBackup(path);
  await client.query('begin');
  try {
    for (;;) {
      const { value: part, done } = await parts.next();
      if (done === true) break;
      if (part.kind === 'table') await fillTable(client, part.table, parts);
    }
    for (const [name, value] of Object.entries(header.sequences)) {
      await client.query('select setval($1::regclass, $2::bigint)', [`${DRAFT}.${pg.escapeIdentifier(name)}`, value]);
    }
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    await parts.return();
  }
}

async function fillTable(client: pg.Client, table: BackupTable, parts: AsyncGenerator<BackupPart, void>): Promise<void> {
  if (table.rows === 0) return;
  const sink = client.query(copyStreams.from(`copy ${copyTarget(DRAFT, table)} from stdin`));
  await pipeline(Readable.from(rowsOf(table, parts)), sink);
}

/** As many rows as the table has; what follows them stays for the next one. */
async function* rowsOf(table: BackupTable, parts: AsyncGenerator<BackupPart, void>): AsyncGenerator<Buffer> {
  for (let rows = 0; rows < table.rows;) {
    const { value: part } = await parts.next();
    if (part === undefined || part.kind !== 'rows') return;
    rows += countLines(part.lines);
    yield part.lines;
  }
}

/** In one step: what was made ready takes the place of what is there. */
async function swap(client: pg.Client, afterwards: readonly string[]): Promise<void> {
  await client.query('begin');
  try {
    await client.query(`set local search_path = ${DRAFT}`);
    for (const statement of afterwards) await client.query(statement);
    await client.query(`drop schema if exists ${SCHEMA} cascade; drop schema if exists ${QUEUE} cascade`);
    await client.query(`alter schema ${DRAFT} rename to ${SCHEMA}`);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}
