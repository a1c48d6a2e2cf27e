/** What runs told last of their way: the newest word of each, its checks as they end, and of no more runs than can be under way. */
import type { UpkeepEvent } from '../../../ledger/event.ts';
import type { Outcome } from '../../../ledger/outcome.ts';
import type { LiveProgress } from '../../wire/live-schema.ts';

/** A check of a run that is under way. */
export interface CheckWay {
  readonly check: string;
  /** Null: it has not ended. */
  readonly outcome: Outcome | null;
  readonly startedAt: string | null;
  readonly durationMs: number | null;
}

export interface RunProgress {
  /** Null: nothing is known. */
  readonly of: (runId: string) => LiveProgress | null;
  readonly hear: (word: LiveProgress) => void;
  /** Of a run of this service: which checks it has, and how they end. */
  readonly watch: (event: UpkeepEvent) => void;
  /** In the order in which they were announced. */
  readonly checksOf: (runId: string) => readonly CheckWay[];
}

const MOST_RUNS = 2000;
const MOST_CHECKS = 200;

export function createRunProgress(): RunProgress {
  const words = new Map<string, LiveProgress>();
  const checks = new Map<string, Map<string, CheckWay>>();
  return {
    of: (runId) => words.get(runId) ?? null,
    hear: (word) => keep(words, word.runId, word),
    watch(event) {
      if (event.type === 'agent:started') {
        const waiting = event.data.checks
          .slice(0, MOST_CHECKS)
          .map((check): [string, CheckWay] => [check, { check, outcome: null, startedAt: null, durationMs: null }]);
        keep(checks, event.data.runId, new Map(waiting));
      }
      if (event.type !== 'agent:progress' || event.data.check === null || event.data.outcome === null) return;
      const { runId, check, outcome, durationMs } = event.data;
      const own = checks.get(runId);
      if (own === undefined || (own.size >= MOST_CHECKS && !own.has(check))) return;
      own.set(check, {
        check,
        outcome,
        startedAt: startOf(event.time, durationMs),
        durationMs: durationMs === null ? null : Math.round(durationMs),
      });
    },
    checksOf: (runId) => [...(checks.get(runId)?.values() ?? [])],
  };
}

/** When a check began that ended at `time`. */
export function startOf(time: string, durationMs: number | null): string | null {
  return durationMs === null ? null : new Date(new Date(time).getTime() - durationMs).toISOString();
}

/** Put at the end: the first is the one that was silent longest. */
function keep<Value>(map: Map<string, Value>, runId: string, value: Value): void {
  map.delete(runId);
  map.set(runId, value);
  const [oldest] = map.keys();
  if (map.size > MOST_RUNS && oldest !== undefined) map.delete(oldest);
}
