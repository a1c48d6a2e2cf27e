/** One run: its timeline, what it found, its logs, what it changed, and how it came about. */
import '../../all-styles.ts';
import { Button, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useRef, useState, type ReactNode } from 'react';
import { api } from '../../api/client.ts';
import { plural, shortSha, visible } from '../../format/text.ts';
import { duration } from '../../format/time.ts';
import { Panel } from '../../parts/panel.tsx';
import { Empty, Failed } from '../../parts/states.tsx';
import { Status } from '../../parts/status.tsx';
import { Ago, Elapsed } from '../../parts/time.tsx';
import { Page } from '../../shell/page.tsx';
import { Attempts } from './attempts.tsx';
import { Causes } from './causes.tsx';
import { Changes } from './changes.tsx';
import { Findings } from './findings.tsx';
import { Gantt } from './gantt.tsx';
import { Log } from './log.tsx';
import { RunActions } from './run-actions.tsx';
import classes from './run.module.css';

export function Run(): ReactNode {
  const { runId } = useParams({ from: '/inside/runs/$runId' });
  const answer = useQuery(
    api.runs.get.queryOptions({ id: runId }, { refetchInterval: ({ state }) => (state.data?.run.state === 'settled' ? false : 5_000) }),
  );
  const [chosen, setChosen] = useState<string | null>(null);
  const logPlace = useRef<HTMLDivElement>(null);
  const { data } = answer;
  if (data === undefined) {
    return (
      <Page title={`Run ${runId.slice(0, 8)}`}>
        {answer.isError ? <Failed error={answer.error} what="This run" retry={() => void answer.refetch()} /> : <Skeleton height={420} />}
      </Page>
    );
  }
  const choose = (check: string): void => {
    setChosen(check);
    logPlace.current?.scrollIntoView({ block: 'nearest' });
  };
  const { run, attempts, checks, findings, commit, correlation } = data;
  const current = attempts.at(-1);
  const startedAt = run.startedAt ?? current?.startedAt ?? null;
  const withLog = checks.filter(({ hasLog }) => hasLog);
  const wanted =
    withLog.find(({ outcome }) => outcome === null) ??
    withLog.find(({ outcome }) => outcome === 'failed' || outcome === 'errored') ??
    withLog[0];
  const log = chosen ?? wanted?.check ?? null;
  return (
    <Page
      title={`${visible(run.agent.name)}: ${run.outcome ?? run.state}`}
      lead={
        <span className={classes.lead}>
          <Status of={run.outcome ?? run.state} note={run.reason} filled />
          <span>
            <Link to="/" search={{ repository: run.repository.name }} className="plain-link">
              {visible(run.repository.name)}
            </Link>{' '}
            on {visible(run.branch)}
          </span>
        </span>
      }
      aside={<RunActions run={run} />}
    >
      <dl className={classes.facts}>
        <Fact name="Asked for by">
          {run.trigger}
          {run.requestedBy === null ? '' : `, ${visible(run.requestedBy)}`} <Ago at={run.requestedAt} />
        </Fact>
        <Fact name={run.state === 'settled' ? 'Took' : 'Under way for'}>
          {run.durationMs !== null ? (
            duration(run.durationMs)
          ) : startedAt === null ? (
            '—'
          ) : run.state === 'running' ? (
            <Elapsed at={startedAt} />
          ) : (
            '—'
          )}
        </Fact>
        <Fact name="Commit checked">
          <span className="mono">{run.base === null ? 'newest of the branch' : shortSha(run.base)}</span>
        </Fact>
        <Fact name="Own commit">{commit === null ? 'none' : <span className="mono">{shortSha(commit.sha)}</span>}</Fact>
        <Fact name="Findings">
          {plural(run.errors ?? 0, 'error')}, {plural(run.warnings ?? 0, 'warning')}, {run.fixed ?? 0} fixed
        </Fact>
        <Fact name="Attempt">
          {run.attempt}
          {run.retries > 0 ? `, ${run.retries} retried` : ''}
          {run.crashes > 0 ? `, ${run.crashes} crashed` : ''}
        </Fact>
        <Fact name="Service">{run.host === null ? '—' : visible(run.host)}</Fact>
      </dl>
      {run.message === null || run.message === '' ? null : <p className={classes.message}>{visible(run.message)}</p>}
      <Panel title="Timeline" aside={withLog.length === 0 ? undefined : 'Choose a check to read its log'}>
        <Attempts attempts={attempts} />
        {checks.length === 0 || startedAt === null ? (
          <p className="dim">{run.state === 'settled' ? 'No check ran.' : 'Its checks appear when it starts.'}</p>
        ) : (
          <Gantt
            checks={checks.map(({ check, outcome, startedAt: at, durationMs }) => ({
              check,
              outcome,
              durationMs,
              startedAt: at === null ? null : Date.parse(at),
            }))}
            from={Date.parse(startedAt)}
            to={run.state === 'running' ? null : Date.parse(startedAt) + (run.durationMs ?? 0)}
            chosen={log}
            onChoose={choose}
          />
        )}
      </Panel>
      <Findings runId={run.id} findings={findings} />
      <div ref={logPlace} className={classes.log}>
        {log === null ? null : run.state === 'settled' && !withLog.some(({ check }) => check === log) ? (
          <Panel title={`Log of ${visible(log)}`}>
            <Empty title="No log was kept.">This check printed nothing, or it is too long ago.</Empty>
          </Panel>
        ) : (
          <Log key={log} runId={run.id} check={log} isOpen={run.state !== 'settled'} />
        )}
      </div>
      {commit === null ? null : <Changes runId={run.id} commit={commit} />}
      <Causes items={correlation} runId={run.id} correlationId={run.correlationId} />
      <p className="dim mono">
        run {run.id}{' '}
        <Button size="compact-xs" variant="subtle" onClick={() => void navigator.clipboard.writeText(run.id)}>
          Copy
        </Button>
      </p>
    </Page>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
