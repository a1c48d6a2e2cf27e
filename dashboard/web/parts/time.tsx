/** Times that stay true while one looks at them; the exact one is in the title. */
import type { ReactNode } from 'react';
import { countdown, exact, relative } from '../format/time.ts';
import { useNow } from '../live/now.ts';

interface TimeProps {
  /** ISO 8601. */
  readonly at: string;
}

/** `4 min ago`, `in 3 h`. */
export function Ago({ at }: TimeProps): ReactNode {
  const time = Date.parse(at);
  const words = useNow((now) => relative(time, now));
  return (
    <time dateTime={at} title={exact(time)} className="nowrap">
      {words}
    </time>
  );
}

/** `4:09`, ticking. */
export function Countdown({ at }: TimeProps): ReactNode {
  const time = Date.parse(at);
  const words = useNow((now) => countdown(time, now));
  return (
    <time dateTime={at} title={exact(time)} className="nowrap" role="timer" aria-live="off">
      {words}
    </time>
  );
}

/** How long something has been under way. */
export function Elapsed({ at }: TimeProps): ReactNode {
  const time = Date.parse(at);
  const words = useNow((now) => countdown(Math.max(now, time), time));
  return (
    <time dateTime={at} title={`since ${exact(time)}`} className="nowrap" role="timer" aria-live="off">
      {words === 'due' ? '0:00' : words}
    </time>
  );
}
