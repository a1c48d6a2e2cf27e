import { describe, expect, it } from 'vitest';
import { isQuiet } from '../../scheduler/quiet-hours.ts';

const night = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' };
const noon = { from: '12:00', to: '13:30', timeZone: 'UTC' };

describe('quiet hours', () => {
  it.each<[string, typeof night | null, string, boolean]>([
    ['are none by default', null, '2026-01-10T03:00:00Z', false],
    ['begin with their first minute', night, '2026-01-10T21:00:00Z', true],
    ['have not begun before it', night, '2026-01-10T20:59:59Z', false],
    ['reach over midnight', night, '2026-01-10T23:30:00Z', true],
    ['end with their last minute', night, '2026-01-11T05:59:59Z', true],
    ['are over then', night, '2026-01-11T06:00:00Z', false],
    ['follow summer time', night, '2026-07-10T20:00:00Z', true],
    ['need not reach over midnight', noon, '2026-01-10T13:29:00Z', true],
    ['are over at noon as well', noon, '2026-01-10T13:30:00Z', false],
    ['do not hold before they begin', noon, '2026-01-10T11:59:00Z', false],
  ])('%s', (...[, hours, now, expected]) => {
    expect(isQuiet(hours, new Date(now))).toBe(expected);
  });
});
