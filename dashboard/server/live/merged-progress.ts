/** Words of runs on their way, no more often than a page can show them: of each run only the newest is kept until then. */
import type { LiveProgress } from '../../wire/live-schema.ts';

export interface MergedProgress {
  readonly hear: (word: LiveProgress) => void;
  readonly close: () => void;
}

const EVERY_MS = 200;
const MOST_RUNS = 2000;

export function mergeProgress(settings: {
  readonly onProgress: (word: LiveProgress) => void;
  /** Calls `work` in `ms`, once; the answer takes it back. */
  readonly later: (work: () => void, ms: number) => () => void;
}): MergedProgress {
  const newest = new Map<string, LiveProgress>();
  let takeBack: (() => void) | null = null;

  function tell(): void {
    const words = [...newest.values()];
    newest.clear();
    // The first of a quiet time is told at once, those that follow it together.
    takeBack = words.length === 0 ? null : settings.later(tell, EVERY_MS);
    for (const word of words) settings.onProgress(word);
  }

  return {
    hear(word) {
      if (newest.size >= MOST_RUNS && !newest.has(word.runId)) return;
      newest.set(word.runId, word);
      if (takeBack === null) tell();
    },
    close() {
      takeBack?.();
      newest.clear();
    },
  };
}
