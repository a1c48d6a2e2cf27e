/** Which agents are due by their schedule. The cron calculator is loaded only when asked. */
import { nextFireTime } from './cron/fire-times.ts';
import { parseCron } from './cron/parse-cron.ts';

/** A cron expression in a time zone. */
export interface Schedule {
  readonly cron: string;
  readonly zone: string;
}

/** The first slot after `now`, or null when there is none. */
export function nextSlot(schedule: Schedule, now: Date): Date | null {
  const parsed = parseCron(schedule.cron, schedule.zone);
  return parsed.ok ? nextFireTime(parsed.value, now) : null;
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
