/** Writes a backup: all of our tables as they were at one moment, in one file, while services go on. */
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type pg from 'pg';
import copyStreams from 'pg-copy-streams';
import { connect, SCHEMA } from '../connect.ts';
import { asDatabaseError, describeTarget } from '../connection-error.ts';
import { asFileError, DatabaseError } from '../database-error.ts';
import { schemaVersion } from '../migrate.ts';
import { END_OF_ROWS, FORMAT, FORMAT_VERSION, type BackupHeader, type BackupTable, type BackupTrailer } from './backup-format.ts';
import { copyTarget, sequencesOf, tablesOf } from './tables.ts';

export interface Backup {
  readonly path: string;
  readonly bytes: number;
  readonly header: BackupHeader;
}

/** Writes a backup of the database to `path`, where nothing may be yet. Throws a DatabaseError, and leaves no half of one. */
export async function makeBackup(url: string, path: string): Promise<Backup> {
  if (existsSync(path)) throw new DatabaseError('not-writable', `${path} is there already: name another file for the backup.`);
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  const client = await connect(url, 'upkeep backup');
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    // One snapshot for all tables.
    await client.query('begin isolation level repeatable read, read only');
    await client.query('set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0');
    const header = await headerFor(client, url);
    await pipeline(Readable.from(contentOf(client, header)), createGzip(), createWriteStream(draft, { mode: 0o600, flags: 'wx' }));
    await client.query('commit');
    await synchronise(draft);
    await rename(draft, path);
    return { path, bytes: (await stat(path)).size, header };
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined); // there is no such folder, or no disk
    throw asDatabaseError(isOfFile(error) ? asFileError(error, path) : error, url);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function headerFor(client: pg.Client, url: string): Promise<BackupHeader> {
  const version = await schemaVersion(client);
  if (version === null)
    throw new DatabaseError('no-such-database', `There is nothing to back up at ${describeTarget(url)}: no service has used it yet.`);
  const tables: BackupTable[] = [];
  for (const table of await tablesOf(client, SCHEMA)) {
    const { rows } = await client.query<{ rows: string }>(
      `select count(*) as rows from ${copyTarget(SCHEMA, table).replace(/ \(.*$/s, '')}`,
    );
    tables.push({ ...table, rows: Number(rows[0]?.rows ?? 0) });
  }
  const server = await client.query<{ server_version: string }>('show server_version');
  return {
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    createdAt: new Date().toISOString(),
    schemaVersion: version,
    postgresql: server.rows[0]?.server_version ?? '',
    tables,
    sequences: await sequencesOf(client, SCHEMA),
  };
}

async function* contentOf(client: pg.Client, header: BackupHeader): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  const counted = (chunk: Buffer | string): Buffer => {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    hash.update(bytes);
    return bytes;
  };
  yield counted(`${JSON.stringify(header)}\n`);
  for (const table of header.tables) {
    yield counted(`table ${table.name}\n`);
    const rows = client.query(copyStreams.to(`copy ${copyTarget(SCHEMA, table)} to stdout`)) as AsyncIterable<Buffer>;
    for await (const chunk of rows) yield counted(chunk);
    yield counted(END_OF_ROWS);
  }
  yield Buffer.from(`${JSON.stringify({ sha256: hash.digest('hex') } satisfies BackupTrailer)}\n`);
}

async function synchronise(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Sockets fail with the same codes as files, but by other calls. */
function isOfFile(error: unknown): boolean {
  return ['open', 'write', 'close', 'stat', 'mkdir', 'rename', 'fsync'].includes((error as NodeJS.ErrnoException).syscall ?? '');
}
