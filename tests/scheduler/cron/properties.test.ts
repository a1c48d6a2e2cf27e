import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fireTimesBetween, nextFireTime, previousFireTime } from '../../../scheduler/cron/fire-times.ts';
import { parseCron, type CronSchedule } from '../../../scheduler/cron/parse-cron.ts';

const HOUR_MS = 3_600_000;

/** A field of plain items: numbers, ranges, steps, lists. */
const field = (first: number, last: number, others: readonly string[] = []): fc.Arbitrary<string> => {
  const value = fc.integer({ min: first, max: last });
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const step = fc
    .tuple(fc.constantFrom('*', `${first}-${last}`), fc.integer({ min: 1, max: last - first }))
    .map((parts) => parts.join('/'));
  const item = fc.oneof(value.map(String), range, step, ...others.map((other) => fc.constant(other)));
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant('*') },
    { weight: 3, arbitrary: item },
    fc.array(item, { minLength: 2, maxLength: 4 }).map((items) => items.join(',')),
  );
};

const expressions = fc
  .tuple(
    fc.oneof({ weight: 3, arbitrary: fc.constant('') }, field(0, 59)),
    field(0, 59),
    fc.oneof(field(0, 23), field(0, 3)),
    field(1, 31, ['L', 'L-3', 'LW', '1W', '15W', '31W']),
    field(1, 12, ['MAR', 'OCT-DEC']),
    field(0, 7, ['5L', 'SUNL', 'MON#2', '7#5', 'FRI-SUN']),
  )
  .map((fields) => fields.join(' ').trim());

const zones = fc.constantFrom(
  ...['UTC', 'America/New_York', 'America/Santiago', 'America/St_Johns', 'Asia/Kolkata', 'Africa/Casablanca', 'Antarctica/Troll'],
  ...['Australia/Lord_Howe', 'Europe/Berlin', 'Pacific/Apia', 'Pacific/Chatham'],
);

/** Changes of the clock in these zones, to look around them. */
const CHANGES = [
  ...['2026-03-08T07:00Z', '2026-11-01T06:00Z', '2026-04-05T03:00Z', '2026-09-06T04:00Z', '2026-03-08T05:30Z', '2026-11-01T04:30Z'],
  ...['2026-02-15T02:00Z', '2026-03-22T02:00Z', '2026-03-29T01:00Z', '2026-10-25T01:00Z', '2026-04-04T15:00Z', '2026-10-03T15:30Z'],
  ...['2011-12-30T10:00Z', '2026-04-04T14:00Z', '2026-09-26T14:00Z'],
].map((at) => Date.parse(at));

const instants = fc.oneof(
  fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2150, 0, 1) }),
  fc.tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -4 * HOUR_MS, max: 4 * HOUR_MS })).map(([change, by]) => change + by),
);

/** A schedule; expressions that never fire are left out. */
const schedules = fc
  .tuple(expressions, zones)
  .map(([expression, zone]) => parseCron(expression, zone))
  .filter((parsed) => parsed.ok)
  .map((parsed) => (parsed as { value: CronSchedule }).value);

const named = (schedule: CronSchedule): string => `${schedule.expression} in ${schedule.zone}`;

describe('the sequence of fire times', () => {
  it('is the same from wherever it is asked for', () => {
    fc.assert(
      fc.property(schedules, instants, fc.double({ min: 0, max: 1, noNaN: true }), (schedule, at, part) => {
        const next = nextFireTime(schedule, new Date(at));
        if (next === null) return;
        const between = at + Math.floor((next.getTime() - 1 - at) * part);
        expect(next.getTime(), named(schedule)).toBeGreaterThan(at);
        expect(nextFireTime(schedule, new Date(between)), named(schedule)).toEqual(next);
        expect(previousFireTime(schedule, new Date(next.getTime() + 1)), named(schedule)).toEqual(next);
      }),
      { numRuns: 1500 },
    );
  });

  it('is the same backwards: nothing lies between a moment and what comes next', () => {
    fc.assert(
      fc.property(schedules, instants, (schedule, at) => {
        const previous = previousFireTime(schedule, new Date(at));
        const next = nextFireTime(schedule, new Date(at - 1));
        if (previous !== null) {
          expect(previous.getTime(), named(schedule)).toBeLessThan(at);
          expect(nextFireTime(schedule, previous), named(schedule)).toEqual(next);
        }
        if (next !== null) expect(previousFireTime(schedule, next), named(schedule)).toEqual(previous);
      }),
      { numRuns: 1500 },
    );
  });

  it('is what a list of it holds', () => {
    fc.assert(
      fc.property(schedules, instants, fc.integer({ min: 0, max: 30 }), (schedule, at, limit) => {
        const from = new Date(at);
        const to = new Date(at + 400 * 24 * HOUR_MS);
        const times: Date[] = [];
        for (
          let next = nextFireTime(schedule, from);
          next !== null && next <= to && times.length < limit;
          next = nextFireTime(schedule, next)
        )
          times.push(next);
        expect(fireTimesBetween(schedule, { from, to }, limit), named(schedule)).toEqual(times);
        const numbers = times.map((time) => time.getTime());
        expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
        expect(numbers.every((time) => time % 1000 === 0)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('survives any text and any zone, and says why it takes none of them', () => {
    const text = fc.oneof(fc.string({ maxLength: 300 }), fc.stringMatching(/^[-*\/,?#LWH0-9A-Za-z ]{0,60}$/), expressions);
    fc.assert(
      fc.property(text, fc.oneof(fc.string(), zones), (expression, zone) => {
        const parsed = parseCron(expression, zone);
        if (parsed.ok) expect(nextFireTime(parsed.value, new Date(0))).not.toBeNull();
        else expect(parsed.error.message.length).toBeGreaterThan(10);
      }),
      { numRuns: 2000 },
    );
  });
});
