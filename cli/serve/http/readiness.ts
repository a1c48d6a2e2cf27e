/** Whether the service can do its work now: what fails, and since when. */

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
  look(): Promise<readonly Failing[]>;
}

export interface ReadinessSettings {
  /** Rejects when the database does not answer. */
  pingDatabase(): Promise<unknown>;
  /** When the last look at what is due ended well, by the monotonic clock; null: not yet. */
  lastTickAt(): number | null;
  /** Since when the service takes no more runs, by this machine's clock; null: it does. */
  drainingSince(): Date | null;
  /** A tick that is older fails. */
  readonly tickLimitMs: number;
  /** An answer of the database that takes longer is none. */
  readonly pingLimitMs: number;
  readonly clock: { wall(): number; monotonic(): number };
  /** Told of each error of the database. */
  onProblem(what: string, error: unknown): void;
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

/** One ping at a time, however many ask: a database that does not answer must not be given all our connections to keep. */
function databaseCheck(settings: ReadinessSettings): () => Promise<Failing | null> {
  const { clock, pingLimitMs } = settings;
  let ping: Promise<boolean> | null = null;
  let answer: { readonly isGood: boolean; readonly at: number } | null = null;
  let failingSince: string | null = null;

  async function ask(): Promise<boolean> {
    ping ??= settings
      .pingDatabase()
      .then(
        () => true,
        (error: unknown) => {
          settings.onProblem('the database does not answer', error);
          return false;
        },
      )
      .finally(() => {
        ping = null;
      });
    const limit = Promise.withResolvers<false>();
    const timer = setTimeout(() => limit.resolve(false), pingLimitMs);
    try {
      return await Promise.race([ping, limit.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  return async () => {
    if (answer === null || clock.monotonic() - answer.at > FRESH_MS) {
      const isGood = await ask();
      answer = { isGood, at: clock.monotonic() };
      failingSince = isGood ? null : (failingSince ?? new Date(clock.wall()).toISOString());
    }
    return failingSince === null ? null : { check: 'database', since: failingSince, why: 'the database does not answer' };
  };
}
