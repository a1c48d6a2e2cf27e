/** When schedules fire, as people read it. Pure. */
import { fireTimesBetween } from '../../scheduler/cron/fire-times.ts';
import { localIso } from '../../scheduler/cron/local-time.ts';
import type { CronSchedule } from '../../scheduler/cron/parse-cron.ts';

const LAST = new Date(8.64e15);

/** The next `n` times after `from`, each with the offset of its zone. */
export function nextTimes(schedule: CronSchedule, from: Date, n: number): string[] {
  return fireTimesBetween(schedule, { from, to: LAST }, n).map((time) => localIso(time, schedule.clock));
}

/** A sentence for each change of the clock between times that `nextTimes` gave. */
export function clockNotes(times: readonly string[], zone: string): string[] {
  return times.flatMap((time, index) => {
    const before = times[index - 1];
    if (before === undefined || offsetOf(before) === offsetOf(time)) return [];
    return [
      `between ${before.slice(0, 10)} and ${time.slice(0, 10)} the clock of ${zone} goes from ${offsetOf(before)} to ${offsetOf(time)}`,
    ];
  });
}

function offsetOf(time: string): string {
  return time.slice(19);
}
