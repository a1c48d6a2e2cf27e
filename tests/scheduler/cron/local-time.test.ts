import { describe, expect, it } from 'vitest';
import { localIso, weekdayOf } from '../../../scheduler/cron/local-time.ts';
import { zoneClock } from '../../../scheduler/cron/zone-clock.ts';

function shown(iso: string, zone: string): string {
  const clock = zoneClock(zone);
  return clock === null ? expect.unreachable(zone) : localIso(new Date(iso), clock);
}

describe('an instant by the clock of a zone', () => {
  it.each([
    ['2026-03-08T07:00:00Z', 'America/New_York', '2026-03-08T03:00:00-04:00'],
    ['2026-03-08T06:59:59.999Z', 'America/New_York', '2026-03-08T01:59:59-05:00'],
    ['2026-01-01T00:00:00Z', 'UTC', '2026-01-01T00:00:00+00:00'],
    ['2026-01-01T00:00:00Z', 'Asia/Kathmandu', '2026-01-01T05:45:00+05:45'],
    ['2026-01-01T00:00:00Z', 'America/St_Johns', '2025-12-31T20:30:00-03:30'],
    // Its offset was -04:56:02.
    ['1880-06-01T16:56:02Z', 'America/New_York', '1880-06-01T12:00:02-04:56'],
  ])('%s in %s', (iso, zone, text) => {
    expect(shown(iso, zone)).toBe(text);
    expect(Math.floor(Date.parse(iso) / 1000)).toBe(Date.parse(text) / 1000);
  });

  it('has its weekday there', () => {
    expect(weekdayOf(shown('2026-01-01T00:00:00Z', 'Asia/Tokyo'))).toBe('Thu');
    expect(weekdayOf(shown('2026-01-01T00:00:00Z', 'America/Lima'))).toBe('Wed');
  });
});
