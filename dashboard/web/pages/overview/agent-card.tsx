/** One agent: what it does now, when it is next, how it went. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { memo, useRef, type ReactNode } from 'react';
import type { AgentCard as Card } from '../../../wire/agents-schema.ts';
import { api } from '../../api/client.ts';
import { stateOf, statusLook } from '../../format/status.ts';
import { plural, visible } from '../../format/text.ts';
import { duration } from '../../format/time.ts';
import { AgentActions } from '../../parts/agent-actions.tsx';
import { FindingsLine, RunBars } from '../../parts/sparkline.tsx';
import { Status } from '../../parts/status.tsx';
import { Ago, Countdown, Elapsed } from '../../parts/time.tsx';
import classes from './agent-card.module.css';
import { useNear } from './use-near.ts';

/** A start so much later than planned is worth a word on the card. */
const LATE_MS = 1_000;

interface AgentCardProps {
  readonly card: Card;
  /** Among the first: it is filled at once. */
  readonly isFirst: boolean;
}

/** What is far from the window is a frame with a name: of hundreds of agents only those in sight cost anything. */
export const AgentCard = memo(function AgentCard({ card, isFirst }: AgentCardProps): ReactNode {
  const place = useRef<HTMLElement>(null);
  const { isNear, wasNear } = useNear(place, isFirst);
  return (
    <article
      ref={place}
      className={classes.card}
      data-state={stateOf(card)}
      data-agent={card.name}
      data-row
      tabIndex={-1}
      aria-label={`${visible(card.name)}: ${statusLook(stateOf(card)).word}`}
    >
      {wasNear ? <Inside card={card} isNear={isNear} /> : <h3>{visible(card.name)}</h3>}
    </article>
  );
});

function Inside({ card, isNear }: { readonly card: Card; readonly isNear: boolean }): ReactNode {
  // With very many agents the past runs are asked for where somebody looks.
  const asked = useQuery(api.agents.recent.queryOptions({ agentId: card.id }, { enabled: card.recent === null && isNear }));
  const recent = card.recent ?? asked.data ?? null;
  return (
    <>
      <header className={classes.head}>
        <h3>
          <Link to="/runs" search={(search) => ({ repository: search.repository, agent: [card.name] })} className="plain-link">
            {visible(card.name)}
          </Link>
        </h3>
        <Status of={stateOf(card)} filled />
        <AgentActions card={card} />
      </header>
      <div className={classes.now}>{card.run === null ? <Next card={card} /> : <UnderWay run={card.run} />}</div>
      {recent === null ? (
        <div className={classes.sparks} />
      ) : (
        <>
          <RunBars recent={recent} />
          <FindingsLine recent={recent} />
        </>
      )}
      <footer className={classes.foot}>
        {card.lastOutcome === null || card.lastSettledAt === null ? (
          <span className="dim">No run yet</span>
        ) : (
          <span className={classes.last}>
            <Status of={card.lastOutcome} note={card.lastReason === null || card.lastReason === 'errors-left' ? null : card.lastReason} />
            {card.lastRunId === null ? (
              <Ago at={card.lastSettledAt} />
            ) : (
              <Link
                to="/runs/$runId"
                params={{ runId: card.lastRunId }}
                search={(search) => ({ repository: search.repository })}
                className="plain-link dim"
              >
                <Ago at={card.lastSettledAt} />
              </Link>
            )}
          </span>
        )}
        <span className={classes.facts}>
          {card.streak > 0 ? <span title="Consecutive failed runs">streak {card.streak}</span> : null}
          {card.escalations.map(({ kind, number, url }) =>
            url === null ? (
              <span key={kind}>escalated</span>
            ) : (
              <a key={kind} href={url} target="_blank" rel="noreferrer" title={`The open issue (${kind})`}>
                #{number ?? 'issue'}
              </a>
            ),
          )}
          {card.driftMs === null || card.driftMs < LATE_MS ? null : (
            <span className="dim" title="How much later than its nominal time the last scheduled run started">
              drift {duration(card.driftMs)}
            </span>
          )}
        </span>
      </footer>
    </>
  );
}

function UnderWay({ run }: { readonly run: NonNullable<Card['run']> }): ReactNode {
  const percent = run.progress === null ? null : Math.round(run.progress * 100);
  return (
    <>
      <div className={classes.line}>
        <Link
          to="/runs/$runId"
          params={{ runId: run.id }}
          search={(search) => ({ repository: search.repository })}
          className={classes.check}
        >
          {run.check === null ? 'starting' : visible(run.check)}
        </Link>
        <span className="dim nowrap">{run.startedAt === null ? null : <Elapsed at={run.startedAt} />}</span>
      </div>
      <div
        className={classes.bar}
        role="progressbar"
        aria-label="Progress of the run"
        aria-valuemin={0}
        aria-valuemax={100}
        {...(percent === null ? {} : { 'aria-valuenow': percent })}
      >
        <div
          className={percent === null ? classes.unknown : classes.done}
          style={percent === null ? undefined : { transform: `scaleX(${percent / 100})` }}
        />
      </div>
    </>
  );
}

function Next({ card }: { readonly card: Card }): ReactNode {
  const { pause, inError, nextRunAt, cronWords, unstarted } = card;
  return (
    <>
      <div className={classes.line}>
        {pause !== null ? (
          <span title={pause.reason === null ? undefined : visible(pause.reason)} className={classes.clip}>
            {pause.kind === 'agent' ? '' : `${pause.kind} `}paused by {visible(pause.by)}
            {pause.reason === null ? '' : `: ${visible(pause.reason)}`}
          </span>
        ) : inError !== null ? (
          <span className={classes.clip}>{inError.reason === null ? 'retries are used up' : visible(inError.reason)}</span>
        ) : unstarted > 0 ? (
          <span>{plural(unstarted, 'run')} in the queue</span>
        ) : nextRunAt === null ? (
          <span className="dim">{card.isEnabled ? 'not scheduled' : 'turned off by the configuration'}</span>
        ) : (
          <span className="nowrap">
            next in{' '}
            <b>
              <Countdown at={nextRunAt} />
            </b>
          </span>
        )}
        <span className="dim nowrap">
          {pause?.until ? (
            <>
              until <Ago at={pause.until} />
            </>
          ) : card.priority === 'NORMAL' ? null : (
            card.priority.toLowerCase()
          )}
        </span>
      </div>
      <div className={`${classes.clip ?? ''} dim`} title={card.cron === null ? undefined : `${card.cron}, ${card.timeZone ?? 'UTC'}`}>
        {cronWords ?? ' '}
      </div>
    </>
  );
}
