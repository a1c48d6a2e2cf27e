/** What agents committed last. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { api } from '../../api/client.ts';
import { shortSha, visible } from '../../format/text.ts';
import { Panel } from '../../parts/panel.tsx';
import { Failed } from '../../parts/states.tsx';
import { Ago } from '../../parts/time.tsx';
import { repositoryInput, useRepository } from '../../shell/repository.ts';
import classes from './side-list.module.css';

export function Commits(): ReactNode {
  const repository = useRepository();
  const { data, error, refetch } = useQuery(api.commits.recent.queryOptions(repositoryInput(repository), { enabled: repository.isKnown }));
  return (
    <Panel title="Last commits" flush>
      {error !== null && data === undefined ? (
        <Failed error={error} retry={() => void refetch()} />
      ) : data === undefined ? (
        <div className={classes.wait} />
      ) : data.length === 0 ? (
        <p className={classes.none}>No agent has committed anything yet.</p>
      ) : (
        <ul className={classes.list}>
          {data.map((commit) => (
            <li key={commit.runId}>
              <span className={classes.main}>
                <Link
                  to="/runs/$runId"
                  params={{ runId: commit.runId }}
                  search={(search) => ({ repository: search.repository })}
                  className="mono"
                >
                  {shortSha(commit.sha)}
                </Link>{' '}
                {commit.subject === null ? <b>{visible(commit.agent.name)}</b> : visible(commit.subject)}
              </span>
              <span className={classes.meta}>
                {visible(commit.repository.name)} {visible(commit.branch)}
                {commit.fixed === null ? '' : ` · ${commit.fixed} fixed`} · <Ago at={commit.at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
