/** The repositories that services look after, and how each of them is. */
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { api } from '../../api/client.ts';
import { plural, shortSha, visible } from '../../format/text.ts';
import { Empty, Failed } from '../../parts/states.tsx';
import { Status } from '../../parts/status.tsx';
import { Ago } from '../../parts/time.tsx';
import { Page } from '../../shell/page.tsx';
import { repositoryLabel } from '../../shell/repository.ts';
import classes from './repositories.module.css';

const STATES = [
  ['running', 'RUNNING'],
  ['queued', 'QUEUED'],
  ['paused', 'PAUSED'],
  ['errored', 'ERROR'],
  ['tripped', 'TRIPPED'],
] as const;

export function Repositories(): ReactNode {
  const repositories = useQuery(api.repositories.list.queryOptions(undefined, { refetchInterval: 30_000 }));
  const { data } = repositories;
  return (
    <Page title="Repositories" lead={data === undefined ? undefined : plural(data.length, 'repository', 'repositories')}>
      {repositories.isError && data === undefined ? (
        <Failed error={repositories.error} what="The repositories" retry={() => void repositories.refetch()} />
      ) : data === undefined ? (
        <Skeleton height={200} />
      ) : data.length === 0 ? (
        <Empty title="No repository is looked after.">
          Start a service in a clone: <code>agent serve</code>, or name several by <code>--repo</code>.
        </Empty>
      ) : (
        <ul className={classes.list}>
          {data.map((repository) => (
            <li key={repository.id} data-row tabIndex={-1}>
              <div className={classes.head}>
                <h2>
                  <Link to="/" search={{ repository: repository.identity }} className="plain-link">
                    {repositoryLabel(repository, data)}
                  </Link>
                </h2>
                <span className="dim">{visible(repository.branch)}</span>
              </div>
              {repository.identity === repository.name.toLowerCase() ? null : (
                <p className={`${classes.identity ?? ''} dim`}>{visible(repository.identity)}</p>
              )}
              <div className={classes.states}>
                {STATES.filter(([key]) => repository.counts[key] > 0).map(([key, state]) => (
                  <span key={key}>
                    {repository.counts[key]} <Status of={state} />
                  </span>
                ))}
                {STATES.every(([key]) => repository.counts[key] === 0) ? <span className="dim">nothing moves</span> : null}
              </div>
              {repository.problem === null ? null : <p className={classes.problem}>{visible(repository.problem)}</p>}
              {repository.configError === null ? null : (
                <p className={classes.problem}>The configuration cannot be used: {visible(repository.configError)}</p>
              )}
              <p className="dim">
                {repository.servedBy.length === 0
                  ? 'No service looks after it now.'
                  : repository.servedBy
                      .map(({ host, path, isAlive }) => `${visible(host)}: ${visible(path)}${isAlive ? '' : ' (gone)'}`)
                      .join(', ')}
              </p>
              {repository.lastCommit === null ? null : (
                <p className="dim">
                  last commit <span className="mono">{shortSha(repository.lastCommit.sha)}</span> <Ago at={repository.lastCommit.at} />
                </p>
              )}
              <nav className={classes.links} aria-label={`Pages of ${repository.identity}`}>
                <Link to="/runs" search={{ repository: repository.identity }}>
                  Runs
                </Link>
                <Link to="/graph" search={{ repository: repository.identity }}>
                  Graph
                </Link>
                <Link to="/findings" search={{ repository: repository.identity }}>
                  Findings
                </Link>
                <Link to="/settings" search={{ repository: repository.identity, tab: 'configuration' }}>
                  Configuration
                </Link>
              </nav>
            </li>
          ))}
        </ul>
      )}
    </Page>
  );
}
