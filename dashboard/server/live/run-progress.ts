/** What runs of this service told last of their way: the newest word of each, and of no more runs than can be under way. */
import type { EventOf } from '../../../ledger/event.ts';

export interface ProgressWord {
  /** 0 to 1. */
  readonly progress: number;
  readonly check: string | null;
  readonly message: string;
}

export interface RunProgress {
  readonly of: (runId: string) => ProgressWord | null;
  readonly hear: (event: EventOf<'agent:progress'>) => void;
}

const MOST_RUNS = 2000;
const MOST_CHARACTERS = 500;

export function createRunProgress(): RunProgress {
  const words = new Map<string, ProgressWord>();
  return {
    of: (runId) => words.get(runId) ?? null,
    hear({ data }) {
      const { runId, progress, check, message } = data;
      // Put at the end: the first is the one that was silent longest.
      words.delete(runId);
      words.set(runId, { progress, check, message: message.slice(0, MOST_CHARACTERS) });
      const [oldest] = words.keys();
      if (words.size > MOST_RUNS && oldest !== undefined) words.delete(oldest);
    },
  };
}
