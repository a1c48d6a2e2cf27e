/** Looks at the clones of a service now and then. */
import type { ServedClones } from './served-clones.ts';

export interface RefreshSettings {
  readonly served: Pick<ServedClones, 'refresh'>;
  /** This machine's clock minus the database's, in milliseconds. */
  readonly skewMs: () => number;
  /** After each look. */
  readonly onLooked: () => Promise<void>;
  readonly onProblem: (what: string, error: unknown) => void;
}

export interface Refreshing {
  /** Looks now, after the look that is under way. Never rejects. */
  readonly look: () => Promise<void>;
  /** Resolves when no look is under way any more. */
  readonly stop: () => Promise<void>;
}

const REFRESH_MS = 15_000;

/** Begins; the first look is after 15 s. */
export function refreshClones({ served, skewMs, onLooked, onProblem }: RefreshSettings): Refreshing {
  let looking: Promise<void> = Promise.resolve();
  const look = (): Promise<void> => {
    looking = looking
      .then(() => served.refresh(new Date(Date.now() - skewMs())))
      .then(() => onLooked())
      .catch((error: unknown) => onProblem('the clones could not be looked at', error));
    return looking;
  };
  const timer = setInterval(() => void look(), REFRESH_MS);
  return {
    look,
    stop: () => {
      clearInterval(timer);
      return looking;
    },
  };
}
