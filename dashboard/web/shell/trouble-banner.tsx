/** Says that what is on the page grows old, and asks until it does not. */
import { useEffect, useSyncExternalStore, type ReactNode } from 'react';
import { api, queries } from '../api/client.ts';
import { currentTrouble, onTrouble } from '../api/trouble.ts';
import { Ago } from '../parts/time.tsx';
import classes from './shell.module.css';

const ASK_EVERY_MS = 3_000;

export function TroubleBanner(): ReactNode {
  const trouble = useSyncExternalStore(onTrouble, currentTrouble);
  const isInTrouble = trouble !== null;
  useEffect(() => {
    if (!isInTrouble) return undefined;
    const timer = setInterval(() => void queries.refetchQueries({ queryKey: api.session.who.queryKey() }), ASK_EVERY_MS);
    return () => {
      clearInterval(timer);
      void queries.invalidateQueries();
    };
  }, [isInTrouble]);
  if (trouble === null) return null;
  return (
    <p className={classes.trouble} role="alert">
      {trouble.code === 'NETWORK' ? 'The service does not answer.' : 'The database does not answer.'} What you see is from{' '}
      <Ago at={new Date(trouble.since).toISOString()} />; the page asks again by itself.
    </p>
  );
}
