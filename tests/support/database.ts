/**
 * Databases for tests: one server for all of them, started by the first that asks and stopped by the last; or the one that
 * UPKEEP_TEST_DATABASE_URL names, as somebody who may create databases there.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import { openEmbedded, type EmbeddedServer } from '../../prisma/embedded/open-embedded.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder for the servers of this run of the tests; the global setup removes it. */
    readonly databaseFolder: string;
    /** An external PostgreSQL to test with; empty: our own. */
    readonly databaseUrl: string;
  }
}

let server: Promise<EmbeddedServer> | null = null;

afterAll(async () => {
  const open = server;
  server = null;
  await (await open)?.close();
});

/** An empty database of its own for one test; it goes with the test. */
export async function testDatabase(): Promise<{ readonly url: string } & AsyncDisposable> {
  const external = inject('databaseUrl');
  const administration = external === '' ? (await sharedServer()).connectionString : external;
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await query(administration, `create database ${name}`);
  return {
    url:
      external === '' ? administration.replace('/upkeep?', `/${name}?`) : Object.assign(new URL(external), { pathname: `/${name}` }).href,
    [Symbol.asyncDispose]: () => query(administration, `drop database ${name} with (force)`),
  };
}

/** The server of this run of the tests. It keeps nothing safe from a loss of power, as nobody needs it afterwards. */
async function sharedServer(): Promise<EmbeddedServer> {
  server ??= openEmbedded({
    stateFolder: join(inject('databaseFolder'), 'shared'),
    cacheFolder: null,
    log: (line) => console.log(line),
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
  });
  return server;
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
