import { describe, expect, it } from 'vitest';
import { fireTimesBetween } from '../../../scheduler/cron/fire-times.ts';
import { parseCron } from '../../../scheduler/cron/parse-cron.ts';

/** The days of a span on which an expression of `0 0 …` fires in UTC, without the year. */
function daysOf(expression: string, [from, to]: readonly [string, string]): string {
  const parsed = parseCron(expression, 'UTC');
  if (!parsed.ok) return expect.unreachable(parsed.error.message);
  const before = new Date(Date.parse(from) - 1);
  return fireTimesBetween(parsed.value, { from: before, to: new Date(to) }, 400)
    .map((time) => time.toISOString().slice(5, 10))
    .join(' ');
}

/** The times of 2026-03-02, a Monday, in UTC. */
function timesOf(expression: string): string {
  const parsed = parseCron(expression, 'UTC');
  if (!parsed.ok) return expect.unreachable(parsed.error.message);
  const times = fireTimesBetween(parsed.value, { from: new Date('2026-03-01T23:59:59Z'), to: new Date('2026-03-02T23:59:59Z') }, 6);
  return times.map((time) => time.toISOString().slice(11, 19)).join(' ');
}

function errorOf(expression: string, zone = 'UTC'): { code: string; message: string } {
  const parsed = parseCron(expression, zone);
  return parsed.ok ? expect.unreachable(`${expression} was accepted`) : parsed.error;
}

describe('times of the day', () => {
  it.each([
    ['30 2 * * *', '02:30:00'],
    ['*/20 1 * * *', '01:00:00 01:20:00 01:40:00'],
    ['10-20/5 3 * * *', '03:10:00 03:15:00 03:20:00'],
    ['5/25 4 * * *', '04:05:00 04:30:00 04:55:00'],
    ['0 0,12-13,22-23 * * *', '00:00:00 12:00:00 13:00:00 22:00:00 23:00:00'],
    ['1,1,1-2 5 * * *', '05:01:00 05:02:00'],
    ['*/60 7,8 * * *', '07:00:00 08:00:00'],
    ['30 15 10 * * *', '10:15:30'],
    ['*/30 59 23 * * *', '23:59:00 23:59:30'],
    ['  0\t6  * * mon ', '06:00:00'],
    ['@daily', '00:00:00'],
    ['@Midnight', '00:00:00'],
    ['@hourly', '00:00:00 01:00:00 02:00:00 03:00:00 04:00:00 05:00:00'],
  ])('%s', (expression, times) => expect(timesOf(expression)).toBe(times));
});

describe('days', () => {
  // In 2026 February ends on a Saturday, March begins on a Sunday, May ends on a Sunday, August begins on a Saturday.
  it.each([
    ['0 0 L * *', ['2026-01-01', '2026-04-30'], '01-31 02-28 03-31 04-30'],
    ['0 0 L-3 * *', ['2026-01-01', '2026-04-30'], '01-28 02-25 03-28 04-27'],
    ['0 0 L-30 * *', ['2026-01-01', '2026-05-31'], '01-01 03-01 05-01'],
    ['0 0 LW * *', ['2026-01-01', '2026-06-30'], '01-30 02-27 03-31 04-30 05-29 06-30'],
    ['0 0 15W * *', ['2026-02-01', '2026-08-31'], '02-16 03-16 04-15 05-15 06-15 07-15 08-14'],
    ['0 0 1W * *', ['2026-02-01', '2026-08-31'], '02-02 03-02 04-01 05-01 06-01 07-01 08-03'],
    ['0 0 31W * *', ['2026-01-01', '2026-08-31'], '01-30 03-31 05-29 07-31 08-31'],
    ['0 0 L-1W * *', ['2026-02-01', '2026-05-31'], '02-27 03-30 04-29 05-29'],
    ['0 0 1,15w,l * *', ['2026-02-01', '2026-02-28'], '02-01 02-16 02-28'],
    ['0 0 * * 5L', ['2026-01-01', '2026-04-30'], '01-30 02-27 03-27 04-24'],
    ['0 0 * * FRIL', ['2026-01-01', '2026-04-30'], '01-30 02-27 03-27 04-24'],
    ['0 0 ? * 7L', ['2026-01-01', '2026-05-31'], '01-25 02-22 03-29 04-26 05-31'],
    ['0 0 * * mon#2', ['2026-01-01', '2026-04-30'], '01-12 02-09 03-09 04-13'],
    ['0 0 * * 0#5', ['2026-01-01', '2026-06-30'], '03-29 05-31'],
    ['0 0 * * MON#1,WED#3', ['2026-03-01', '2026-03-31'], '03-02 03-18'],
    ['0 0 * * FRI-SUN', ['2026-03-01', '2026-03-09'], '03-01 03-06 03-07 03-08'],
    ['0 0 * * 5-7', ['2026-03-01', '2026-03-09'], '03-01 03-06 03-07 03-08'],
    ['0 0 * * 0,7', ['2026-03-01', '2026-03-09'], '03-01 03-08'],
    ['0 0 1 JAN-MAR,dec ?', ['2026-01-01', '2026-12-31'], '01-01 02-01 03-01 12-01'],
    ['@weekly', ['2026-03-01', '2026-03-15'], '03-01 03-08 03-15'],
    ['@monthly', ['2026-03-01', '2026-04-30'], '03-01 04-01'],
    ['@yearly', ['2026-01-01', '2026-12-31'], '01-01'],
    ['@annually', ['2026-01-01', '2026-12-31'], '01-01'],
  ] as const)('%s', (expression, span, days) => expect(daysOf(expression, span)).toBe(days));

  it('finds the 29th of February, and one that is a Sunday, across a century without it', () => {
    expect(daysOf('0 0 29 2 *', ['2026-01-01', '2036-12-31'])).toBe('02-29 02-29 02-29');
    expect(daysOf('0 0 29 2 */7', ['2089-01-01', '2129-01-01'])).toBe('02-29');
  });
});

