import { describe, expect, it } from 'vitest';
import { isDue, nextSlot } from '../../scheduler/due.ts';

const everyFive = { cron: '*/5 * * * *', zone: 'UTC' };
const at = (text: string): Date => new Date(text);

describe('isDue', () => {
  it('is due when it never ran', () => {
    expect(isDue(everyFive, null, at('2026-03-01T10:02:00Z'))).toBe(true);
  });

  it('is not due before the next slot', () => {
    expect(isDue(everyFive, at('2026-03-01T10:00:30Z'), at('2026-03-01T10:04:59Z'))).toBe(false);
  });

  it('is due exactly at the slot', () => {
    expect(isDue(everyFive, at('2026-03-01T10:04:59Z'), at('2026-03-01T10:05:00Z'))).toBe(true);
  });

  it('catches up once after days without a run', () => {
    const now = at('2026-03-05T10:02:00Z');
    expect(isDue(everyFive, at('2026-03-01T10:00:00Z'), now)).toBe(true);
    expect(isDue(everyFive, now, at('2026-03-05T10:04:00Z'))).toBe(false);
  });

  it('reads the schedule in its own time zone', () => {
    const nightly = { cron: '0 2 * * *', zone: 'Europe/Berlin' };
    expect(isDue(nightly, at('2026-01-10T00:30:00Z'), at('2026-01-10T00:59:59Z'))).toBe(false);
    expect(isDue(nightly, at('2026-01-10T00:30:00Z'), at('2026-01-10T01:00:00Z'))).toBe(true);
  });

  it('is due once for a time that the clock shows twice, wherever in that hour it is asked', () => {
    const nightly = { cron: '30 1 * * *', zone: 'America/New_York' };
    const ranAt = at('2026-11-01T05:31:00Z');
    for (const now of ['2026-11-01T06:00:00Z', '2026-11-01T06:31:00Z', '2026-11-02T06:29:59Z'])
      expect(isDue(nightly, ranAt, at(now))).toBe(false);
    expect(isDue(nightly, ranAt, at('2026-11-02T06:30:00Z'))).toBe(true);
  });

  it('is never due for an expression that never fires, or is none', () => {
    for (const cron of ['', '60 * * * *']) expect(nextSlot({ cron, zone: 'UTC' }, at('2026-01-01T00:00:00Z'))).toBeNull();
    expect(isDue({ cron: '0 0 31 2 *', zone: 'UTC' }, at('2026-01-01T00:00:00Z'), at('2027-01-01T00:00:00Z'))).toBe(false);
  });
});

describe('slots', () => {
  it('finds the slot after a moment', () => {
    expect(nextSlot(everyFive, at('2026-03-01T10:02:00Z'))).toEqual(at('2026-03-01T10:05:00Z'));
  });
});
