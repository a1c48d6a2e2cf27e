/** Admits what waits although there is room: after a restore, whose runs all wait, and whenever a limit was raised. */
import { admitRuns, lockAgents } from '../../prisma/runs/admit-runs.ts';
import { agentsThatWait, NO_AGENT } from '../../prisma/runs/waiting-agents.ts';
import { transaction } from '../../prisma/sql.ts';
import type { SchedulerContext } from '../scheduler-context.ts';
import { wakeServices } from './wake.ts';

/** Agents of one transaction. */
const BATCH = 500;

/** Returns how many runs were handed to the queue. Several services may do so at once. */
export async function admitWaiting({ pool, queue, labelLimits }: SchedulerContext, batch = BATCH): Promise<number> {
  const labels = Object.keys(labelLimits);
  let after = NO_AGENT;
  for (let admitted = 0; ;) {
    const done = await transaction(pool, async (sql) => {
      const agentIds = await agentsThatWait(sql, { after, labels, most: batch });
      await lockAgents(sql, agentIds);
      const runs = await admitRuns(sql, agentIds, labelLimits);
      await queue.send(sql, runs);
      if (runs.length > 0) await wakeServices(sql, 'queued');
      return { last: agentIds.length < batch ? null : (agentIds.at(-1) ?? null), count: runs.length };
    });
    admitted += done.count;
    if (done.last === null) return admitted;
    after = done.last;
  }
}