describe('day of month and day of week together', () => {
  const FIRST_HALF = Array.from({ length: 16 }, (_, index) => `03-${String(index + 1).padStart(2, '0')}`).join(' ');
  const march = ['2026-03-01', '2026-03-16'] as const;

  it.each([
    ['either of two restricted fields is enough', '0 0 3,10 * MON', '03-02 03-03 03-09 03-10 03-16'],
    ['a range of all days is a restriction like any other', '0 0 1-31 * MON', FIRST_HALF],
    ['L, W and # restrict', '0 0 2W * MON#2', '03-02 03-09'],
    ['a field that is * asks for nothing', '0 0 * * MON', '03-02 03-09 03-16'],
    ['a field that begins with * asks for nothing by itself, as in Vixie cron: both must hold', '0 0 */2 * MON', '03-09'],
    ['the same for the day of week', '0 0 1-9 * */2', '03-01 03-03 03-05 03-07 03-08'],
    ['? is such a field', '0 0 3 * ?', '03-03'],
  ])('%s', (_why, expression, days) => expect(daysOf(expression, march)).toBe(days));
});

describe('what is refused', () => {
  it.each([
    ['', 'empty', 'expected a cron expression such as "*/5 * * * *", got an empty text'],
    [' \t', 'empty', 'got an empty text'],
    ['* '.repeat(200), 'too-long', 'expected at most 256 characters, got 400'],
    ['* * * *', 'field-count', 'expected 5 fields (minute, hour, day of month, month, day of week) or 6 with the second first, got 4'],
    ['0 0 0 1 1 * 2026', 'field-count', 'got 7; a year cannot be given'],
    ['60 * * * *', 'field', 'minute (field 1): expected 0–59'],
    ['0 24 * * *', 'field', 'hour (field 2): expected 0–23'],
    ['60 0 0 * * *', 'field', 'second (field 1): expected 0–59'],
    ['0 0 1,32 * *', 'field', 'day of month (field 3)'],
    ['0 0 1,32 * *', 'field', 'got "32" at character 7'],
    ['  0 0 0 * *', 'field', 'got "0" at character 7'],
    ['0 0 * 13 *', 'field', 'month (field 4)'],
    ['0 0 * * 8', 'field', 'day of week (field 5)'],
    ['0 0 * MON *', 'field', 'got "MON" at character 7'],
    ['0 0 * * MONDAY', 'field', 'got "MONDAY" at character 9'],
    ['0 0 * 1JAN *', 'field', 'got "1JAN"'],
    ['0 0 * * 5-1', 'field', 'got "5-1"'],
    ['22-2 * * * *', 'field', 'got "22-2" at character 1'],
    ['*/0 * * * *', 'field', 'got "*/0"'],
    ['*/90 * * * *', 'field', 'got "*/90"'],
    ['*/ * * * *', 'field', 'got "*/"'],
    ['1-2-3 * * * *', 'field', 'got "1-2-3"'],
    ['-5 * * * *', 'field', 'got "-5"'],
    ['1.5 * * * *', 'field', 'got "1.5"'],
    ['1,,2 * * * *', 'field', 'got nothing beside a comma at character 3'],
    ['? * * * *', 'field', 'got "?"'],
    ['0 0 ?,1 * *', 'field', 'got "?"'],
    ['0 0 32W * *', 'field', 'got "32W"'],
    ['0 0 L-31 * *', 'field', 'got "L-31"'],
    ['0 0 L-0 * *', 'field', 'got "L-0"'],
    ['0 0 1-15W * *', 'field', 'got "1-15W"'],
    ['0 L * * *', 'field', 'hour (field 2)'],
    ['0 0 * * L', 'field', 'got "L"'],
    ['0 0 * * 8L', 'field', 'got "8L"'],
    ['0 0 * * MON#6', 'field', 'got "MON#6"'],
    ['0 0 * * MON-FRI#2', 'field', 'got "MON-FRI#2"'],
    ['0 0 * * ABC#2', 'field', 'got "ABC#2"'],
    ['\u0661 * * * *', 'field', 'got "\u0661"'],
    ['@reboot', 'unsupported', '@reboot names no time of the clock'],
    ['@fortnightly', 'unsupported', 'one of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly, got "@fortnightly"'],
    ['@minutely', 'unsupported', 'got "@minutely"'],
    ['H/15 * * * *', 'unsupported', 'random times such as "H/15" cannot be given'],
    ['0~30 * * * *', 'unsupported', 'random times'],
    ['TZ=UTC 0 0 * * *', 'unsupported', 'the time zone is not part of the expression'],
    ['0 0 31 2 *', 'never-fires', '"0 0 31 2 *" never fires: no month that it names has such a day'],
    ['0 0 30 2 *', 'never-fires', 'never fires'],
    ['0 0 31W 2 *', 'never-fires', 'never fires'],
    ['0 0 31 2,4,6,9,11 ?', 'never-fires', 'never fires'],
    ['0 0 L-30 2,4 *', 'never-fires', 'never fires'],
    ['0 0 */30 2 1#2', 'never-fires', 'never fires'],
  ])('%j: %s', (expression, code, part) => {
    const error = errorOf(expression);
    expect(error.code).toBe(code);
    expect(error.message).toContain(part);
  });

  it('refuses what names only times that its zone skips', () => {
    // The second Sunday in March, from 2 to 3 o'clock, following real time.
    expect(errorOf('* 2 8-14 3 */7', 'America/New_York')).toEqual({
      code: 'never-fires',
      message: '"* 2 8-14 3 */7" never fires in America/New_York: it names only times that the clock skips there',
    });
    expect(parseCron('* 2 8-14 3 */7', 'Europe/Berlin').ok).toBe(true);
  });

  it.each([
    ['Europe/Berln', 'got "Europe/Berln" – did you mean "Europe/Berlin"?'],
    ['berlin', 'did you mean "Europe/Berlin"?'],
    ['New York', 'did you mean "America/New_York"?'],
    ['Europe/New_York', 'did you mean "America/New_York"?'],
    ['Mars/Phobos', 'expected a time zone such as "Europe/Berlin", got "Mars/Phobos"'],
    ['', 'got ""'],
    ['x'.repeat(5000), `got "${'x'.repeat(59)}…"`],
  ])('refuses the zone %s', (zone, part) => {
    const error = errorOf('* * * * *', zone);
    expect(error.code).toBe('zone');
    expect(error.message).toContain(part);
    expect(error.message.length).toBeLessThan(200);
  });

  it('names no zone that is not near', () => expect(errorOf('* * * * *', 'Mars/Phobos').message).not.toContain('did you mean'));

  it('takes zones in any case, and fixed offsets', () => {
    for (const zone of ['europe/berlin', 'UTC', 'Asia/Calcutta', '+05:30', 'EST']) expect(parseCron('* * * * *', zone).ok).toBe(true);
  });
});
