/** Asks again for what events have made old: soon, but each family of queries at most once in a while. */
import type { QueryClient } from '@tanstack/react-query';
import type { Family } from './stale.ts';

/** Milliseconds between two refreshes of the heavier families; all others: one second. */
const REST: Partial<Record<Family, number>> = { agents: 2_000, findings: 15_000, repositories: 3_000, schedule: 2_000 };
/** What happens together is asked for together. */
const GATHER = 120;

export interface Refresher {
  mark(families: Iterable<Family>): void;
  /** Everything that is on the page, now. */
  all(): void;
}

export function makeRefresher(client: QueryClient, clock: () => number = () => performance.now()): Refresher {
  const dirty = new Set<Family>();
  const lastTime = new Map<Family, number>();
  let timer: ReturnType<typeof setTimeout> | null = null;

  const flush = (): void => {
    timer = null;
    let soonest = Number.POSITIVE_INFINITY;
    for (const family of dirty) {
      const predicate = ({ queryKey }: { readonly queryKey: readonly unknown[] }): boolean => familyOf(queryKey) === family;
      // An answer that is under way may be of before the event: it is waited for, and then asked for anew.
      const rest = client.isFetching({ predicate }) > 0 ? GATHER : 0;
      const wait = Math.max(rest, (lastTime.get(family) ?? Number.NEGATIVE_INFINITY) + (REST[family] ?? 1_000) - clock());
      if (wait > 0) {
        soonest = Math.min(soonest, wait);
        continue;
      }
      dirty.delete(family);
      lastTime.set(family, clock());
      void client.invalidateQueries({ predicate });
    }
    if (dirty.size > 0) timer = setTimeout(flush, soonest);
  };

  return {
    mark(families) {
      for (const family of families) dirty.add(family);
      if (dirty.size > 0) timer ??= setTimeout(flush, GATHER);
    },
    all: () => void client.invalidateQueries(),
  };
}

/** Answers that no event changes: what is in a commit stays in it. */
const LASTING: ReadonlySet<unknown> = new Set(['diff', 'excerpt', 'preview', 'configuration']);

/** tRPC's keys begin with the path: `[['runs', 'list'], …]`. */
function familyOf(queryKey: readonly unknown[]): unknown {
  const [family, name] = Array.isArray(queryKey[0]) ? (queryKey[0] as readonly unknown[]) : [];
  return LASTING.has(name) ? null : family;
}
