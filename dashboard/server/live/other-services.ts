/**
 * Services of one database tell each other that there are events, and how far their runs are. Outside of the transactions of runs, as
 * NOTIFY makes commits wait for each other, and only while there is another service.
 */
import { randomUUID } from 'node:crypto';
import { servicesAlive } from '../../../prisma/runs/service-rows.ts';
import { transaction, type ConnectionPool } from '../../../prisma/sql.ts';
import { notifyServices, wakeServices } from '../../../scheduler/runs/wake.ts';
import { heardProgressSchema, type LiveProgress } from '../../wire/live-schema.ts';

export interface OtherServices {
  /** This service wrote events. */
  readonly onEvents: () => void;
  /** A run of this service is so far. */
  readonly onProgress: (word: LiveProgress) => void;
  /** What another one said, as it came; null: it is about something else, or our own. */
  readonly hear: (text: string) => readonly LiveProgress[] | null;
  readonly close: () => void;
}

export interface OtherServicesSettings {
  /** Null: there is none now. */
  readonly pool: () => ConnectionPool | null;
  readonly onProblem: (error: unknown) => void;
  /** Milliseconds of a clock that never jumps. */
  readonly monotonic: () => number;
}

const EVENTS_MS = 50;
const PROGRESS_MS = 500;
/** Whether there is another service is asked again after so long. */
const LOOK_MS = 10_000;
/** What PostgreSQL takes in one piece is 8000 bytes. */
const MOST_BYTES = 7_500;
const MOST_CHARACTERS = 200;

export function createOtherServices({ pool, onProblem, monotonic }: OtherServicesSettings): OtherServices {
  const own = randomUUID();
  const newest = new Map<string, LiveProgress>();
  let timer: NodeJS.Timeout | null = null;
  let hasEvents = false;
  let others = { areThere: false, at: -Infinity };
  let isClosed = false;

  function soon(ms: number): void {
    if (timer !== null || isClosed) return;
    timer = setTimeout(() => {
      void tell().finally(() => {
        timer = null;
        if (hasEvents) soon(EVENTS_MS);
        else if (newest.size > 0) soon(PROGRESS_MS);
      });
    }, ms).unref();
  }

  async function tell(): Promise<void> {
    const open = pool();
    const [events, pieces] = [hasEvents, piecesOf([...newest.values()], own)];
    hasEvents = false;
    newest.clear();
    if (open === null || isClosed) return;
    try {
      if (monotonic() - others.at > LOOK_MS) others = { areThere: (await transaction(open, servicesAlive)) > 1, at: monotonic() };
      if (!others.areThere) return;
      await transaction(open, async (sql) => {
        if (events) await wakeServices(sql, 'events');
        for (const piece of pieces) notifyServices(sql, piece);
      });
    } catch (error) {
      onProblem(error);
    }
  }

  return {
    onEvents() {
      hasEvents = true;
      soon(EVENTS_MS);
    },
    onProgress(word) {
      newest.set(word.runId, word);
      soon(PROGRESS_MS);
    },
    hear(text) {
      if (!text.startsWith('{')) return null;
      const heard = heardProgressSchema.safeParse(parsed(text));
      return heard.success && heard.data.from !== own ? heard.data.progress : null;
    },
    close() {
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}

/** As many words as fit into each piece. */
function piecesOf(words: readonly LiveProgress[], from: string): string[] {
  const pieces: string[] = [];
  let some: LiveProgress[] = [];
  const piece = (progress: readonly LiveProgress[]): string => JSON.stringify({ from, progress });
  for (const word of words) {
    const short = { ...word, message: word.message.slice(0, MOST_CHARACTERS), check: word.check?.slice(0, MOST_CHARACTERS) ?? null };
    if (some.length > 0 && Buffer.byteLength(piece([...some, short])) > MOST_BYTES) {
      pieces.push(piece(some));
      some = [];
    }
    some.push(short);
  }
  if (some.length > 0) pieces.push(piece(some));
  // PostgreSQL takes no NUL characters.
  return pieces.map((text) => text.replaceAll('\\u0000', '\\ufffd')).filter((text) => Buffer.byteLength(text) <= MOST_BYTES);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
