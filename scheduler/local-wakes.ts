/**
 * What this process wrote its own service hears of at once; others hear of it from the database a moment later. While there are no
 * others nobody is told there: that would make each commit wait for all others that tell something.
 */
import type { WakeReason } from './runs/wake.ts';

export interface LocalWakes {
  /** To be called behind the commit. */
  wake(reason: WakeReason): void;
  /** A service of this process listens; the answer ends it. */
  hear(onWake: (reason: WakeReason) => void): () => void;
  /** The service saw whether there are others, which look by themselves as soon as they begin. */
  sawOthers(hasOthers: boolean): void;
  /** Whether the service of this process is the only one there is. */
  readonly isAlone: boolean;
}

export function createLocalWakes(): LocalWakes {
  const listeners = new Set<(reason: WakeReason) => void>();
  let hasOthers = true;
  return {
    wake(reason) {
      for (const listener of listeners) listener(reason);
    },
    hear(onWake) {
      listeners.add(onWake);
      return () => {
        listeners.delete(onWake);
        hasOthers = true;
      };
    },
    sawOthers(seen) {
      hasOthers = seen;
    },
    get isAlone() {
      return listeners.size > 0 && !hasOthers;
    },
  };
}
