/** Keeps what the checks of runs print: a little at a time, outside of the transactions of runs, and never so much that it piles up. */
import { appendLogs, forgetLogs, type LogPiece } from '../prisma/runs/check-logs.ts';
import { connection, type ConnectionPool } from '../prisma/sql.ts';

export interface LogKeeper {
  /** Another attempt of these runs begins: what the one before it printed goes. */
  readonly begin: (runIds: readonly string[]) => void;
  readonly append: (runIds: readonly string[], check: string, text: string) => void;
  /** These runs have ended. */
  readonly end: (runIds: readonly string[]) => void;
  /** Resolves when everything is kept, or cannot be. */
  readonly close: () => Promise<void>;
}

export interface LogKeeperSettings {
  readonly pool: () => ConnectionPool | null;
  /** Told of each piece at once. */
  readonly onPiece: (piece: LogPiece) => void;
  readonly onProblem: (error: unknown) => void;
}

const EVERY_MS = 500;
/** Bytes that wait to be written; what comes beyond is told and not kept. */
const MOST_WAITING = 8 * 1024 * 1024;
/** Of one check: those who print keep to less. */
const MOST_OF_CHECK = 1024 * 1024;

export function createLogKeeper({ pool, onPiece, onProblem }: LogKeeperSettings): LogKeeper {
  /** Bytes that each check of each run has printed. */
  const sizes = new Map<string, Map<string, number>>();
  let waiting: LogPiece[] = [];
  let forgotten: string[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();

  function soon(): void {
    timer ??= setTimeout(() => {
      timer = null;
      writing = writing.then(write);
    }, EVERY_MS).unref();
  }

  async function write(): Promise<void> {
    const open = pool();
    const [old, pieces] = [forgotten, together(waiting)];
    forgotten = [];
    waiting = [];
    bytes = 0;
    if (open === null || (old.length === 0 && pieces.length === 0)) return;
    try {
      await connection(open, async (sql) => {
        await forgetLogs(sql, old);
        await appendLogs(sql, pieces);
      });
    } catch (error) {
      onProblem(error);
    }
  }

  return {
    begin(runIds) {
      for (const id of runIds) sizes.set(id, new Map());
      waiting = waiting.filter(({ runId }) => !runIds.includes(runId));
      forgotten.push(...runIds);
      soon();
    },
    append(runIds, check, text) {
      // As it is stored, so that places are those of what is read.
      const kept = text.replaceAll('\0', '\ufffd').toWellFormed();
      const length = Buffer.byteLength(kept);
      for (const runId of runIds) {
        const own = sizes.get(runId);
        const place = own?.get(check) ?? 0;
        if (own === undefined || place + length > MOST_OF_CHECK || bytes + length > MOST_WAITING) continue;
        own.set(check, place + length);
        const piece = { runId, check, place, text: kept };
        onPiece(piece);
        waiting.push(piece);
        bytes += length;
      }
      soon();
    },
    end(runIds) {
      for (const id of runIds) sizes.delete(id);
      // Whoever reads the log now is to have all of it.
      if (timer === null) return;
      clearTimeout(timer);
      timer = null;
      writing = writing.then(write);
    },
    async close() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      writing = writing.then(write);
      await writing;
    },
  };
}

const LARGEST_PIECE = 64 * 1024;

/** Pieces that follow on each other become one, as long as it is not too large. */
function together(pieces: readonly LogPiece[]): LogPiece[] {
  const joined: LogPiece[] = [];
  const last = new Map<string, number>();
  for (const piece of pieces) {
    const key = `${piece.runId} ${piece.check}`;
    const at = last.get(key);
    const before = at === undefined ? undefined : joined[at];
    if (at !== undefined && before !== undefined && before.text.length + piece.text.length <= LARGEST_PIECE) {
      joined[at] = { ...before, text: before.text + piece.text };
    } else {
      last.set(key, joined.push(piece) - 1);
    }
  }
  return joined;
}
