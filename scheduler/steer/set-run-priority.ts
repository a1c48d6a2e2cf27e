/** Gives a run that has not started another priority: it goes to the place in the queue that it would have had. */
import type { Priority } from '../../ledger/outcome.ts';
import { moveRun, unstartedRun } from '../../prisma/runs/move-runs.ts';
import { writeAudit } from '../../prisma/runs/audit-rows.ts';
import { rankOf } from '../rank.ts';
import { wakeServices } from '../runs/wake.ts';
import type { SchedulerContext } from '../scheduler-context.ts';
import { SteerError } from './steer-error.ts';
import type { Decider } from './steer-events.ts';
import { steerTransaction } from './steer-transaction.ts';

/** Throws SteerError `unknown-run`, or `settled` for one that is under way or has ended. */
export async function setRunPriority(
  { pool, queue }: Pick<SchedulerContext, 'pool' | 'queue'>,
  { runId, priority, decider }: { readonly runId: string; readonly priority: Priority; readonly decider: Decider },
): Promise<void> {
  await steerTransaction(pool, async (sql) => {
    const run = await unstartedRun(sql, runId);
    if (run === null) throw new SteerError('unknown-run', 'there is no such run any more');
    if (run.state !== 'waiting' && run.state !== 'queued')
      throw new SteerError('settled', `run ${runId} of ${run.agent} has started: its priority decides nothing any more`);
    const moved = await moveRun(sql, { id: runId, priority, rank: rankOf(run.eligibleAt, priority, queue.order) });
    if (run.jobId !== null) await queue.withdraw(sql, [run.jobId]);
    // A job stands where it was put: another one takes its place.
    if (moved !== null) await queue.send(sql, [moved]);
    const { by, reason, from } = decider;
    const detail = { run: runId, before: run.priority, priority, reason, ...(from === undefined ? {} : { from }) };
    await Promise.all([
      writeAudit(sql, { by, action: 'priority', subject: `${run.repository} ${run.agent}`, detail }),
      wakeServices(sql, 'queued'),
    ]);
  });
}
