/**
 * What a backup is: gzip of a header (one line of JSON), then each table as `table <name>`, its rows as PostgreSQL's COPY writes
 * them and `\.`, then a trailer (one line of JSON) with the SHA-256 of all before it. No version of PostgreSQL writes it otherwise.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DatabaseError } from '../database-error.ts';

export const FORMAT = 'upkeep-backup';
export const FORMAT_VERSION = 1;
/** Ends the rows of a table; a row never looks like it. */
export const END_OF_ROWS = '\\.\n';

export interface BackupTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: number;
}

export interface BackupHeader {
  readonly format: typeof FORMAT;
  readonly formatVersion: number;
  /** ISO time. */
  readonly createdAt: string;
  /** Name of the last migration of the database. */
  readonly schemaVersion: string;
  /** Version of the server that it was read from. */
  readonly postgresql: string;
  /** In an order in which they can be filled. */
  readonly tables: readonly BackupTable[];
  /** Name → the number that it gave last. */
  readonly sequences: Readonly<Record<string, number>>;
}

export interface BackupTrailer {
  readonly sha256: string;
}

export type BackupPart =
  | { readonly kind: 'header'; readonly header: BackupHeader }
  | { readonly kind: 'table'; readonly table: BackupTable }
  /** Whole lines of the table that came last. */
  | { readonly kind: 'rows'; readonly lines: Buffer }
  | { readonly kind: 'end' };

const NEWLINE = 10;
/** More than any header has, and little enough to hold of a file that is no backup. */
const HEADER_BYTES = 1_000_000;
const MARKER = Buffer.from(`\n${END_OF_ROWS}`);

/** Reads a backup part by part, and throws when it is none, is of a later version, or was damaged or cut off. */
export async function* readBackup(path: string): AsyncGenerator<BackupPart, void> {
  // What breaks the file also breaks the text that is read from it.
  const unpacked = pipeline(createReadStream(path), createGunzip(), () => undefined);
  const text = new LineReader(unpacked, path);
  try {
    const header = headerOf(await text.line(HEADER_BYTES), path);
    yield { kind: 'header', header };
    for (const table of header.tables) {
      if ((await text.line()) !== `table ${table.name}`) throw damaged(path, `the table ${table.name} is missing`);
      yield { kind: 'table', table };
      let rows = 0;
      for await (const lines of text.untilEndOfRows()) {
        rows += countLines(lines);
        yield { kind: 'rows', lines };
      }
      if (rows !== table.rows) throw damaged(path, `the table ${table.name} has ${rows} rows and should have ${table.rows}`);
    }
    const sha256 = text.digest();
    const told = jsonOf<BackupTrailer>(await text.line())?.sha256 ?? 'none';
    if (told !== sha256) throw damaged(path, `its content has the checksum ${sha256.slice(0, 12)}… and should have ${told.slice(0, 12)}…`);
    yield { kind: 'end' };
  } finally {
    // Whoever wants no more of it closes the file.
    unpacked.destroy();
  }
}

/** The header alone, which says what is in a backup. */
export async function readHeader(path: string): Promise<BackupHeader> {
  for await (const part of readBackup(path)) if (part.kind === 'header') return part.header;
  throw damaged(path, 'it is empty');
}

/** Reads a backup to its end; throws when any of it is damaged. */
export async function verifyBackup(path: string): Promise<BackupHeader> {
  let header: BackupHeader | null = null;
  for await (const part of readBackup(path)) if (part.kind === 'header') header = part.header;
  if (header === null) throw damaged(path, 'it is empty');
  return header;
}

/** Lines of whole lines: one a row, since COPY escapes the ends of lines in values. */
export function countLines(lines: Buffer): number {
  let count = 0;
  for (let at = lines.indexOf(NEWLINE); at >= 0; at = lines.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}

function headerOf(line: string, path: string): BackupHeader {
  const header = jsonOf<BackupHeader>(line);
  if (header?.format !== FORMAT) throw unreadable(path);
  if (header.formatVersion > FORMAT_VERSION) {
    throw new DatabaseError(
      'backup-unreadable',
      `${path} has the format ${header.formatVersion}, and this upkeep reads up to ${FORMAT_VERSION}: update upkeep.`,
    );
  }
  return header;
}

function jsonOf<Value>(line: string): Value | null {
  try {
    return JSON.parse(line) as Value | null;
  } catch {
    return null;
  }
}

/** Whole lines of a stream, and a checksum over all that was given out. */
class LineReader {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #path: string;
  readonly #hash = createHash('sha256');
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: AsyncIterable<Buffer>, path: string) {
    this.#chunks = stream[Symbol.asyncIterator]();
    this.#path = path;
  }

  /** The next line, without its end. */
  async line(most = Infinity): Promise<string> {
    for (let at = this.#rest.indexOf(NEWLINE); ; at = this.#rest.indexOf(NEWLINE)) {
      if (at >= 0) return this.#give(at + 1).toString('utf8', 0, at);
      if (this.#rest.length > most) throw unreadable(this.#path);
      await this.#more();
    }
  }

  /** Lines up to the mark that ends a table's rows, which is left out. */
  async *untilEndOfRows(): AsyncGenerator<Buffer> {
    for (;;) {
      if (this.#rest.length < END_OF_ROWS.length) {
        await this.#more();
        continue;
      }
      const isAtMark = this.#rest.subarray(0, END_OF_ROWS.length).equals(MARKER.subarray(1));
      const mark = isAtMark ? 0 : this.#rest.indexOf(MARKER) + 1;
      // Without a mark the last whole line is kept back: it may be the mark's beginning.
      const end = isAtMark || mark > 0 ? mark : this.#rest.lastIndexOf(NEWLINE) + 1;
      if (end > 0) yield this.#give(end);
      if (isAtMark || mark > 0) {
        this.#give(END_OF_ROWS.length);
        return;
      }
      await this.#more();
    }
  }

  /** Of all that was given out so far. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }

  #give(length: number): Buffer {
    const given = this.#rest.subarray(0, length);
    this.#hash.update(given);
    this.#rest = this.#rest.subarray(length);
    return given;
  }

  async #more(): Promise<void> {
    let next: IteratorResult<Buffer>;
    try {
      next = await this.#chunks.next();
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (code === 'ENOENT' || code === 'ENOTDIR')
        throw new DatabaseError('backup-unreadable', `There is no backup at ${this.#path}.`, error);
      if (code === 'Z_DATA_ERROR' && this.#rest.length === 0) throw unreadable(this.#path);
      if (code === 'EISDIR') throw unreadable(this.#path);
      if (code === 'EACCES') throw new DatabaseError('backup-unreadable', `This user may not read ${this.#path}.`, error);
      if (code.startsWith('Z_')) throw damaged(this.#path, 'it ends too early or was changed', error);
      throw error;
    }
    if (next.done === true) throw damaged(this.#path, 'it ends too early');
    this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value]);
  }
}

function unreadable(path: string): DatabaseError {
  return new DatabaseError('backup-unreadable', `${path} was expected to be a backup made by \`agent db backup\`, and is none.`);
}

function damaged(path: string, why: string, cause?: unknown): DatabaseError {
  return new DatabaseError('backup-damaged', `The backup ${path} is damaged: ${why}. Nothing was changed; use another one.`, cause);
}
