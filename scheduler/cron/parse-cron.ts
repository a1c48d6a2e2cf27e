/**
 * Reads a cron expression that anybody may have written: five fields, or six with the second first, or `@daily` and its kin.
 * The work is bounded, whatever comes.
 */
import { accepted, quoted, refused, type CronResult } from './cron-error.ts';
import { nextFireTime } from './fire-times.ts';
import { parseFields, type CronFields } from './parse-fields.ts';
import { splitExpression } from './split-expression.ts';
import { wallTimeFrom } from './wall-times.ts';
import { zoneClock, type ZoneClock } from './zone-clock.ts';
import { didYouMeanZone } from './zone-name.ts';

/** An expression in a time zone that is known to fire. */
export interface CronSchedule {
  /** As it was written. */
  readonly expression: string;
  readonly zone: string;
  readonly fields: CronFields;
  readonly clock: ZoneClock;
}

/** Whether an expression ever fires is asked from here on, so that the answer does not depend on the day. */
const SINCE = new Date('2026-01-01T00:00:00Z');

/** Never throws. See docs/guide/schedule.md for what an expression can say. */
export function parseCron(expression: string, zone: string): CronResult<CronSchedule> {
  const split = splitExpression(expression);
  if (!split.ok) return split;
  const fields = parseFields(split.value);
  if (!fields.ok) return fields;
  if (wallTimeFrom(fields.value, SINCE.getTime()) === null)
    return refused('never-fires', `${quoted(expression.trim())} never fires: no month that it names has such a day`);
  const clock = zoneClock(zone);
  if (clock === null) return refused('zone', `expected a time zone such as "Europe/Berlin", got ${quoted(zone)}${didYouMeanZone(zone)}`);
  const schedule = { expression: expression.trim(), zone, fields: fields.value, clock };
  return nextFireTime(schedule, SINCE) === null
    ? refused('never-fires', `${quoted(schedule.expression)} never fires in ${zone}: it names only times that the clock skips there`)
    : accepted(schedule);
}
