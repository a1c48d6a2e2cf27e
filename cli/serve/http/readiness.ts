/** Whether the service can do its work now: what fails, and since when. */
import { askOnce } from '../../../scheduler/ask-once.ts';

/** What has to hold, in the order in which it is told. */
export const READINESS_CHECKS = ['database', 'tick', 'draining'] as const;
export type ReadinessCheck = (typeof READINESS_CHECKS)[number];

export interface Failing {
  readonly check: ReadinessCheck;
  /** ISO 8601, by this machine's clock. */
  readonly since: string;
  /** For people; nothing of what an error says, which is in the log. */
  readonly why: string;
}

export interface Readiness {
  /** Ready when nothing fails. */
  readonly look: () => Promise<readonly Failing[]>;
}

export interface ReadinessSettings {
  /** Rejects when the database does not answer. */
  readonly pingDatabase: () => Promise<unknown>;
  /** When the last look at what is due ended well, by the monotonic clock; null: not yet. */
  readonly lastTickAt: () => number | null;
  /** Since when the service takes no more runs, by this machine's clock; null: it does. */
  readonly drainingSince: () => Date | null;
  /** A tick that is older fails. */
  readonly tickLimitMs: number;
  /** An answer of the database that takes longer is none. */
  readonly pingLimitMs: number;
  readonly clock: { readonly wall: () => number; readonly monotonic: () => number };
  /** Told of each error of the database. */
  readonly onProblem: (what: string, error: unknown) => void;
}

/** Whoever asks again within this is given the same answer about the database. */
const FRESH_MS = 1_000;

export function createReadiness(settings: ReadinessSettings): Readiness {
  const { clock, tickLimitMs } = settings;
  const begunAt = clock.monotonic();
  const database = databaseCheck(settings);

  function tick(): Failing | null {
    const last = settings.lastTickAt();
    const age = clock.monotonic() - (last ?? begunAt);
    if (last !== null && age <= tickLimitMs) return null;
    const since = new Date(clock.wall() - age).toISOString();
    const limit = Math.round(tickLimitMs / 1000);
    return { check: 'tick', since, why: last === null ? 'nothing was looked at yet' : `what is due was not looked at for over ${limit} s` };
  }

  function draining(): Failing | null {
    const since = settings.drainingSince();
    return since === null ? null : { check: 'draining', since: since.toISOString(), why: 'the service stops, and takes no more runs' };
  }

  return {
    look: async () => [await database(), tick(), draining()].filter((failing) => failing !== null),
  };
}

function databaseCheck({ clock, pingDatabase, pingLimitMs, onProblem }: ReadinessSettings): () => Promise<Failing | null> {
  const ping = askOnce({
    ask: async () => {
      await pingDatabase();
      return true as const;
    },
    freshMs: FRESH_MS,
    limitMs: pingLimitMs,
    monotonic: clock.monotonic,
    onProblem: (error) => onProblem('the database does not answer', error),
  });
  let since: string | null = null;
  return async () => {
    since = (await ping()) === null ? (since ?? new Date(clock.wall()).toISOString()) : null;
    return since === null ? null : { check: 'database', since, why: 'the database does not answer' };
  };
}
