/** When an agent whose breaker is open tries the same key again. */

const FIRST_WAIT_MS = 5 * 60_000;
const LONGEST_WAIT_MS = 24 * 60 * 60_000;

/** Milliseconds to wait after `attempts` tries that failed since the breaker opened: 5, 10, 20 … minutes, at most 24 hours. */
export function breakerWaitMs(attempts: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** Math.max(0, attempts), LONGEST_WAIT_MS);
}

/** The ISO time of the next try, counted from the ISO time `since` of the newest failure. */
export function breakerNextTryAt(attempts: number, since: string): string {
  return new Date(Date.parse(since) + breakerWaitMs(attempts)).toISOString();
}
