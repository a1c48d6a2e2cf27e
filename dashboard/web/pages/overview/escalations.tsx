/** The issues that failing agents keep open. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api } from '../../api/client.ts';
import { visible } from '../../format/text.ts';
import { Panel } from '../../parts/panel.tsx';
import { Failed } from '../../parts/states.tsx';
import { Ago } from '../../parts/time.tsx';
import { repositoryInput, useRepository } from '../../shell/repository.ts';
import classes from './side-list.module.css';

export function Escalations(): ReactNode {
  const repository = useRepository();
  const { data, error, refetch } = useQuery(
    api.escalations.open.queryOptions(repositoryInput(repository), { enabled: repository.isKnown }),
  );
  return (
    <Panel title="Open escalations" aside={data === undefined ? undefined : data.length} flush>
      {error !== null && data === undefined ? (
        <Failed error={error} retry={() => void refetch()} />
      ) : data === undefined ? (
        <div className={classes.wait} />
      ) : data.length === 0 ? (
        <p className={classes.none}>Nothing is escalated.</p>
      ) : (
        <ul className={classes.list}>
          {data.map((item) => (
            <li key={`${item.agent.id} ${item.kind}`}>
              <span className={classes.main}>
                <b>{visible(item.agent.name)}</b>{' '}
                {item.url === null ? (
                  <span className="dim">no issue could be opened</span>
                ) : (
                  <a href={item.url} target="_blank" rel="noreferrer">
                    {item.number === null ? 'issue' : `#${item.number}`}
                  </a>
                )}
              </span>
              <span className={classes.meta}>
                {visible(item.repository.name)} · {item.kind} · streak {item.streak} · <Ago at={item.since} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
