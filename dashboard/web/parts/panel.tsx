/** A part of a page with its heading. */
import type { ReactNode } from 'react';
import classes from './panel.module.css';

interface PanelProps {
  readonly title: string;
  /** At the right of the heading. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
  /** Without space around what is in it, for tables and lists. */
  readonly flush?: boolean;
  readonly className?: string;
}

export function Panel({ title, aside, children, flush = false, className }: PanelProps): ReactNode {
  return (
    <section className={`${classes.panel ?? ''} ${className ?? ''}`} aria-label={title}>
      <div className={classes.head}>
        <h2>{title}</h2>
        {aside === undefined ? null : <div className={classes.aside}>{aside}</div>}
      </div>
      <div className={flush ? undefined : classes.body}>{children}</div>
    </section>
  );
}
