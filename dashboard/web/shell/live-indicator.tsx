/** Whether what is on the page moves by itself, in a word. */
import { useSyncExternalStore, type ReactNode } from 'react';
import { relative } from '../format/time.ts';
import { liveState, onLiveState, type Liveness } from '../live/connection.ts';
import { useNow } from '../live/now.ts';
import classes from './live-indicator.module.css';

const WORDS: Readonly<Record<Liveness, { readonly word: string; readonly meaning: string }>> = {
  connecting: { word: 'Connecting', meaning: 'The page is connecting to the stream of events.' },
  live: { word: 'Live', meaning: 'Everything on this page moves by itself.' },
  lost: { word: 'Offline', meaning: 'The connection is lost. The page connects again by itself and catches up with what happened.' },
  'signed-out': { word: 'Signed out', meaning: 'Your session has ended. Sign in again to go on.' },
};

export function LiveIndicator(): ReactNode {
  const { is, since } = useSyncExternalStore(onLiveState, liveState);
  const { word, meaning } = WORDS[is];
  return (
    <span className={classes.live} data-is={is} role="status" title={meaning}>
      <span className={classes.dot} aria-hidden />
      <span className={classes.word}>{word}</span>
      {is === 'lost' ? <Since at={since} /> : null}
    </span>
  );
}

function Since({ at }: { readonly at: number }): ReactNode {
  return <span className="dim">{useNow((now) => relative(at, now))}</span>;
}
