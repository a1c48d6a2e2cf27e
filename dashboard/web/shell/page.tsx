/** The frame of a page: its heading, what stands beside it, and its content. */
import type { ReactNode } from 'react';
import { Empty } from '../parts/states.tsx';
import { usePageTitle } from './page-title.ts';
import classes from './page.module.css';
import { useRepository } from './repository.ts';

interface PageProps {
  readonly title: string;
  /** Under the title: one sentence. */
  readonly lead?: ReactNode;
  /** At the right: filters, buttons. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

export function Page({ title, lead, aside, children }: PageProps): ReactNode {
  const repository = useRepository();
  usePageTitle(title, repository.name);
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <div>
          <h1>{title}</h1>
          {lead === undefined ? null : <div className={classes.lead}>{lead}</div>}
        </div>
        {aside === undefined ? null : <div className={classes.aside}>{aside}</div>}
      </div>
      {repository.isMissing ? (
        <Empty title={`No repository is called ${repository.name ?? ''}.`}>
          Choose another one above; it may not be looked after any more.
        </Empty>
      ) : (
        children
      )}
    </div>
  );
}
