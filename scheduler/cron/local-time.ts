/** Instants as a clock on the wall of a zone shows them. */
import type { ZoneClock } from './zone-clock.ts';

/** `2026-03-08T03:00:00-04:00`: whole seconds, exact; an offset with seconds, as before 1900, is rounded to minutes as RFC 3339 has it. */
export function localIso(instant: Date, clock: ZoneClock): string {
  const time = Math.floor(instant.getTime() / 1000) * 1000;
  const minutes = Math.round(clock.stretchAt(time).offset / 60_000);
  const shown = new Date(time + minutes * 60_000).toISOString().slice(0, 19);
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${shown}${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

/** `Sun` for a text of `localIso`. */
export function weekdayOf(localIsoText: string): string {
  return WEEKDAYS[new Date(`${localIsoText.slice(0, 10)}T00:00:00Z`).getUTCDay()] ?? '';
}
