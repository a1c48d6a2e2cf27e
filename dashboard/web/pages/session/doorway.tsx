/** The frame of the pages before one is in. */
import type { ReactNode } from 'react';
import type { PageError } from '../../api/page-error.ts';
import classes from './doorway.module.css';

interface DoorwayProps {
  readonly title: string;
  readonly subtitle: string;
  readonly children: ReactNode;
}

export function Doorway({ title, subtitle, children }: DoorwayProps): ReactNode {
  return (
    <main className={classes.door}>
      <div className={classes.card}>
        <svg viewBox="0 0 32 32" width="34" height="34" aria-hidden>
          <rect width="32" height="32" rx="7" fill="#11685f" />
          <path d="M9 9v8a7 7 0 0 0 14 0V9" fill="none" stroke="#fff" strokeWidth="3.4" strokeLinecap="round" />
          <circle cx="16" cy="9.6" r="2.5" fill="#7ee2b8" />
        </svg>
        <div>
          <h1>{title}</h1>
          <p className="dim">{subtitle}</p>
        </div>
        {children}
      </div>
    </main>
  );
}

/** Why it did not work, under the fields. */
export function Refusal({ message, code, requestId }: PageError): ReactNode {
  return (
    <div role="alert" className={classes.refusal}>
      {message}
      <span className="dim">
        {code}
        {requestId === null ? '' : ` · ${requestId}`}
      </span>
    </div>
  );
}
