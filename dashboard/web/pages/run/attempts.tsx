/** The tries at a run, when there was more than one. */
import type { ReactNode } from 'react';
import { visible } from '../../format/text.ts';
import { duration } from '../../format/time.ts';
import { Status } from '../../parts/status.tsx';
import { Ago } from '../../parts/time.tsx';
import classes from './run.module.css';
import type { RunDetails } from './run-details.ts';

export function Attempts({ attempts }: { readonly attempts: RunDetails['attempts'] }): ReactNode {
  if (attempts.length < 2) return null;
  return (
    <ol className={classes.attempts} aria-label="Attempts">
      {attempts.map(({ number, startedAt, endedAt, ending, reason, message }) => (
        <li key={number} title={message === null ? undefined : visible(message)}>
          {number}. <Status of={ending ?? 'running'} note={reason} />{' '}
          <span className="dim">
            <Ago at={startedAt} />
            {endedAt === null ? '' : `, ${duration(Date.parse(endedAt) - Date.parse(startedAt))}`}
          </span>
        </li>
      ))}
    </ol>
  );
}
