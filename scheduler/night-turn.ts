import type { Nightly } from '../ledger/state.ts';

/** Whether the night that was noted has come. By itself, since the gate asks it without the calculator of schedules. */
export function isPast({ dueAt }: Pick<Nightly, 'dueAt'>, now: Date): boolean {
  return Date.parse(dueAt) <= now.getTime();
}
