/** Statements by hand, for what has to be one transaction or has to be quick: prepared once a connection, sent without waiting. */
import type { Pool, PoolClient } from 'pg';

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
  /** For texts that a library makes; prepared when they come again. */
  execute(text: string, values?: readonly unknown[]): Promise<{ rows: object[] }>;
}

const BEGIN_FORGETTABLE = 'BEGIN; SET LOCAL synchronous_commit = off';

/**
 * Runs `work` in one transaction; statements whose results it does not wait for go out together. Rolls back and throws what `work`
 * throws, and what the database says (`code` holds its SQLSTATE). When the connection breaks during COMMIT nobody knows how it ended.
 * `mayBeForgotten`: COMMIT does not wait for the disk. When the server crashes in that moment nothing of it has happened, unless a
 * later transaction that did wait is kept: that one keeps all before it.
 */
export async function transaction<Result>(
  pool: ConnectionPool,
  work: (sql: Sql) => Promise<Result>,
  { mayBeForgotten = false }: { readonly mayBeForgotten?: boolean } = {},
): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | boolean = false;
  try {
    // Not waited for: the first statement follows on its heels.
    sendTogether(client);
    const begun = settled(client.query(mayBeForgotten ? BEGIN_FORGETTABLE : 'BEGIN'));
    const result = await work(sqlOf(client));
    await begun.done;
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Runs `work` on one connection, each statement by itself. */
export async function connection<Result>(pool: ConnectionPool, work: (sql: Sql) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  try {
    return await work(sqlOf(client));
  } finally {
    client.release();
  }
}

/** A rejection that nobody awaits yet must not end the process; `done` still rejects. */
function settled(promise: Promise<unknown>): { readonly done: Promise<unknown> } {
  promise.catch(() => undefined);
  return { done: promise };
}

/** A value as the text of a JSON parameter. PostgreSQL keeps no NUL characters: they become U+FFFD. */
export function jsonParameter(value: unknown): string {
  const text = JSON.stringify(value);
  // Nearly always there is none, and then nothing is copied.
  return !text.includes('\\u0000') ? text : text.replaceAll(/(?<!\\)((?:\\\\)*)\\u0000/g, '$1\\ufffd');
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

function sqlOf(client: PoolClient): Sql {
  return {
    rows: async <Row extends object>({ name, text }: Statement, values: readonly unknown[] = []) => {
      sendTogether(client);
      return (await client.query<Row>({ name, text, values: [...values] })).rows;
    },
    execute: async (text, values = []) => {
      sendTogether(client);
      const name = names.get(text) ?? (names.size < MOST_NAMES ? `engine_${names.size}` : undefined);
      if (name !== undefined) names.set(text, name);
      return client.query<object>({ ...(name === undefined ? {} : { name }), text, values: [...values] });
    },
  };
}
