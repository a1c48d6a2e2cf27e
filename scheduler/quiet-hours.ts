/** Hours in which nobody is to be told anything. Pure. */

export interface QuietHours {
  /** `22:00`; later than `to` when they reach over midnight. */
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
}

/** Whether the moment falls in them, by the clocks of their time zone; the minute of `to` is not quiet any more. */
export function isQuiet(hours: QuietHours | null, now: Date): boolean {
  if (hours === null) return false;
  const minute = minuteOf(
    new Intl.DateTimeFormat('en-GB', { timeZone: hours.timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(now),
  );
  const [from, to] = [minuteOf(hours.from), minuteOf(hours.to)];
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}

function minuteOf(clock: string): number {
  const [hour = 0, minute = 0] = clock.split(':').map(Number);
  return hour * 60 + minute;
}
