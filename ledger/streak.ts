/** How many times an agent failed in a row, and whether that is worth telling people. */
import type { Outcome } from './outcome.ts';

/** Consecutive failures at which an agent escalates. */
export const ESCALATE_AT = 2;

/** The streak after a run: only a `failed` one that counts adds to it, only success ends it. */
export function streakAfter(streak: number, run: { readonly outcome: Outcome; readonly counts: boolean }): number {
  switch (run.outcome) {
    case 'passed':
    case 'fixed':
      return 0;
    case 'failed':
      return run.counts ? streak + 1 : streak;
    case 'errored':
    case 'skipped':
    case 'cancelled':
      return streak;
  }
}

/** Whether the agent has failed often enough to escalate. */
export function mayEscalate(streak: number): boolean {
  return streak >= ESCALATE_AT;
}
