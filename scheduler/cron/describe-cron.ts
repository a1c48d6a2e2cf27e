/** A cron expression in words, put together from what cronstrue says of its parts. */
import { toString as inWords } from 'cronstrue';
import { parseFields, type CronFields } from './parse-fields.ts';
import { splitExpression } from './split-expression.ts';

/**
 * `At 09:00, Monday through Friday`. What is no expression is given back as it is.
 *
 * The parts are joined here: cronstrue says "and" of a day of month and a day of week of which either is enough, counts the
 * days of a week in steps, stumbles over `*` in a list, and takes no list with W in it.
 */
export function describeCron(expression: string): string {
  const split = splitExpression(expression);
  if (!split.ok) return expression;
  const fields = parseFields(split.value);
  if (!fields.ok) return expression;
  const { seconds, minutes, hours, months } = fields.value;
  const [second = '', minute = '', hour = '', monthDay = '', month = '', weekday = ''] = split.value.map(({ text }) => text.toUpperCase());
  const time = [spelled(second, seconds, 60), spelled(minute, minutes, 60), spelled(hour, hours, 24)].join(' ');
  const monthPart = spelled(month, daysOf(months), 12);
  return [
    sentence(`${time} * * *`),
    daysInWords({ monthDay, weekday }, fields.value),
    monthPart === '*' ? '' : sentence(`0 0 0 1 ${monthPart} *`).replace(/^.*?of the month, /, ''),
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function daysInWords(written: { readonly monthDay: string; readonly weekday: string }, { days }: CronFields): string {
  const monthDays = spelled(written.monthDay, daysOf(days.monthDays), 31);
  const weekdays = spelled(written.weekday, daysOf(days.weekdays), 7);
  const isOpen = (field: string): boolean => days.combine === 'both' && field === '*';
  const byMonth = isOpen(monthDays) ? '' : monthDaysInWords(monthDays);
  const byWeek = isOpen(weekdays) ? '' : partOf(`0 0 0 ? * ${weekdays}`);
  if (byMonth === '' || byWeek === '') return byMonth + byWeek;
  const sameKind = byWeek.replace(/^only /, '');
  return days.combine === 'either' ? `${byMonth} or ${sameKind}` : `${byMonth}, but only ${sameKind}`;
}

/** A list with L or W goes item by item. */
function monthDaysInWords(monthDay: string): string {
  if (!/[LW]/.test(monthDay)) return partOf(`0 0 0 ${monthDay} * ?`);
  return monthDay
    .split(',')
    .map((item) => {
      const beforeLast = /^(L-\d+)W$/.exec(item)?.[1];
      return beforeLast === undefined ? partOf(`0 0 0 ${item} * ?`) : `on the weekday nearest to ${partOf(`0 0 0 ${beforeLast} * ?`)}`;
    })
    .join(' and ');
}

/** A field as it was written; `*` where it has all its values, one by one where it has `*` in a list, or steps through a week. */
function spelled(text: string, values: readonly number[], size: number): string {
  if (values.length === size) return '*';
  const isPlain = !text.includes('*') || !text.includes(',');
  if (isPlain && !(size === 7 && text.includes('/'))) return text;
  return [...values, ...text.split(',').filter((item) => /[LW#]/.test(item))].join(',');
}

/** The bits of a mask, in order; see `CronFields`. */
function daysOf(mask: number): readonly number[] {
  return Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => (mask >>> bit) & 1);
}

/** What an expression at midnight says besides `At 00:00`. */
function partOf(expression: string): string {
  return sentence(expression).replace(/^At 00:00(, )?/, '');
}

function sentence(expression: string): string {
  return inWords(expression, { use24HourTimeFormat: true, throwExceptionOnParseError: false });
}
