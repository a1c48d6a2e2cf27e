/** Times as people read them. Pure; `now` and times are milliseconds since 1970. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `340 ms`, `4.2 s`, `39 s`, `2 min 05 s`, `3 h 20 min`, `2 d 4 h`. */
export function duration(milliseconds: number): string {
  const ms = Math.max(0, Math.round(milliseconds));
  if (ms < SECOND) return `${ms} ms`;
  if (ms < 9_950) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < 59_500) return `${Math.round(ms / SECOND)} s`;
  if (ms < HOUR) {
    const seconds = Math.round(ms / SECOND);
    return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  }
  return coarse(ms);
}

/** `just now`, `12 s ago`, `4 min ago`, `3 h ago`, `2 d ago`; for what lies ahead `in 4 min`. */
export function relative(time: number, now: number): string {
  const distance = now - time;
  const size = Math.abs(distance);
  if (size < 3 * SECOND) return distance < 0 ? 'now' : 'just now';
  const words = size < MINUTE ? `${Math.round(size / SECOND)} s` : size < HOUR ? `${Math.round(size / MINUTE)} min` : largest(size);
  return distance < 0 ? `in ${words}` : `${words} ago`;
}

/** `4:09`, `1:02:33`, `2 d 3 h`: what is left, to the second while it is near. Negative is `due`. */
export function countdown(time: number, now: number): string {
  const left = Math.ceil((time - now) / SECOND);
  if (left <= 0) return 'due';
  if (left >= 24 * 3600) return coarse(left * SECOND);
  const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor((left % 3600) / 60), left % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** The exact time with its zone, as it stands in the title of a relative one. */
export function exact(time: number, timeZone?: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(time);
}

/** `14:05`, `14:05:09` or, on another day, `12 Mar 14:05`. */
export function clock(time: number, now: number, withSeconds = false): string {
  const parts: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', ...(withSeconds ? { second: '2-digit' } : {}) };
  const isSameDay = new Date(time).toDateString() === new Date(now).toDateString();
  return new Intl.DateTimeFormat('en-GB', isSameDay ? parts : { day: 'numeric', month: 'short', ...parts }).format(time);
}

/** `2 d 4 h`, `3 h 20 min`, `4 min`. */
function coarse(ms: number): string {
  const minutes = Math.round(ms / MINUTE);
  if (minutes >= 48 * 60 || ms >= DAY) {
    const hours = Math.round(ms / HOUR);
    return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
  }
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function largest(ms: number): string {
  if (ms < 36 * HOUR) return `${Math.round(ms / HOUR)} h`;
  const days = Math.round(ms / DAY);
  return days < 400 ? `${days} d` : `${(days / 365.25).toFixed(1)} y`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
