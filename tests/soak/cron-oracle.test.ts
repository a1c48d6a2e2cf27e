import { describe, expect, it } from 'vitest';
import { nextFireTime, previousFireTime } from '../../scheduler/cron/fire-times.ts';
import { parseCron, type CronSchedule } from '../../scheduler/cron/parse-cron.ts';
import { cronieRuns, shownTime, type ShownTime } from '../support/cron-oracle.ts';

const YEAR = { start: Date.UTC(2026, 0, 1), end: Date.UTC(2027, 0, 1), step: 60 };

/** Among them half-hour and quarter-hour offsets, changes by 30 minutes and by 2 hours, at midnight, in the south, in Ramadan. */
const ZONES = [
  'America/New_York',
  'America/Nuuk',
  'America/Santiago',
  'America/St_Johns',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Antarctica/Troll',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Europe/Berlin',
  'Pacific/Apia',
  'Pacific/Chatham',
];

const EXPRESSIONS = [
  // Fixed times, in and around every gap and overlap.
  ['0 0 * * *', '30 0 * * *', '30 1 * * *', '15 2 * * *', '45 2 * * *', '0 3 * * *', '59 23 * * *', '0,30 0,1,2 * * *', '0 0-23 * * *'],
  ['0-59/30 1-2 * * *', '5/20 0-5 * * *', '10-50/10 22-23 * * *', '7,*/15 1 * * *'],
  // What follows real time.
  [
    '*/15 * * * *',
    '0 * * * *',
    '30 * * * *',
    '*/30 2 * * *',
    '* 1 * * *',
    '17 */3 * * *',
    '45 */2 * * *',
    '*/7 0-3 * * *',
    '*/25,3 * * * *',
  ],
  // Days.
  ['0 0 1 * MON', '0 0 */2 * MON', '30 2 1 * */2', '0 9 13 * FRI', '0 9 * * MON-FRI', '5 4 * JAN,JUL 0', '5 4 * 3-11/4 7', '0 2 29 2 *'],
  [
    '0 9 L * *',
    '0 9 L-3 * ?',
    '0 9 LW * *',
    '0 9 15W * *',
    '0 9 1W,31W * *',
    '0 9 ? * 5L',
    '0 9 * * MON#2',
    '0 9 * * SUN#5',
    '0 2 L * 1#1',
  ],
  ['*/20 2 1-7 * */7', '30 2 8-14 3 */7', '0 0 L-2W * 3,5L'],
].flat();

describe('the calculator and a cron daemon that lives through the year', () => {
  it.each(ZONES)('agree on every minute of 2026 in %s', (zone) => {
    const shown = shownTime(zone, YEAR);
    for (const expression of EXPRESSIONS) expectAgreement(expression, zone, shown);
  });

  it('agree on an expression for every minute', () => {
    for (const zone of ['Australia/Lord_Howe', 'America/Santiago']) expectAgreement('* * * * *', zone, shownTime(zone, YEAR));
  });

  it.each([
    ['Pacific/Apia', '2011-12-01', 'skips a whole day'],
    ['Asia/Pyongyang', '2018-04-20', 'moves by half an hour for good'],
    ['Africa/Cairo', '2010-08-01', 'changes its clock twice within a month'],
    ['Europe/Dublin', '1971-10-10', 'has summer time in winter'],
    ['America/Caracas', '2016-04-20', 'moves by half an hour at night'],
    // The calculator looks at time in pieces of 64 days: these changes are at the beginning of one, or shortly before it.
    ['Asia/Jerusalem', '2019-03-10', 'changes where a piece begins'],
    ['Africa/Tunis', '2005-09-10', 'changes back where a piece begins'],
    ['Asia/Beirut', '2012-03-10', 'changes two hours before a piece'],
    ['Asia/Jerusalem', '2020-10-10', 'changes back an hour before a piece'],
  ])('agree in %s from %s on, which %s', (zone, from) => {
    const start = Date.parse(from);
    const shown = shownTime(zone, { start, end: start + 62 * 86_400_000, step: 60 });
    expect(new Set(shown.wall.map((wall, index) => wall - index)).size).toBeGreaterThan(1);
    for (const expression of EXPRESSIONS) expectAgreement(expression, zone, shown);
  });

  it.each([
    ['America/New_York', '2026-03-08T03:00:00Z'],
    ['America/New_York', '2026-11-01T02:00:00Z'],
    ['Australia/Lord_Howe', '2026-04-04T11:00:00Z'],
    ['Australia/Lord_Howe', '2026-10-03T11:00:00Z'],
    ['Antarctica/Troll', '2026-10-24T21:00:00Z'],
  ])('agree on every second of a change in %s from %s on', (zone, from) => {
    const start = Date.parse(from);
    const shown = shownTime(zone, { start, end: start + 9 * 3_600_000, step: 1 });
    for (const expression of [
      '*/20 30 1,2 * * *',
      '15 */10 * * * *',
      '0-59/7 * 1-3 * * *',
      '59 59 0-23 * * *',
      '* 30 2 * * SUN',
      '30 0 0 * * *',
    ])
      expectAgreement(expression, zone, shown);
  });
});

function expectAgreement(expression: string, zone: string, shown: ShownTime): void {
  const schedule = mustParse(expression, zone);
  const end = shown.start + shown.wall.length * shown.step * 1000;
  const expected = cronieRuns(expression, shown);
  let after = shown.start - 1;
  for (const run of expected) {
    const next = nextFireTime(schedule, new Date(after));
    if (next?.getTime() !== run) expect.unreachable(difference(expression, zone, { after, next, run }));
    after = run;
  }
  const beyond = nextFireTime(schedule, new Date(after));
  if (beyond !== null && beyond.getTime() < end) expect.unreachable(difference(expression, zone, { after, next: beyond, run: null }));
  let before = end;
  for (const run of expected.toReversed()) {
    const previous = previousFireTime(schedule, new Date(before));
    if (previous?.getTime() !== run) expect.unreachable(`backwards from ${new Date(before).toISOString()}: ${expression} in ${zone}`);
    before = run;
  }
}

function mustParse(expression: string, zone: string): CronSchedule {
  const parsed = parseCron(expression, zone);
  if (!parsed.ok) return expect.unreachable(parsed.error.message);
  return parsed.value;
}

function difference(expression: string, zone: string, at: { after: number; next: Date | null; run: number | null }): string {
  const iso = (time: number | null): string => (time === null ? 'nothing' : new Date(time).toISOString());
  return `${expression} in ${zone} after ${iso(at.after)}: expected ${iso(at.run)}, got ${iso(at.next?.getTime() ?? null)}`;
}
