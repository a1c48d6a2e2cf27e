/** What the run's own commit changed. */
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { api } from '../../api/client.ts';
import { shortSha, visible } from '../../format/text.ts';
import { DiffView, DiffWayChoice, type DiffWay } from '../../parts/diff-view.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Empty, Failed } from '../../parts/states.tsx';
import type { RunDetails } from './run-details.ts';
import classes from './run.module.css';

interface ChangesProps {
  readonly runId: string;
  readonly commit: NonNullable<RunDetails['commit']>;
}

export function Changes({ runId, commit }: ChangesProps): ReactNode {
  const [way, setWay] = useState<DiffWay>('unified');
  const answer = useQuery(api.runs.diff.queryOptions({ id: runId }, { staleTime: Number.POSITIVE_INFINITY }));
  return (
    <Panel
      title={`Commit ${shortSha(commit.sha)}${commit.subject === null ? '' : `: ${visible(commit.subject)}`}`}
      aside={<DiffWayChoice way={way} onChange={setWay} />}
    >
      <div className={classes.diffs}>
        {answer.isError ? (
          <Failed error={answer.error} what="The diff" retry={() => void answer.refetch()} />
        ) : answer.data === undefined ? (
          <Skeleton height={220} />
        ) : answer.data.diff === null ? (
          <Empty title="The commit cannot be read here.">
            Its clone is with another service, or the commit is gone. <code>git show {shortSha(commit.sha)}</code> shows it where it is.
          </Empty>
        ) : (
          <>
            {answer.data.isCut ? <p className="dim">It is long: only its beginning is shown.</p> : null}
            <DiffView diff={answer.data.diff} way={way} />
          </>
        )}
      </div>
    </Panel>
  );
}
