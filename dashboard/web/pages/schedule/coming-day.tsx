/** The coming day: a lane an agent, a mark a fire time. */
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState, type ReactNode } from 'react';
import { api } from '../../api/client.ts';
import { plural, visible } from '../../format/text.ts';
import { clock, exact } from '../../format/time.ts';
import { Choice } from '../../parts/choice.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Empty, Failed } from '../../parts/states.tsx';
import { repositoryInput, useRepository } from '../../shell/repository.ts';
import { lanesOf, ticksOf } from './lanes.ts';
import classes from './coming-day.module.css';

const HOUR = 3_600_000;
const SPANS = { '1': '1 h', '6': '6 h', '24': '24 h' } as const;
type Span = keyof typeof SPANS;

export function ComingDay(): ReactNode {
  const repository = useRepository();
  const [span, setSpan] = useState<Span>('24');
  // Whole minutes, so that the question stays the same while one looks.
  const from = useMemo(() => Math.floor(Date.now() / 60_000) * 60_000, []);
  const to = from + Number(span) * HOUR;
  const coming = useQuery(
    api.schedule.coming.queryOptions(
      { ...repositoryInput(repository), from: new Date(from).toISOString(), to: new Date(from + 24 * HOUR).toISOString() },
      { enabled: repository.isKnown },
    ),
  );
  const lanes = useMemo(() => (coming.data === undefined ? [] : lanesOf(coming.data.rows, from, to)), [coming.data, from, to]);
  const hasSeveral = new Set(lanes.map((lane) => lane.repository)).size > 1;
  const ticks = ticksOf(from, to, { '1': 15, '6': 60, '24': 120 }[span]);
  return (
    <Panel
      title="Coming"
      aside={
        <Choice
          label="How far ahead"
          value={span}
          onChange={setSpan}
          options={(Object.keys(SPANS) as Span[]).map((value) => ({ value, label: SPANS[value] }))}
        />
      }
    >
      {coming.isError && coming.data === undefined ? (
        <Failed error={coming.error} retry={() => void coming.refetch()} />
      ) : coming.data === undefined ? (
        <Skeleton height={160} />
      ) : lanes.length === 0 ? (
        <Empty title="Nothing is planned in this time." />
      ) : (
        <div className={classes.day}>
          {coming.data.isCut ? <p className="dim">There are more times than are shown here.</p> : null}
          <div className={classes.scale} aria-hidden>
            {ticks.map(({ at, left }) => (
              <span key={at} style={{ left: `${left}%` }}>
                {clock(at, at)}
              </span>
            ))}
          </div>
          {lanes.map((lane) => (
            <div key={lane.key} className={classes.lane}>
              <span className={classes.name}>
                {visible(lane.agent)} {hasSeveral ? <span className="dim">{visible(lane.repository)}</span> : null}
              </span>
              <svg
                className={classes.track}
                viewBox="0 0 1000 16"
                preserveAspectRatio="none"
                role="img"
                aria-label={`${lane.agent}: ${plural(lane.marks.length, 'time')}${lane.marks[0] === undefined ? '' : `, the first ${exact(lane.marks[0].at)}`}`}
              >
                {lane.marks.map(({ at, x }) => (
                  <rect key={at} x={x} y="2" width="2" height="12">
                    <title>{exact(at)}</title>
                  </rect>
                ))}
              </svg>
              <span className={classes.count}>{lane.marks.length}</span>
            </div>
          ))}
        </div>
      )}
    </Panel>
  );
}
