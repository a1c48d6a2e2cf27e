/** Fire times for people. */
import { localIso, weekdayOf } from '../../scheduler/cron/local-time.ts';
import type { CronSchedule } from '../../scheduler/cron/parse-cron.ts';
import type { Palette } from '../palette.ts';
import { alignedRows } from '../table.ts';
import { away } from '../wording.ts';

/** `Sun 2026-03-08 03:00 -04:00  in 3 h`, one line each; seconds only where one is not zero. */
export function timesText(times: readonly Date[], schedule: CronSchedule, { now, palette }: { now: Date; palette: Palette }): string {
  const hasSeconds = times.some((time) => time.getTime() % 60_000 !== 0);
  const rows = times.map((time) => {
    const shown = localIso(time, schedule.clock);
    const clock = shown.slice(11, hasSeconds ? 19 : 16);
    return [`${weekdayOf(shown)} ${shown.slice(0, 10)} ${clock} ${shown.slice(19)}`, palette.dim(away(time, now))];
  });
  return alignedRows(rows);
}
