/**
 * The instants at which a schedule fires. There is one sequence of them for each schedule, and every question is answered from
 * it: the answer never depends on the moment that it is asked for, or from which process.
 *
 * While the clock on the wall runs evenly a schedule fires whenever that clock shows one of its times. Where it is changed by
 * less than three hours cronie's rule holds:
 * - an expression whose minute or hour begins with `*` follows real time: it fires at every instant at which the clock shows
 *   one of its times, so not at all for times that are skipped, and twice for times that are shown twice;
 * - every other expression names fixed times of the day: those that are skipped fire right after the gap, once for all of them
 *   together, and those that are shown twice fire the first time.
 * A change of three hours or more (a zone that moves across the date line) is a correction of the clock: every expression then
 * follows real time.
 *
 * All instants are whole seconds. Invalid dates are a mistake of the caller: RangeError.
 */
import type { CronFields } from './parse-fields.ts';
import { HORIZON_MONTHS, wallTimeFrom, wallTimeUpTo } from './wall-times.ts';
import type { Stretch, ZoneClock } from './zone-clock.ts';

/** What of a schedule decides when it fires. */
interface Timed {
  readonly fields: CronFields;
  readonly clock: ZoneClock;
}

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;
const CORRECTION_MS = 3 * 3_600_000;
/** Further than any change of a clock reaches. */
const REACH_MS = 2 * DAY_MS;
const HORIZON_MS = HORIZON_MONTHS * 31 * DAY_MS;
/** Years that a calendar of four digits has; nothing fires before or after. */
const FIRST_MS = Date.UTC(1000, 0, 1);
const LAST_MS = Date.UTC(9999, 11, 30);

/** The first fire time later than `after`; null when there is none within 41 years. */
export function nextFireTime(schedule: Timed, after: Date): Date | null {
  const { fields, clock } = schedule;
  const first = Math.max(Math.floor(timeOf(after) / SECOND_MS) * SECOND_MS + SECOND_MS, FIRST_MS);
  const last = Math.min(first + HORIZON_MS, LAST_MS);
  let at = first;
  while (at <= last) {
    const stretch = clock.stretchAt(at);
    if (at === stretch.start && firesAfterGap(fields, stretch)) return new Date(at);
    const from = Math.max(at + stretch.offset, firstWall(fields, stretch));
    const wall = wallTimeFrom(fields, from);
    if (wall === null) return null;
    if (wall < stretch.end + stretch.offset) return inCalendar(wall - stretch.offset);
    // Nothing fires until shortly before `wall`, unless times that were before `from` are shown again.
    const isFar = stretch.end + stretch.offset - from >= REACH_MS;
    at = isFar ? Math.max(stretch.end, wall - REACH_MS) : stretch.end;
  }
  return null;
}

/** The last fire time earlier than `before`; null when there is none within 41 years. */
export function previousFireTime(schedule: Timed, before: Date): Date | null {
  const { fields, clock } = schedule;
  const last = Math.min(Math.ceil(timeOf(before) / SECOND_MS) * SECOND_MS - SECOND_MS, LAST_MS);
  const first = Math.max(last - HORIZON_MS, FIRST_MS);
  let at = last;
  while (at >= first) {
    const stretch = clock.stretchAt(at);
    const from = firstWall(fields, stretch);
    const wall = wallTimeUpTo(fields, at + stretch.offset);
    if (wall !== null && wall >= from) return inCalendar(wall - stretch.offset);
    if (firesAfterGap(fields, stretch)) return inCalendar(stretch.start);
    if (wall === null) return null;
    const isFar = at + stretch.offset - from >= REACH_MS;
    at = isFar ? Math.min(stretch.start - SECOND_MS, wall + REACH_MS) : stretch.start - SECOND_MS;
  }
  return null;
}

/** The first `limit` fire times later than `from` and not later than `to`, in order. */
export function fireTimesBetween(schedule: Timed, { from, to }: { readonly from: Date; readonly to: Date }, limit: number): Date[] {
  const times: Date[] = [];
  let next = nextFireTime(schedule, from);
  while (next !== null && next <= to && times.length < limit) {
    times.push(next);
    next = nextFireTime(schedule, next);
  }
  return times;
}

/** Whether fixed times that the clock skipped at the start of a stretch fire there. */
function firesAfterGap(fields: CronFields, stretch: Stretch): boolean {
  const { start, changedAt, offset, offsetBefore } = stretch;
  if (start !== changedAt || offset <= offsetBefore || !isFixedAcross(fields, stretch)) return false;
  const skipped = wallTimeFrom(fields, start + offsetBefore);
  return skipped !== null && skipped < start + offset;
}

/** The first time of the clock on the wall that counts in a stretch: fixed times that were shown before its change do not. */
function firstWall(fields: CronFields, stretch: Stretch): number {
  const { start, changedAt, offset, offsetBefore } = stretch;
  return isFixedAcross(fields, stretch) ? Math.max(start + offset, changedAt + offsetBefore) : start + offset;
}

function isFixedAcross(fields: CronFields, stretch: Stretch): boolean {
  return !fields.followsRealTime && Math.abs(stretch.offset - stretch.offsetBefore) < CORRECTION_MS;
}

function inCalendar(instant: number): Date | null {
  return instant >= FIRST_MS && instant <= LAST_MS ? new Date(instant) : null;
}

function timeOf(date: Date): number {
  const time = date.getTime();
  if (Number.isNaN(time)) throw new RangeError('expected a valid date');
  return time;
}
