/** One clock for the whole page: everything that counts down moves together, and only while somebody looks. */
import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | null = null;

function tick(): void {
  now = Date.now();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === null) {
    now = Date.now();
    timer = setInterval(tick, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && timer !== null) {
      clearInterval(timer);
      timer = null;
    }
  };
}

/** Milliseconds since 1970, renewed each second. `select` makes a component render only when what it shows changes. */
export function useNow<T>(select: (now: number) => T): T {
  return useSyncExternalStore(subscribe, () => select(now));
}
