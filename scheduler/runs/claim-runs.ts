/** A service takes what the queue has for it. */
import { claimedOf, claiming, type TakenJob } from '../../prisma/runs/claim-runs.ts';
import type { ClaimedRun } from '../../prisma/runs/run-row.ts';
import { connection, transaction } from '../../prisma/sql.ts';
import type { SqlText } from '../queue.ts';
import type { SchedulerContext } from '../scheduler-context.ts';

export interface ClaimAsk {
  readonly serviceId: string;
  /** How long the runs are held without a renewal. */
  readonly leaseMs: number;
  /** Free places. */
  readonly most: number;
  /** Repositories that have no room here, or that this service does not serve. */
  readonly without: readonly string[];
}

export interface Claimed {
  readonly runs: readonly ClaimedRun[];
  /** Whether the queue has nothing more that this service may have now. */
  readonly isAll: boolean;
}

/**
 * Claims at most `most` runs, the first in the queue's order, in one statement; each of them has a new attempt. A claim is on the disk as
 * soon as anything later is: a process that carries it out begins after it was noted (`identifyProcess`), which waits for the disk. When
 * the server crashes before that, the runs are in the queue still, and the next claim has the same attempt.
 */
export async function claimNext(context: SchedulerContext, ask: ClaimAsk): Promise<Claimed> {
  const { pool, queue } = context;
  const { most, without } = ask;
  const around = (taking: SqlText): SqlText => claiming(taking, ask);
  const taken = await connection(pool, (sql) => queue.fetch<TakenJob>(sql, { most, without, around }));
  const stale = taken.filter(({ id }) => id === null).map(({ takenId }) => takenId);
  // What was claimed is ours, whether or not the rest can be cleared away.
  if (stale.length > 0) await dropStale(context, stale).catch(() => undefined);
  return { runs: claimedOf(taken), isAll: taken.length < most && queue.bringsAll };
}

/** Jobs whose runs are gone, such as those of a repository that was removed. */
async function dropStale({ pool, queue }: SchedulerContext, jobIds: readonly string[]): Promise<void> {
  await transaction(pool, (sql) => queue.complete(sql, jobIds));
}
