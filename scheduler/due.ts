/** Which agents are due by their schedule. The cron calculator is loaded only when asked. */
import { CronExpressionParser } from 'cron-parser';

/** A cron expression in a time zone. */
export interface Schedule {
  readonly cron: string;
  readonly zone: string;
}

/** The newest slot at or before `now`, or null when the expression never fired. */
export function previousSlot(schedule: Schedule, now: Date): Date | null {
  // prev() is strict, so a slot that falls exactly on `now` needs the look from just after it.
  const from = new Date(now.getTime() + 1);
  try {
    return CronExpressionParser.parse(schedule.cron, { tz: schedule.zone, currentDate: from }).prev().toDate();
  } catch {
    return null;
  }
}

/** The first slot after `now`, or null when there is none. */
export function nextSlot(schedule: Schedule, now: Date): Date | null {
  try {
    return CronExpressionParser.parse(schedule.cron, { tz: schedule.zone, currentDate: now }).next().toDate();
  } catch {
    return null;
  }
}

/**
 * Whether a slot passed since the last run, however many did: after a long pause an agent catches up once.
 * An agent that never ran is due.
 */
export function isDue(schedule: Schedule, lastRunAt: Date | null, now: Date): boolean {
  if (lastRunAt === null) return true;
  const slot = nextSlot(schedule, lastRunAt);
  return slot !== null && slot <= now;
}
