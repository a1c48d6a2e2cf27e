import { describe, expect, it } from 'vitest';
import { fireTimesBetween, nextFireTime, previousFireTime } from '../../../scheduler/cron/fire-times.ts';
import { parseCron, type CronSchedule } from '../../../scheduler/cron/parse-cron.ts';

function scheduleOf(expression: string, zone: string): CronSchedule {
  const parsed = parseCron(expression, zone);
  return parsed.ok ? parsed.value : expect.unreachable(parsed.error.message);
}

/** Fire times as `DDTHH:MM` in UTC. */
function firing(expression: string, zone: string, [from, to]: readonly [string, string]): string {
  return fireTimesBetween(scheduleOf(expression, zone), { from: new Date(Date.parse(from) - 1), to: new Date(to) }, 50)
    .map((time) => time.toISOString().slice(8, 16))
    .join(' ');
}

describe('when the clock is put forward', () => {
  // New York skips 02:00–03:00 on 8 March 2026 at 07:00Z.
  const around = ['2026-03-08T06:00Z', '2026-03-08T09:00Z'] as const;

  it.each([
    ['a fixed time that is skipped fires right after the gap', '30 2 * * *', '08T07:00'],
    ['several of them fire once, together', '0,15,30 2 * * *', '08T07:00'],
    ['and once with one that is shown at that moment', '0 2,3 * * *', '08T07:00'],
    ['a time after the gap fires as ever', '30 3 * * *', '08T07:30'],
    ['wildcards follow real time', '*/30 * * * *', '08T06:00 08T06:30 08T07:00 08T07:30 08T08:00 08T08:30 08T09:00'],
    ['so does what only begins with one: nothing is made up for', '*/30 2 * * *', ''],
    ['an hour that is a wildcard counts as well', '30 */2 * * *', '08T08:30'],
    ['hours that are written out are fixed', '0 0-23 * * *', '08T06:00 08T07:00 08T08:00 08T09:00'],
    ['seconds play no part in it', '*/20 30 2 * * *', '08T07:00'],
  ])('%s', (_why, expression, times) => expect(firing(expression, 'America/New_York', around)).toBe(times));

  it.each([
    ['makes up for midnight', '0 0 * * *', 'America/Santiago', '2026-09-05T12:00Z 2026-09-06T12:00Z', '06T04:00'],
    ['makes up for half an hour', '15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T00:00Z 2026-10-03T23:00Z', '03T15:30'],
    ['makes up for two hours at once', '30 1,2 * * *', 'Antarctica/Troll', '2026-03-29T00:00Z 2026-03-29T06:00Z', '29T01:00'],
    ['takes a day for a correction', '0 12 * * *', 'Pacific/Apia', '2011-12-29T12:00Z 2011-12-31T12:00Z', '29T22:00 30T22:00'],
  ])('%s: %s in %s', (...[, expression, zone, span, times]) => {
    const [from = '', to = ''] = span.split(' ');
    expect(firing(expression, zone, [from, to])).toBe(times);
  });
});

describe('when the clock is put back', () => {
  // New York shows 01:00–02:00 twice on 1 November 2026, the second time from 06:00Z on.
  const around = ['2026-11-01T04:30Z', '2026-11-01T07:30Z'] as const;

  it.each([
    ['a fixed time fires the first time', '30 1 * * *', '01T05:30'],
    ['hours that are written out are fixed', '0 0-23 * * *', '01T05:00 01T07:00'],
    ['wildcards follow real time', '0 * * * *', '01T05:00 01T06:00 01T07:00'],
    ['so does every minute of the repeated hour', '*/30 1 * * *', '01T05:00 01T05:30 01T06:00 01T06:30'],
  ])('%s', (_why, expression, times) => expect(firing(expression, 'America/New_York', around)).toBe(times));

  it('repeats half an hour on Lord Howe for wildcards only', () => {
    const span = ['2026-04-04T14:00Z', '2026-04-04T15:59Z'] as const;
    expect(firing('*/15 1 * * *', 'Australia/Lord_Howe', span)).toBe('04T14:00 04T14:15 04T14:30 04T14:45 04T15:00 04T15:15');
    expect(firing('0,15,30,45 1 * * *', 'Australia/Lord_Howe', span)).toBe('04T14:00 04T14:15 04T14:30 04T14:45');
  });

  it('gives the same answer in the repeated hour as before it', () => {
    const nightly = scheduleOf('30 1 * * *', 'America/New_York');
    const tomorrow = new Date('2026-11-02T06:30Z');
    for (const at of ['05:30', '05:59', '06:00', '06:29', '06:30', '06:59']) {
      expect(nextFireTime(nightly, new Date(`2026-11-01T${at}Z`))).toEqual(tomorrow);
      expect(previousFireTime(nightly, new Date(`2026-11-01T${at}:01Z`))).toEqual(new Date('2026-11-01T05:30Z'));
    }
  });
});

describe('the ends of a question', () => {
  const everyFive = scheduleOf('*/5 * * * *', 'UTC');
  const at = new Date('2026-03-01T10:05:00Z');

  it('asks strictly after and strictly before', () => {
    expect(nextFireTime(everyFive, at)).toEqual(new Date('2026-03-01T10:10:00Z'));
    expect(previousFireTime(everyFive, at)).toEqual(new Date('2026-03-01T10:00:00Z'));
    expect(nextFireTime(everyFive, new Date(at.getTime() - 1))).toEqual(at);
    expect(previousFireTime(everyFive, new Date(at.getTime() + 1))).toEqual(at);
  });

  it('lists what is after the one end, up to and including the other', () => {
    expect(fireTimesBetween(everyFive, { from: at, to: new Date('2026-03-01T10:15:00Z') }, 9)).toHaveLength(2);
    expect(fireTimesBetween(everyFive, { from: at, to: new Date('2026-03-01T10:14:59Z') }, 9)).toHaveLength(1);
    expect(fireTimesBetween(everyFive, { from: at, to: at }, 9)).toEqual([]);
    expect(fireTimesBetween(everyFive, { from: at, to: new Date('2027-01-01T00:00:00Z') }, 3)).toHaveLength(3);
  });

  it('answers to the end of the calendar and not beyond', () => {
    expect(nextFireTime(everyFive, new Date('9999-12-31T12:00:00Z'))).toBeNull();
    expect(nextFireTime(everyFive, new Date(8.64e15))).toBeNull();
    expect(previousFireTime(everyFive, new Date(-8.64e15))).toBeNull();
    expect(nextFireTime(everyFive, new Date(-8.64e15))).toEqual(new Date('1000-01-01T00:00:00Z'));
  });

  it('takes no date that is none', () => expect(() => nextFireTime(everyFive, new Date(NaN))).toThrow(RangeError));

  it('knows offsets with seconds, as they were before standard time', () => {
    expect(nextFireTime(scheduleOf('0 12 * * *', 'America/New_York'), new Date('1880-06-01T00:00:00Z'))).toEqual(
      new Date('1880-06-01T16:56:02Z'),
    );
  });
});
