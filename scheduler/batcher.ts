/** Collects items while a transaction is under way, and hands them on together: one commit for many. */
import { setTimeout as delay } from 'node:timers/promises';

export interface Batcher<Item> {
  add(item: Item): void;
  /** Resolves when nothing is left to write. */
  idle(): Promise<void>;
}

export interface BatcherSettings<Item> {
  /** Writes a batch; when it throws it is called again with each of the items alone, until it takes them. */
  write(items: readonly Item[]): Promise<void>;
  onProblem(error: unknown): void;
  /** Waits so long for company before a small batch, in milliseconds. */
  readonly lingerMs: number;
  /** A batch of this many waits for nobody. */
  readonly full: number;
  /** Pause after a failure, in milliseconds. */
  readonly pauseMs: number;
}

export function createBatcher<Item>(settings: BatcherSettings<Item>): Batcher<Item> {
  let waiting: Item[] = [];
  let working: Promise<void> | null = null;
  /** So many are written one by one, since one of them may be what keeps all of them from being written. */
  let alone = 0;
  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      if (alone === 0 && waiting.length < settings.full) await delay(settings.lingerMs);
      const batch = alone > 0 ? waiting.slice(0, 1) : waiting;
      waiting = waiting.slice(batch.length);
      alone = Math.max(0, alone - 1);
      try {
        await settings.write(batch);
      } catch (error) {
        settings.onProblem(error);
        if (batch.length > 1) alone = batch.length;
        waiting = batch.length > 1 ? [...batch, ...waiting] : [...waiting, ...batch];
        await delay(settings.pauseMs);
      }
    }
    working = null;
  };
  return {
    add(item) {
      waiting.push(item);
      working ??= work();
    },
    idle: () => working ?? Promise.resolve(),
  };
}
