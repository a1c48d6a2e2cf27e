/** A service takes what the queue has for it. */
import { claimRuns } from '../../prisma/runs/claim-runs.ts';
import type { ClaimedRun } from '../../prisma/runs/run-row.ts';
import { transaction, type Sql } from '../../prisma/sql.ts';
import type { QueueJob } from '../queue.ts';
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

/**
 * Claims at most `most` runs, the first in the queue's order; each of them has a new attempt. A claim is on the disk as soon as anything
 * later is: a process that carries it out begins after it was noted (`identifyProcess`), which waits for the disk. When the server
 * crashes before that, the runs are in the queue still, and the next claim has the same attempt.
 */
export async function claimNext(context: SchedulerContext, ask: ClaimAsk): Promise<ClaimedRun[]> {
  const { pool, queue } = context;
  const claimInTransaction = async (sql: Sql): Promise<{ jobs: readonly QueueJob[]; claiming: Promise<ClaimedRun[]> }> => {
    const found = await queue.fetch(sql, ask);
    // Not waited for: the commit follows on its heels, and fails with it.
    const rows = found.length === 0 ? Promise.resolve([]) : claimRuns(sql, found, ask);
    rows.catch(() => undefined);
    return { jobs: found, claiming: rows };
  };
  const { jobs, claiming } = await transaction(pool, claimInTransaction, { mayBeForgotten: true });
  const claimed = await claiming;
  // What was claimed is ours, whether or not the rest can be cleared away.
  if (claimed.length < jobs.length) await dropStale(context, jobs, claimed).catch(() => undefined);
  return claimed;
}

/** A job whose run is gone, such as one of a repository that was removed. */
async function dropStale({ pool, queue }: SchedulerContext, jobs: readonly QueueJob[], claimed: readonly ClaimedRun[]): Promise<void> {
  const held = new Set(claimed.map(({ jobId }) => jobId));
  const stale = jobs.map(({ id }) => id).filter((id) => !held.has(id));
  await transaction(pool, (sql) => queue.complete(sql, stale));
}
