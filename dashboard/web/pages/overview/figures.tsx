/** The scheduler in figures. Each leads to where it comes from. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { api } from '../../api/client.ts';
import { duration } from '../../format/time.ts';
import { visible } from '../../format/text.ts';
import { Failed } from '../../parts/states.tsx';
import { Countdown } from '../../parts/time.tsx';
import classes from './figures.module.css';

export function Figures(): ReactNode {
  const status = useQuery(api.scheduler.status.queryOptions(undefined, { refetchInterval: 15_000 }));
  const { data } = status;
  if (status.isError && data === undefined) {
    return <Failed error={status.error} what="The scheduler's figures" retry={() => void status.refetch()} />;
  }
  const alive = data?.services.filter(({ isAlive }) => isAlive) ?? [];
  const room = alive.reduce((sum, { maxConcurrent }) => sum + maxConcurrent, 0);
  return (
    <section className={classes.figures} aria-label="Scheduler" aria-busy={data === undefined}>
      <Figure name="Running" value={data?.running} to="/queue" tone="moving" of={room === 0 ? undefined : room} />
      <Figure name="Queued" value={data?.queued} to="/queue" tone="waiting" />
      <Figure name="Paused" value={data?.paused} to="/schedule" tone="held" />
      <Figure name="Tripped" value={data?.tripped} to="/" tone="broken" />
      <Figure name="In error" value={data?.errored} to="/" tone="bad" />
      <div className={classes.figure}>
        <span className={classes.name}>Next due</span>
        <span className={classes.value} data-field="next-due">
          {data === undefined ? ' ' : data.nextDueAt === null ? '—' : <Countdown at={data.nextDueAt} />}
        </span>
      </div>
      <div className={classes.figure} title="How much later than planned the runs of the last hour started, at most">
        <span className={classes.name}>Drift</span>
        <span className={classes.value}>{data === undefined ? ' ' : data.driftMs === null ? '—' : duration(data.driftMs)}</span>
      </div>
      <div className={classes.services}>
        <span className={classes.name}>{data === undefined ? ' ' : `Services: ${alive.length} alive of ${data.services.length}`}</span>
        <span className={classes.hosts}>
          {data?.services.map(({ id, host, isAlive, isDraining, running, maxConcurrent }) => (
            <span key={id} className="nowrap">
              {visible(host)} {isAlive ? (isDraining ? 'draining' : `${running}/${maxConcurrent}`) : 'gone'}
            </span>
          )) ?? ' '}
        </span>
      </div>
    </section>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: number | undefined;
  readonly to: '/' | '/queue' | '/schedule';
  readonly tone: string;
  readonly of?: number | undefined;
}

function Figure({ name, value, to, tone, of }: FigureProps): ReactNode {
  return (
    <Link
      to={to}
      search={(search) => (to === '/' ? { ...search, show: 'trouble' } : { repository: search.repository })}
      className={classes.figure}
      data-figure={name}
    >
      <span className={classes.name}>{name}</span>
      <span className={classes.value} style={value === undefined || value === 0 ? undefined : { color: `var(--${tone})` }}>
        {value ?? ' '}
        {of === undefined ? null : <span className={classes.of}>/{of}</span>}
      </span>
    </Link>
  );
}
