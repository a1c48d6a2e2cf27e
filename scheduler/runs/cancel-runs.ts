/** Cancels runs: what waits ends at once, what is under way when its service has ended its process. */
import { endUnstarted, lockAgentsOf, markCancelled, type EndedRun, type RunScope } from '../../prisma/runs/cancel-runs.ts';
import { admitRuns } from '../../prisma/runs/admit-runs.ts';
import { writeEvents, type EventRow } from '../../prisma/runs/write-events.ts';
import { transaction, type Sql } from '../../prisma/sql.ts';
import type { SchedulerContext } from '../scheduler-context.ts';
import { runEvent } from './run-events.ts';
import { tellLedger } from './tell-ledger.ts';
import { wakeServices } from './wake.ts';

export interface CancelReport {
  /** Ended without having started. */
  readonly ended: readonly EndedRun[];
  /** Runs under way that are being ended. */
  readonly ending: readonly string[];
  readonly events: readonly EventRow[];
}

/** `by`: who wants it. */
export async function cancelRuns(context: SchedulerContext, scope: RunScope, by: string): Promise<CancelReport> {
  return transaction(context.pool, (sql) => cancelIn(sql, context, { scope, by }));
}

/** The same in a transaction of the caller's. */
export async function cancelIn(
  sql: Sql,
  context: SchedulerContext,
  { scope, by }: { readonly scope: RunScope; readonly by: string },
): Promise<CancelReport> {
  const { queue, source, labelLimits } = context;
  const locked = lockAgentsOf(sql, scope);
  const [ended, marked] = await Promise.all([
    endUnstarted(sql, scope, { outcome: 'cancelled', reason: 'interrupted', message: null, by }),
    markCancelled(sql, scope, by),
    locked,
  ]);
  const events = ended.map((run) => runEvent('agent:cancelled', run, { data: { status: 'ACTIVE', by }, source, at: run.at }));
  await leaveQueue(sql, ended, context);
  // Its place is free for the next one of the agent.
  const agentIds = [...new Set(ended.filter(({ jobId }) => jobId !== null).map(({ agentId }) => agentId))].sort();
  const next = agentIds.length === 0 ? [] : await admitRuns(sql, agentIds, labelLimits);
  await Promise.all([
    queue.send(sql, next),
    writeEvents(sql, events),
    tellLedger(sql, events),
    next.length > 0 ? wakeServices(sql, 'queued') : null,
    marked.length > 0 ? wakeServices(sql, 'cancel') : null,
  ]);
  return { ended, ending: marked.map(({ id }) => id), events };
}

/** The jobs of runs that ended before they started. */
export async function leaveQueue(sql: Sql, ended: readonly EndedRun[], { queue }: SchedulerContext): Promise<void> {
  await queue.withdraw(
    sql,
    ended.flatMap(({ jobId }) => (jobId === null ? [] : [jobId])),
  );
}
