/** Lets a service keep house in its database: soon after its start, then once an hour, never twice at a time. */
import type { Database } from '../../prisma/client.ts';
import { housekeep } from '../../scheduler/housekeeping.ts';
import type { ResolvedConfig } from '../config-schema.ts';

export interface KeepHouseRequest {
  readonly database: Pick<Database, 'pool' | 'url'>;
  readonly config: Pick<ResolvedConfig['scheduler'], 'backup' | 'retention'>;
  /** Folder of the backups of this machine. */
  readonly backupFolder: string;
  /** `service:<host>`. */
  readonly source: string;
  /** Milliseconds from the start to the first time. */
  readonly firstMs?: number;
  onNote(note: string): void;
  onProblem(what: string, error: unknown): void;
}

/** A start has other things to do. */
const FIRST_MS = 60_000;
const EVERY_MS = 3_600_000;

export interface HouseKeeper {
  /** Resolves when nothing of it is under way any more; a batch is ended first, a backup as well. */
  stop(): Promise<void>;
}

export function keepHouse(request: KeepHouseRequest): HouseKeeper {
  const { database, config, backupFolder, source, firstMs = FIRST_MS } = request;
  const stopping = new AbortController();
  let keeping: Promise<void> = Promise.resolve();
  let timer = setTimeout(again, firstMs);

  function again(): void {
    keeping = keep().finally(() => {
      if (!stopping.signal.aborted) timer = setTimeout(again, EVERY_MS);
    });
  }

  async function keep(): Promise<void> {
    try {
      const { pool, url } = database;
      const kept = await housekeep({
        ...{ pool, url, backupFolder, source },
        backup: config.backup,
        retention: config.retention,
        now: new Date(),
        signal: stopping.signal,
        onProblem: (what, error) => request.onProblem(what, error),
      });
      if (kept !== null && kept.backup !== null) request.onNote(`the database is backed up in ${kept.backup}`);
    } catch (error) {
      request.onProblem('the database could not be kept in order', error);
    }
  }

  return {
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await keeping;
    },
  };
}
