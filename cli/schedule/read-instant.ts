/** Reads an instant that somebody wrote. */

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,9}))?)?(?:Z|([+-])([01]\d|2[0-3]):?([0-5]\d))$/i;

/** ISO 8601 with date, time and offset, from the year 1000 on; null for anything else, and for days that there are not. */
export function readInstant(text: string): Date | null {
  const match = INSTANT.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHours, offsetMinutes] = match;
  const shown = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second ?? 0)));
  if (Number(year) < 1000 || shown.getUTCMonth() !== Number(month) - 1 || shown.getUTCDate() !== Number(day)) return null;
  const offset = (Number(offsetHours ?? 0) * 60 + Number(offsetMinutes ?? 0)) * (sign === '-' ? -60_000 : 60_000);
  return new Date(shown.getTime() + Math.floor(Number(`0.${fraction ?? 0}`) * 1000) - offset);
}
