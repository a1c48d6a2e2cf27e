/** GitHub's hourly limit, by token. */
import { Refusal } from './reply.ts';

export interface Limit {
  readonly limit: number;
  remaining: number;
  resetsAt: Date;
}

export interface Limits {
  of(token: string): Limit;
  /** Sets what is left for a token until it is filled up again. */
  set(token: string, remaining: number, resetsAt: Date): void;
  /** Counts one request. Throws the refusal when none is left. */
  spend(token: string): void;
}

const HOUR_MS = 3_600_000;

export function createLimits(now: () => Date): Limits {
  const byToken = new Map<string, Limit>();
  const of = (token: string): Limit => {
    const known = byToken.get(token);
    if (known !== undefined && known.resetsAt > now()) return known;
    const limit = token === '' ? 60 : 5000;
    const fresh = { limit, remaining: limit, resetsAt: new Date(now().getTime() + HOUR_MS) };
    byToken.set(token, fresh);
    return fresh;
  };
  return {
    of,
    set: (token, remaining, resetsAt) => {
      byToken.set(token, { limit: of(token).limit, remaining, resetsAt });
    },
    spend: (token) => {
      const limit = of(token);
      if (limit.remaining <= 0) throw new Refusal(403, 'API rate limit exceeded for installation.');
      limit.remaining -= 1;
    },
  };
}

export function limitHeaders({ limit, remaining, resetsAt }: Limit): Record<string, string> {
  return {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-used': String(limit - remaining),
    'x-ratelimit-reset': String(Math.floor(resetsAt.getTime() / 1000)),
    'x-ratelimit-resource': 'core',
  };
}
