/** What ran when, and what ran beside what: a bar a check. */
import type { ReactNode } from 'react';
import { visible } from '../../format/text.ts';
import { duration } from '../../format/time.ts';
import { statusLook } from '../../format/status.ts';
import { useNow } from '../../live/now.ts';
import { Status } from '../../parts/status.tsx';
import { ganttOf, type TimedCheck } from './gantt-shape.ts';
import classes from './gantt.module.css';

interface GanttProps {
  readonly checks: readonly TimedCheck[];
  /** Milliseconds since 1970. */
  readonly from: number;
  /** Null: it is under way. */
  readonly to: number | null;
  readonly chosen: string | null;
  readonly onChoose: (check: string) => void;
}

export function Gantt({ checks, from, to, chosen, onChoose }: GanttProps): ReactNode {
  const now = useNow((time) => (to === null ? time : 0));
  const gantt = ganttOf(checks, from, to ?? now);
  return (
    <div className={classes.gantt}>
      <div className={classes.scale} aria-hidden>
        {gantt.ticks.map(({ offsetMs, left }) => (
          <span key={offsetMs} style={{ left: `${left * 100}%` }}>
            {duration(offsetMs)}
          </span>
        ))}
      </div>
      <ol className={classes.rows}>
        {gantt.rows.map((row) => (
          <li key={row.check}>
            <button
              type="button"
              data-row
              className={classes.row}
              aria-pressed={row.check === chosen}
              onClick={() => onChoose(row.check)}
              title={row.startedAt === null ? undefined : `started ${duration(row.startedAt - from)} after the attempt began`}
            >
              <span className={classes.name}>{visible(row.check)}</span>
              <span className={classes.outcome}>
                <Status of={row.outcome ?? 'running'} />
              </span>
              <span className={classes.track}>
                <span
                  className={classes.bar}
                  data-open={row.isOpen || undefined}
                  style={{
                    left: `${row.left * 100}%`,
                    width: `${row.width * 100}%`,
                    '--tone': `var(--${statusLook(row.outcome ?? 'running').tone})`,
                  }}
                />
              </span>
              <span className={classes.took}>{row.durationMs === null ? '' : duration(row.durationMs)}</span>
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}
