import { describe, expect, it } from 'vitest';
import { isDue, nextSlot, previousSlot } from '../../scheduler/due.ts';

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

  it('is never due for an expression that never fires', () => {
    expect(isDue({ cron: '0 0 31 2 *', zone: 'UTC' }, at('2026-01-01T00:00:00Z'), at('2027-01-01T00:00:00Z'))).toBe(false);
  });
});

describe('slots', () => {
  it('finds the slot before and the slot after a moment', () => {
    expect(previousSlot(everyFive, at('2026-03-01T10:02:00Z'))).toEqual(at('2026-03-01T10:00:00Z'));
    expect(nextSlot(everyFive, at('2026-03-01T10:02:00Z'))).toEqual(at('2026-03-01T10:05:00Z'));
  });
});
