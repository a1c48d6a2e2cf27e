/** What the benchmark asks of each queue. Types only. */

/** How many jobs a worker carries out at once. */
export const CONCURRENCY = 5;

/** A queue with the worker that comes with it. Jobs are known by their numbers, from 0. */
export interface Contestant {
  readonly name: string;
  /** Its database; null: it is on Redis. */
  readonly database: string | null;
  /** Empties it, and makes what jobs 0 to `count` need. */
  reset(count: number): Promise<void>;
  /** Resolves when it is committed. */
  enqueue(job: number): Promise<void>;
  /** All in one call of its own for many. */
  enqueueMany(jobs: readonly number[]): Promise<void>;
  /** Starts a worker for CONCURRENCY jobs at once, whose handlers do nothing but say that they began. */
  work(onStart: (job: number) => void): Promise<RunningWorker>;
  /** Jobs that are not completed. */
  unfinished(): Promise<number>;
  close(): Promise<void>;
}

export interface RunningWorker {
  /** Resolves when what it completed is committed. */
  stop(): Promise<void>;
}

/** The numbers from `from` on, `count` of them. */
export function numbers(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}
