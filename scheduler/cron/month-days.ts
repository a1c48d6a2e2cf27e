/** The days of one month on which an expression fires. */
import type { DayRules, MonthDayRule, WeekdayRule } from './day-rules.ts';

/** A month as far as its days of the week go. */
export interface MonthShape {
  /** 28 to 31. */
  readonly length: number;
  /** The day of the week of its first day; 0 is Sunday. */
  readonly firstWeekday: number;
}

/** Bit d is day d of the month. */
export function matchingDays(rules: DayRules, month: MonthShape): number {
  const byMonth = rules.monthDayRules.reduce((days, rule) => days | dayOf(rule, month), rules.monthDays);
  let byWeek = rules.weekdayRules.reduce((days, rule) => days | weekdayOf(rule, month), 0);
  for (let day = 1; day <= month.length; day++) if ((rules.weekdays >> weekdayAt(day, month)) & 1) byWeek |= 1 << day;
  const all = (2 ** month.length - 1) * 2;
  return (rules.combine === 'either' ? byMonth | byWeek : byMonth & byWeek) & all;
}

function dayOf(rule: MonthDayRule, month: MonthShape): number {
  const day = rule.from === 'first' ? rule.count : month.length - rule.count;
  if (day < 1 || day > month.length) return 0;
  return 1 << (rule.nearestWeekday ? nearestWeekday(day, month) : day);
}

/** A Saturday gives way to the Friday before, a Sunday to the Monday after, unless that is in another month. */
function nearestWeekday(day: number, month: MonthShape): number {
  const weekday = weekdayAt(day, month);
  if (weekday === 6) return day === 1 ? 3 : day - 1;
  if (weekday === 0) return day === month.length ? day - 2 : day + 1;
  return day;
}

function weekdayOf(rule: WeekdayRule, month: MonthShape): number {
  const first = 1 + ((rule.weekday - month.firstWeekday + 7) % 7);
  const day = rule.which === 'last' ? first + 7 * Math.floor((month.length - first) / 7) : first + 7 * (rule.which - 1);
  return day > month.length ? 0 : 1 << day;
}

function weekdayAt(day: number, month: MonthShape): number {
  return (month.firstWeekday + day - 1) % 7;
}
