/** How long all doors of one run may wait for GitHub's limits together, and the limit that is known to hold. */
import type { GitHubError } from './github-error.ts';

/** GitHub counts them apart. */
export type LimitOf = 'rest' | 'graphql';

export interface WaitBudget {
  /** Whether so many seconds may be waited; they are taken off when they may. */
  take(seconds: number): boolean;
  /** Remembers that a limit was reached and not waited for. */
  reached(of: LimitOf, failure: GitHubError): void;
  /** The limit that still holds, or null. */
  holds(of: LimitOf): GitHubError | null;
}

/** Seconds in all. */
const MOST_S = 90;
/** A listener runs for months: what was waited longer ago belongs to another run. */
const FORGET_MS = 15 * 60_000;
/** For how long a limit is taken to hold of which GitHub did not say. */
const UNTOLD_MS = 60_000;

/** A budget that nothing was taken off yet. */
export function createWaitBudget(now: () => number = Date.now): WaitBudget {
  let waits: { readonly seconds: number; readonly at: number }[] = [];
  const limits = new Map<LimitOf, { readonly failure: GitHubError; readonly until: number }>();
  return {
    take: (seconds) => {
      waits = waits.filter(({ at }) => now() - at < FORGET_MS);
      if (waits.reduce((sum, wait) => sum + wait.seconds, seconds) > MOST_S) return false;
      waits.push({ seconds, at: now() });
      return true;
    },
    reached: (of, failure) => {
      if (limits.get(of)?.failure === failure) return;
      limits.set(of, { failure, until: failure.facts.until?.getTime() ?? now() + UNTOLD_MS });
    },
    holds: (of) => {
      const limit = limits.get(of);
      return limit !== undefined && now() < limit.until ? limit.failure : null;
    },
  };
}
