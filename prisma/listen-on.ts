/** LISTEN on a connection that is kept for it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import type { ConnectionPool } from './sql.ts';

export interface ListenSettings {
  readonly channel: string;
  onMessage(text: string): void;
  /** Listening has begun again: what was said meanwhile is lost. */
  onBegin(): void;
  onProblem(error: unknown): void;
}

const PAUSE_MS = 1000;

/** Resolves when it listens for the first time; later it comes back by itself. */
export async function listenOn(pool: ConnectionPool, settings: ListenSettings): Promise<{ close(): Promise<void> }> {
  let isClosed = false;
  let client: PoolClient | null = null;

  async function begin(): Promise<void> {
    const next = await pool.connect();
    next.on('notification', ({ payload }) => settings.onMessage(payload ?? ''));
    next.on('error', (error) => {
      if (client !== next) return;
      client = null;
      next.release(error);
      if (isClosed) return;
      settings.onProblem(error);
      void comeBack();
    });
    try {
      await next.query(`LISTEN "${settings.channel}"`);
    } catch (error) {
      next.release(error as Error);
      throw error;
    }
    // It was closed meanwhile, by somebody who waits for the pool.
    if (isClosed) next.release(true);
    else client = next;
  }

  async function comeBack(): Promise<void> {
    while (!isClosed && client === null) {
      await delay(PAUSE_MS);
      // The pool may be gone with it.
      if (isClosed) return;
      await begin().then(
        () => settings.onBegin(),
        (error: unknown) => settings.onProblem(error),
      );
    }
  }

  await begin();
  return {
    async close() {
      isClosed = true;
      const last = client;
      client = null;
      // The connection goes with it: nobody else is to hear what is said there.
      last?.release(true);
      return Promise.resolve();
    },
  };
}
