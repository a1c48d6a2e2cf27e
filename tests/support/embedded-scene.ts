/** A state folder for an embedded server of a test, which leaves no server behind. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { openEmbedded, type EmbeddedRequest, type EmbeddedServer } from '../../prisma/embedded/open-embedded.ts';

export interface EmbeddedScene extends AsyncDisposable {
  readonly stateFolder: string;
  readonly lines: string[];
  /** Opens the server of the state folder; what is left open is closed in the end. */
  readonly open: (more?: Partial<EmbeddedRequest>) => Promise<EmbeddedServer>;
}

/** A scene in a new folder of that mode, the state that far `below` it. */
export function embeddedScene({ mode = 0o700, below = '.' } = {}): EmbeddedScene {
  const root = mkdtempSync(join(tmpdir(), 'upkeep-embedded-'));
  chmodSync(root, mode);
  const stateFolder = join(root, below, 'state');
  const servers: EmbeddedServer[] = [];
  const lines: string[] = [];
  return {
    stateFolder,
    lines,
    open: async (more = {}) => {
      const server = await openEmbedded({
        stateFolder,
        cacheFolder: null,
        log: (line) => lines.push(line),
        settings: { fsync: 'off' },
        ...more,
      });
      servers.push(server);
      return server;
    },
    [Symbol.asyncDispose]: async () => {
      const pids = servers.map(({ dataFolder }) => serverPid(dataFolder));
      await Promise.all(servers.map((server) => server.close()));
      for (const pid of pids) if (pid !== null) await gone(pid);
      for (const { dataFolder, socketFolder } of servers) {
        for (const path of [join(dataFolder, '..'), socketFolder]) rmSync(path, { recursive: true, force: true });
      }
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Process of the server on a data folder, or null when none is written down. */
export function serverPid(dataFolder: string): number | null {
  const path = join(dataFolder, 'postmaster.pid');
  return existsSync(path) ? Number.parseInt(readFileSync(path, 'utf8'), 10) : null;
}

/** Waits until a process has ended. */
export async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await delay(5);
  }
}

/** Asks as soon as the server answers again. */
export async function rowsWhenBack(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } catch (error) {
      if (!['ENOENT', 'ECONNREFUSED', 'ECONNRESET', '57P03'].includes((error as { code?: string }).code ?? '')) throw error;
      await delay(10);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
