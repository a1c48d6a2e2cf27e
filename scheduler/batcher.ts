/** Collects items while a transaction is under way, and hands them on together: one commit for many. */
import { setTimeout as delay } from 'node:timers/promises';

export interface Batcher<Item> {
  add(item: Item): void;
  /** Resolves when nothing is left to write. */
  idle(): Promise<void>;
}

export interface BatcherSettings<Item> {
  /** Writes a batch; it is called again with the same items, and those that came meanwhile, when it throws. */
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
  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      if (waiting.length < settings.full) await delay(settings.lingerMs);
      const batch = waiting;
      waiting = [];
      try {
        await settings.write(batch);
      } catch (error) {
        settings.onProblem(error);
        waiting = [...batch, ...waiting];
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
