/** What stands where an answer is missing: it says what is so and what to do. */
import { Button } from '@mantine/core';
import { IconAlertTriangle, IconInbox } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { toPageError } from '../api/page-error.ts';
import classes from './states.module.css';

interface EmptyProps {
  readonly title: string;
  readonly children?: ReactNode;
}

/** Nothing to show, and why that is. */
export function Empty({ title, children }: EmptyProps): ReactNode {
  return (
    <div className={classes.state}>
      <IconInbox size={22} stroke={1.5} aria-hidden />
      <div>
        <p className={classes.title}>{title}</p>
        {children === undefined ? null : <div className="dim">{children}</div>}
      </div>
    </div>
  );
}

interface FailureProps {
  readonly error: unknown;
  readonly retry?: () => void;
  /** What could not be shown: `The runs`. */
  readonly what?: string;
}

/** What went wrong, its code, and the way on. */
export function Failed({ error, retry, what }: FailureProps): ReactNode {
  const { code, message, requestId, advice } = toPageError(error);
  return (
    <div className={classes.state} data-tone="bad" role="alert">
      <IconAlertTriangle size={22} stroke={1.6} aria-hidden />
      <div>
        <p className={classes.title}>{what === undefined ? message : `${what} cannot be shown: ${message}`}</p>
        <p className="dim">{advice}</p>
        <p className={classes.code}>
          <code>{code}</code>
          {requestId === null ? null : <code>{requestId}</code>}
        </p>
        {retry === undefined ? null : <Button onClick={retry}>Try again</Button>}
      </div>
    </div>
  );
}
