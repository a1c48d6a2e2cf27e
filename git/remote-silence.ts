/** Remembers that a remote keeps us waiting, so that one command does not wait for it again and again. */
import type { RemoteFailure } from './remote-access.ts';

/** After this long a remote is worth another question: a run may take an hour, and its work should arrive. */
const FORGOTTEN_AFTER_MS = 60_000;

export interface RemoteSilence {
  /** Why the remote is not to be asked now, or null. */
  why(): RemoteFailure | null;
  /** Takes in how asking it ended; what is no silence changes nothing. */
  heard(reason: string): void;
}

/** Of one remote. `now` in milliseconds. */
export function remoteSilence(now: () => number = () => performance.now()): RemoteSilence {
  let last: { readonly reason: RemoteFailure; readonly at: number } | null = null;
  return {
    why: () => (last !== null && now() - last.at < FORGOTTEN_AFTER_MS ? last.reason : null),
    heard(reason) {
      if (reason === 'silent' || reason === 'timeout') last = { reason, at: now() };
    },
  };
}
