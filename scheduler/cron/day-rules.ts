/** What the two day fields ask for, and the items of theirs that depend on the month: L, W and #. */

/** A day counted within a month: a number, or from its last day backwards. */
export interface MonthDayRule {
  readonly from: 'first' | 'last';
  /** From `first`: the day, 1 to 31. From `last`: days before it, 0 to 30. */
  readonly count: number;
  /** The weekday (Monday to Friday) of the same month that is nearest to it. */
  readonly nearestWeekday: boolean;
}

/** A day of the week of which a month has four or five. */
export interface WeekdayRule {
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly which: 1 | 2 | 3 | 4 | 5 | 'last';
}

export interface DayRules {
  /** Bit d is day d of the month. */
  readonly monthDays: number;
  readonly monthDayRules: readonly MonthDayRule[];
  /** Bit d is day d of the week, Sunday bit 0. */
  readonly weekdays: number;
  readonly weekdayRules: readonly WeekdayRule[];
  /** `either` when both fields are restricted, `both` when one begins with `*` (or is `?`), as in Vixie cron. */
  readonly combine: 'either' | 'both';
}

/** `L`, `L-3`, `15W`, `LW`, `L-3W`; null for anything else. */
export function monthDayRule(item: string): MonthDayRule | null {
  const match = /^(?:(L)(?:-(\d{1,2}))?|(\d{1,2})(?=W))(W)?$/.exec(item);
  if (match === null) return null;
  const [, last, before, day, nearest] = match;
  const count = Number(last === undefined ? day : (before ?? 0));
  const isPossible = last === undefined ? count >= 1 && count <= 31 : count <= 30 && before !== '0' && before !== '00';
  return isPossible ? { from: last === undefined ? 'first' : 'last', count, nearestWeekday: nearest !== undefined } : null;
}

/** `5L`, `FRIL`, `5#2`, `MON#2`; null for anything else. `names` are those of the days from Sunday on. */
export function weekdayRule(item: string, names: readonly string[]): WeekdayRule | null {
  const match = /^([0-7]|[A-Z]{3})(?:(L)|#([1-5]))$/.exec(item);
  if (match === null) return null;
  const [, day = '', last, which] = match;
  const weekday = /\d/.test(day) ? Number(day) % 7 : names.indexOf(day);
  return weekday === -1 ? null : { weekday, which: last === undefined ? (Number(which) as 1 | 2 | 3 | 4 | 5) : 'last' };
}
