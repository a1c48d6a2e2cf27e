/**
 * The times of a clock on the wall at which an expression fires. Such a time is written as milliseconds since
 * 1970-01-01T00:00:00 by that clock, as if it were never changed; which instants show it is the business of fire-times.ts.
 */
import { matchingDays } from './month-days.ts';
import type { CronFields } from './parse-fields.ts';

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;

/** Any expression that fires at all fires within 40 years: 29 February on a Sunday, across a year such as 2100. */
export const HORIZON_MONTHS = 41 * 12;

/** The first time at or after `wall`, or null when there is none within the horizon. */
export function wallTimeFrom(fields: CronFields, wall: number): number | null {
  const second = Math.ceil(wall / SECOND_MS);
  const today = Math.floor(second / 86_400);
  const day = dayFrom(fields, today);
  if (day === today) {
    const time = timeFrom(fields, second - today * 86_400);
    if (time !== null) return day * DAY_MS + time * SECOND_MS;
  }
  const later = day === today ? dayFrom(fields, today + 1) : day;
  return later === null ? null : later * DAY_MS + firstTime(fields) * SECOND_MS;
}

/** The last time at or before `wall`, or null when there is none within the horizon. */
export function wallTimeUpTo(fields: CronFields, wall: number): number | null {
  const second = Math.floor(wall / SECOND_MS);
  const today = Math.floor(second / 86_400);
  const day = dayUpTo(fields, today);
  if (day === today) {
    const time = timeUpTo(fields, second - today * 86_400);
    if (time !== null) return day * DAY_MS + time * SECOND_MS;
  }
  const earlier = day === today ? dayUpTo(fields, today - 1) : day;
  return earlier === null ? null : earlier * DAY_MS + lastTime(fields) * SECOND_MS;
}

/** Days since 1970-01-01. */
function dayFrom(fields: CronFields, day: number): number | null {
  const date = new Date(day * DAY_MS);
  let [year, month, firstBit] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  for (let count = 0; count <= HORIZON_MONTHS; count++) {
    const days = daysOf(fields, year, month) & (-1 << firstBit);
    if (days !== 0) return dayNumber(year, month, 31 - Math.clz32(days & -days));
    firstBit = 1;
    month = (month + 1) % 12;
    if (month === 0) year++;
  }
  return null;
}

function dayUpTo(fields: CronFields, day: number): number | null {
  const date = new Date(day * DAY_MS);
  let [year, month, lastBit] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  for (let count = 0; count <= HORIZON_MONTHS; count++) {
    const days = daysOf(fields, year, month) & (-1 >>> (31 - lastBit));
    if (days !== 0) return dayNumber(year, month, 31 - Math.clz32(days));
    lastBit = 31;
    month = (month + 11) % 12;
    if (month === 11) year--;
  }
  return null;
}

/** Bit d is day d; `month` from 0. */
function daysOf(fields: CronFields, year: number, month: number): number {
  if (((fields.months >> (month + 1)) & 1) === 0) return 0;
  const first = dayNumber(year, month, 1);
  const length = dayNumber(year, month + 1, 1) - first;
  // 1970-01-01 was a Thursday.
  return matchingDays(fields.days, { length, firstWeekday: (((first + 4) % 7) + 7) % 7 });
}

function dayNumber(year: number, month: number, day: number): number {
  return Date.UTC(year, month, day) / DAY_MS;
}

/** Seconds of the day. */
function timeFrom({ hours, minutes, seconds }: CronFields, from: number): number | null {
  const [hour, minute, second] = [Math.floor(from / 3600), Math.floor(from / 60) % 60, from % 60];
  if (hours.includes(hour)) {
    const sameMinute = minutes.includes(minute) ? seconds.find((one) => one >= second) : undefined;
    if (sameMinute !== undefined) return hour * 3600 + minute * 60 + sameMinute;
    const laterMinute = minutes.find((one) => one > minute);
    if (laterMinute !== undefined) return hour * 3600 + laterMinute * 60 + (seconds[0] ?? 0);
  }
  const laterHour = hours.find((one) => one > hour);
  return laterHour === undefined ? null : laterHour * 3600 + (minutes[0] ?? 0) * 60 + (seconds[0] ?? 0);
}

function timeUpTo({ hours, minutes, seconds }: CronFields, upTo: number): number | null {
  const [hour, minute, second] = [Math.floor(upTo / 3600), Math.floor(upTo / 60) % 60, upTo % 60];
  if (hours.includes(hour)) {
    const sameMinute = minutes.includes(minute) ? seconds.findLast((one) => one <= second) : undefined;
    if (sameMinute !== undefined) return hour * 3600 + minute * 60 + sameMinute;
    const earlierMinute = minutes.findLast((one) => one < minute);
    if (earlierMinute !== undefined) return hour * 3600 + earlierMinute * 60 + (seconds.at(-1) ?? 0);
  }
  const earlierHour = hours.findLast((one) => one < hour);
  return earlierHour === undefined ? null : earlierHour * 3600 + (minutes.at(-1) ?? 0) * 60 + (seconds.at(-1) ?? 0);
}

function firstTime({ hours, minutes, seconds }: CronFields): number {
  return (hours[0] ?? 0) * 3600 + (minutes[0] ?? 0) * 60 + (seconds[0] ?? 0);
}

function lastTime({ hours, minutes, seconds }: CronFields): number {
  return (hours.at(-1) ?? 0) * 3600 + (minutes.at(-1) ?? 0) * 60 + (seconds.at(-1) ?? 0);
}
