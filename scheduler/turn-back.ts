/** The clock was set back by hours: it had been wrong, and the next slots that were found by it lie too far ahead. */
import { aheadSchedules, advanceSchedules, type ScheduleStep } from '../prisma/runs/due-schedules.ts';
import { transaction, type ConnectionPool } from '../prisma/sql.ts';
import { nextFireTime } from './cron/fire-times.ts';
import { parseCron } from './cron/parse-cron.ts';
import { runTimeOf } from './materialise.ts';

const BATCH = 200;

/** Finds the next slot of each schedule anew; slots that have their run already do not come again. */
export async function turnBack(pool: ConnectionPool, now: Date): Promise<void> {
  let after: string | null = null;
  do {
    after = await transaction(pool, async (sql) => {
      const rows = await aheadSchedules(sql, { now, after, most: BATCH });
      const steps = rows.flatMap(({ agentId, nextSlotAt, cron, timeZone, jitterSeconds }): ScheduleStep[] => {
        const parsed = parseCron(cron, timeZone);
        const next = parsed.ok ? nextFireTime(parsed.value, now) : null;
        if (!parsed.ok || next === null || next >= nextSlotAt) return [];
        const nextRunAt = runTimeOf(agentId, parsed.value, { slot: next, jitterMs: jitterSeconds * 1000 });
        return [{ agentId, before: nextSlotAt, lastSlotAt: null, nextSlotAt: next, nextRunAt }];
      });
      await advanceSchedules(sql, steps);
      return rows.length < BATCH ? null : (rows.at(-1)?.agentId ?? null);
    });
  } while (after !== null);
}
