/** Where a page broke, or an address leads nowhere. */
import { Link, useRouter } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Empty, Failed } from '../parts/states.tsx';
import { usePageTitle } from './page-title.ts';
import classes from './page.module.css';

export function Broken({ error }: { readonly error: unknown }): ReactNode {
  usePageTitle('Something went wrong');
  const router = useRouter();
  return (
    <div className={classes.page}>
      <h1>Something went wrong</h1>
      <Failed error={error} what="This page" retry={() => void router.invalidate()} />
    </div>
  );
}

export function NotThere(): ReactNode {
  usePageTitle('No such page');
  return (
    <main className={classes.page}>
      <h1>There is no page at this address.</h1>
      <Empty title="The link may be of another version of Upkeep, or of something that was taken away.">
        <Link to="/">To the overview</Link>
      </Empty>
    </main>
  );
}
