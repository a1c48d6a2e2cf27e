/** The servers of the benchmark: an embedded PostgreSQL that keeps its promises, and Redis where the machine has it. */
import { spawn } from 'node:child_process';
import { closeSync, fdatasyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { openEmbedded } from '../../../prisma/embedded/open-embedded.ts';
import { median } from '../measure.ts';

export interface PostgresServer extends AsyncDisposable {
  readonly version: string;
  readonly dataFolder: string;
  /** Makes an empty database; returns its address. */
  database(name: string): Promise<string>;
}

/** A server in `folder`, with fsync. */
export async function startPostgres(folder: string, settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  const server = await openEmbedded({ stateFolder: folder, cacheFolder: null, log: (line) => console.log(line), settings });
  const { rows } = await query<{ fsync: string; commit: string }>(
    server.connectionString,
    `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit`,
  );
  if (rows[0]?.fsync !== 'on' || rows[0].commit !== 'on') throw new Error('fsync and synchronous_commit were expected to be on');
  return {
    version: server.version,
    dataFolder: server.dataFolder,
    async database(name) {
      await query(server.connectionString, `CREATE DATABASE ${name}`);
      return server.connectionString.replace('/upkeep?', `/${name}?`);
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** Brings a database to rest: planner's statistics are fresh, nothing is left to vacuum or to write. */
export async function settle(url: string): Promise<void> {
  await query(url, 'VACUUM (ANALYZE)');
  await query(url, 'CHECKPOINT');
}

export async function query<Row extends object>(url: string, text: string, values: readonly unknown[] = []): Promise<pg.QueryResult<Row>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query<Row>(text, [...values]);
  } finally {
    await client.end();
  }
}

/** Middle time of writing 8 kB through to the disk in that folder, in milliseconds. */
export function measureFsync(folder: string): number {
  const path = join(folder, 'fsync-probe');
  const file = openSync(path, 'w');
  const page = Buffer.alloc(8192, 1);
  try {
    const times = Array.from({ length: 200 }, (_, index) => {
      writeSync(file, page, 0, page.length, (index % 64) * page.length);
      const start = performance.now();
      fdatasyncSync(file);
      return performance.now() - start;
    });
    return median(times);
  } finally {
    closeSync(file);
    rmSync(path);
  }
}

export interface RedisServer extends AsyncDisposable {
  readonly socket: string;
}

const REDIS_START_MS = 10_000;

/** Redis on a socket in `folder`, which syncs what it answered as PostgreSQL does. Null: the machine has none. */
export async function startRedis(folder: string): Promise<RedisServer | null> {
  mkdirSync(folder, { recursive: true });
  const socket = join(folder, 'redis.sock');
  const settings = ['--port', '0', '--unixsocket', socket, '--dir', folder, '--save', '', '--appendonly', 'yes', '--appendfsync', 'always'];
  const child = spawn('redis-server', settings, { stdio: ['ignore', 'pipe', 'ignore'] });
  const answer = await new Promise<'ready' | 'none'>((resolve) => {
    child.once('error', () => resolve('none'));
    child.once('exit', () => resolve('none'));
    child.stdout.on('data', (chunk: Buffer) => {
      if (/ready to accept connections/i.test(chunk.toString())) resolve('ready');
    });
    void delay(REDIS_START_MS, undefined, { ref: false }).then(() => resolve('none'));
  });
  if (answer === 'none') {
    child.kill('SIGKILL');
    return null;
  }
  return {
    socket,
    async [Symbol.asyncDispose]() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    },
  };
}
