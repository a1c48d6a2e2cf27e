/** What runs told last of their way: the newest word of each, and of no more runs than can be under way. */
import type { LiveProgress } from '../../wire/live-schema.ts';

export interface RunProgress {
  /** Null: nothing is known. */
  readonly of: (runId: string) => LiveProgress | null;
  readonly hear: (word: LiveProgress) => void;
}

const MOST_RUNS = 2000;

export function createRunProgress(): RunProgress {
  const words = new Map<string, LiveProgress>();
  return {
    of: (runId) => words.get(runId) ?? null,
    hear(word) {
      // Put at the end: the first is the one that was silent longest.
      words.delete(word.runId);
      words.set(word.runId, word);
      const [oldest] = words.keys();
      if (words.size > MOST_RUNS && oldest !== undefined) words.delete(oldest);
    },
  };
}
