/** What every part of the service that writes to the queue is given. Types only. */
import type { LabelLimits } from '../prisma/runs/admit-runs.ts';
import type { ConnectionPool } from '../prisma/sql.ts';
import type { RetryPolicy } from './after-attempt.ts';
import type { LocalWakes } from './local-wakes.ts';
import type { RunQueue } from './queue.ts';

export interface SchedulerContext {
  readonly pool: ConnectionPool;
  readonly queue: RunQueue;
  readonly labelLimits: LabelLimits;
  readonly retry: RetryPolicy;
  /** Source of the events: `service:<host>`. */
  readonly source: string;
  /** Between what is written here and a service of the same process; absent: there is none. */
  readonly local?: LocalWakes;
}
