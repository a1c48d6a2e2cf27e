/**
 * When cron would run a job, found by living through the time: a copy of the rule of cronie's main loop, one step after the
 * other, with a matcher of its own and clocks that Intl shows. It shares no code with scheduler/cron/ and is as slow as it is simple.
 */

/** What the clock on the wall of a zone shows at each step of a span. */
export interface ShownTime {
  readonly start: number;
  /** Seconds of a step: 60, or 1 for expressions with six fields. */
  readonly step: number;
  /** Steps of the clock on the wall since 1970-01-01T00:00:00 by that clock. */
  readonly wall: Float64Array;
}

const MONTH_NAMES = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const WEEKDAY_NAMES = 'SUN MON TUE WED THU FRI SAT'.split(' ');

/** Reads the clock of a zone from `start` to `end` (milliseconds): every hour, and every step of an hour in which it was changed. */
export function shownTime(zone: string, span: { readonly start: number; readonly end: number; readonly step: number }): ShownTime {
  const { start, end, step } = span;
  const offsetAt = offsetTeller(zone);
  const wall = new Float64Array((end - start) / 1000 / step);
  const perHour = 3600 / step;
  let atHour = offsetAt(start);
  for (let first = 0; first < wall.length; first += perHour) {
    const atNextHour = offsetAt(start + (first + perHour) * step * 1000);
    for (let index = first; index < Math.min(first + perHour, wall.length); index++) {
      const instant = start + index * step * 1000;
      const offset = atHour === atNextHour ? atHour : offsetAt(instant);
      wall[index] = (instant / 1000 + offset) / step;
    }
    atHour = atNextHour;
  }
  return { start, step, wall };
}

/** The instants (milliseconds) of a span at which cron runs a job. */
export function cronieRuns(expression: string, shown: ShownTime): number[] {
  const { start, step, wall } = shown;
  const fields = expression.split(' ');
  const [second = '', minute = '', hour = '', ...dayFields] = fields.length === 6 ? fields : ['0', ...fields];
  const isWild = minute.startsWith('*') || hour.startsWith('*');
  const matches = timeMatcher({ second, minute, hour, dayFields }, step);
  const correction = (3 * 3600) / step;
  const runs: number[] = [];
  let virtual = (wall[0] ?? 0) - 1;
  for (let index = 0; index < wall.length; index++) {
    const now = wall[index] ?? 0;
    const difference = now - virtual;
    let runsNow = false;
    if (difference === 1 || Math.abs(difference) > correction) {
      virtual = now;
      runsNow = matches(now);
    } else if (difference > 0) {
      if (isWild) runsNow = matches(now);
      else for (let missed = virtual + 1; missed <= now; missed++) runsNow ||= matches(missed);
      virtual = now;
    } else {
      // What was shown before: fixed times have run already.
      runsNow = isWild && matches(now);
    }
    if (runsNow) runs.push(start + index * step * 1000);
  }
  return runs;
}

function timeMatcher(
  fields: { readonly second: string; readonly minute: string; readonly hour: string; readonly dayFields: readonly string[] },
  step: number,
): (wall: number) => boolean {
  const seconds = table(fields.second, 0, 59);
  const minutes = table(fields.minute, 0, 59);
  const hours = table(fields.hour, 0, 23);
  const days = new Map<number, boolean>();
  return (wall) => {
    const time = wall * step;
    const day = Math.floor(time / 86_400);
    const inDay = time - day * 86_400;
    if (!minutes[Math.floor(inDay / 60) % 60] || !hours[Math.floor(inDay / 3600)] || !seconds[inDay % 60]) return false;
    const known = days.get(day) ?? dayMatches(fields.dayFields, new Date(day * 86_400_000));
    days.set(day, known);
    return known;
  };
}

function dayMatches([monthDay = '', month = '', weekday = '']: readonly string[], date: Date): boolean {
  if (!isIn(month, date.getUTCMonth() + 1, { first: 1, last: 12, names: MONTH_NAMES })) return false;
  const byMonth = monthDay.split(',').some((item) => monthDayMatches(item, date));
  const byWeek = weekday.split(',').some((item) => weekdayMatches(item, date));
  const isOpen = [monthDay, weekday].some((field) => field.startsWith('*') || field === '?');
  return isOpen ? byMonth && byWeek : byMonth || byWeek;
}

function monthDayMatches(item: string, date: Date): boolean {
  const day = date.getUTCDate();
  const length = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  if (item === '?') return true;
  if (!/[LW]/.test(item)) return isIn(item, day, { first: 1, last: 31, names: [] });
  const bare = item.replace('W', '');
  const target = bare.startsWith('L') ? length - Number(bare.slice(2)) : Number(bare);
  if (target < 1 || target > length) return false;
  if (!item.endsWith('W')) return day === target;
  const workdays = Array.from({ length }, (_, index) => index + 1).filter((one) => {
    const weekday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), one)).getUTCDay();
    return weekday !== 0 && weekday !== 6;
  });
  return workdays.sort((a, b) => Math.abs(a - target) - Math.abs(b - target))[0] === day;
}

function weekdayMatches(item: string, date: Date): boolean {
  const [weekday, day] = [date.getUTCDay(), date.getUTCDate()];
  const is = (text: string): boolean =>
    [0, 7].some((more) => weekday % 7 === 0 && isIn(text, more, { first: 0, last: 7, names: WEEKDAY_NAMES })) ||
    (weekday !== 0 && isIn(text, weekday, { first: 0, last: 7, names: WEEKDAY_NAMES }));
  if (item === '?') return true;
  const [name = '', which] = item.split('#');
  if (which !== undefined) return is(name) && Math.ceil(day / 7) === Number(which);
  if (!item.endsWith('L')) return is(item);
  return is(item.slice(0, -1)) && new Date(date.getTime() + 7 * 86_400_000).getUTCMonth() !== date.getUTCMonth();
}

interface Range {
  readonly first: number;
  readonly last: number;
  readonly names: readonly string[];
}

function isIn(text: string, value: number, range: Range): boolean {
  const number = (word: string): number => (range.names.includes(word) ? range.names.indexOf(word) + range.first : Number(word));
  return text.split(',').some((item) => {
    const [span = '', step] = item.split('/');
    const [from = '', to] = span.split('-');
    const low = span === '*' ? range.first : number(from);
    const high = span === '*' || (to === undefined && step !== undefined) ? range.last : number(to ?? from);
    return value >= low && value <= high && (value - low) % Number(step ?? 1) === 0;
  });
}

function table(text: string, first: number, last: number): readonly boolean[] {
  return Array.from({ length: last + 1 }, (_, value) => isIn(text, value, { first, last, names: [] }));
}

/** Seconds east of UTC, from what Intl writes: `GMT+05:30`, `GMT-00:44:30`, `GMT`. */
function offsetTeller(zone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'longOffset', hour: 'numeric' });
  return (instant) => {
    const name = format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours = '0', minutes = '0', seconds = '0'] = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(name) ?? [];
    if (!name.startsWith('GMT')) throw new Error(`cannot read the offset ${name} of ${zone}`);
    return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
  };
}
