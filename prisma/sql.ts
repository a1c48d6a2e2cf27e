/** Statements by hand, for what has to be one transaction or has to be quick: prepared once a connection, sent without waiting. */
import type { Pool, PoolClient, QueryConfig } from 'pg';
import { askBehind } from './behind-commit.ts';

/** Connections to the database. */
export type ConnectionPool = Pool;

/** A statement that is prepared under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** One connection, or one transaction on it. */
export interface Sql {
  rows<Row extends object>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
  /** Nobody needs an answer: it is sent, and what goes wrong with it comes out at the end, which takes everything back. */
  post(statement: Statement, values?: readonly unknown[]): void;
  /** As `post`, for texts that a library makes. */
  postText(text: string, values?: readonly unknown[]): void;
  /** For texts that a library makes; prepared when they come again. */
  execute(text: string, values?: readonly unknown[]): Promise<{ rows: object[] }>;
}

/**
 * Runs `work` in one transaction; statements whose results it does not wait for go out together. Rolls back and throws what `work`
 * throws, and what the database says (`code` holds its SQLSTATE). When the connection breaks during COMMIT nobody knows how it ended.
 */
export async function transaction<Result>(pool: ConnectionPool, work: (sql: Sql) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | boolean = false;
  let behind: Promise<void> | null = null;
  try {
    // Not waited for: the first statement follows on its heels, and COMMIT on those of the last ones that nobody waits for. It takes
    // everything back when one of them failed.
    sendTogether(client);
    const sent = [settled(client.query('BEGIN'))];
    const names = new Set<string>();
    const sql = sqlOf(client, sent, names);
    const result = await work(sql);
    sendTogether(client);
    sent.push(settled(client.query('COMMIT')));
    behind = askBehind(pool, names, async (statement, values) => (await client.query<object>(queryOf(statement, values))).rows);
    for (const { done } of sent) await done;
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    if (behind === null) client.release(broken);
    else void behind.then(() => client.release(broken));
  }
}

/** Runs `work` on one connection, each statement by itself. */
export async function connection<Result>(pool: ConnectionPool, work: (sql: Sql) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  try {
    const sent: Sent[] = [];
    const result = await work(sqlOf(client, sent));
    for (const { done } of sent) await done;
    return result;
  } finally {
    client.release();
  }
}

interface Sent {
  readonly done: Promise<unknown>;
}

/** A rejection that nobody awaits yet must not end the process; `done` still rejects. */
function settled(promise: Promise<unknown>): Sent {
  promise.catch(() => undefined);
  return { done: promise };
}

/** A value as the text of a JSON parameter. PostgreSQL keeps no NUL characters, and no halves of pairs of UTF-16: they become U+FFFD. */
export function jsonParameter(value: unknown): string {
  const text = JSON.stringify(value);
  // Nearly always there is none, and then nothing is copied. What is escaped so is always a half: pairs are written as they are.
  return !text.includes('\\u0000') && !text.includes('\\ud')
    ? text
    : text.replaceAll(/(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g, '$1\\ufffd');
}

/** What is asked before anything else happens goes out in one piece: the server wakes up once. */
function sendTogether({ connection: { stream } }: PoolClient): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

const names = new Map<string, string>();
/** Beyond it texts are too different from each other to be worth preparing. */
const MOST_NAMES = 200;

/** `names`: gets the names of statements that are sent. */
function sqlOf(client: PoolClient, sent: Sent[], names?: Set<string>): Sql {
  // All in the order in which they were sent: of several that fail the first one is why.
  const ask = <Row extends object>(query: QueryConfig): Promise<Row[]> => {
    if (query.name !== undefined) names?.add(query.name);
    sendTogether(client);
    const rows = client.query<Row>(query).then((result) => result.rows);
    sent.push(settled(rows));
    return rows;
  };
  return {
    rows: <Row extends object>(statement: Statement, values?: readonly unknown[]) => ask<Row>(queryOf(statement, values)),
    post: (statement, values) => void ask(queryOf(statement, values)),
    execute: async (text, values) => ({ rows: await ask(queryOf(named(text), values)) }),
    postText: (text, values) => void ask(queryOf(named(text), values)),
  };
}

function queryOf({ name, text }: Partial<Statement> & Pick<Statement, 'text'>, values: readonly unknown[] = []): QueryConfig {
  return { ...(name === undefined ? {} : { name }), text, values: [...values] };
}

function named(text: string): Partial<Statement> & Pick<Statement, 'text'> {
  const name = names.get(text) ?? (names.size < MOST_NAMES ? `engine_${names.size}` : undefined);
  if (name === undefined) return { text };
  names.set(text, name);
  return { name, text };
}
