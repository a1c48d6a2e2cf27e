/** What runs change in the schedules of their agents. */
import type { Sql, Statement } from '../sql.ts';
import type { ClaimedRun } from './run-row.ts';

const DRIFT: Statement = {
  name: 'note_drift',
  text: `
    UPDATE upkeep.schedule s SET last_drift_ms = d.drift_ms
    FROM unnest($1::uuid[], $2::int[], $3::bigint[]) AS d (agent_id, drift_ms, asked_ms)
    WHERE s.agent_id = d.agent_id AND d.asked_ms <= $4 + s.jitter_seconds * 1000`,
};

/** A slot that was made up for, so long after its nominal time, says nothing of how punctual a service is. */
export const MADE_UP_AFTER_MS = 60_000;

/** How much later than their slots these runs started; first attempts only, since a retry is late on purpose. */
export async function noteDrift(sql: Sql, runs: readonly ClaimedRun[]): Promise<void> {
  const drifts = new Map(
    runs.flatMap(({ agentId, slotAt, requestedAt, startedAt, attempt }) => {
      if (slotAt === null || attempt > 1) return [];
      const [started, asked] = [startedAt, requestedAt].map((time) => time.getTime() - slotAt.getTime()) as [number, number];
      return [[agentId, { drift: Math.min(started, 2 ** 31 - 1), asked }] as const];
    }),
  );
  const all = [...drifts.values()];
  if (drifts.size > 0)
    await sql.rows(DRIFT, [[...drifts.keys()], all.map(({ drift }) => drift), all.map(({ asked }) => asked), MADE_UP_AFTER_MS]);
}

const LEAVE: Statement = {
  name: 'leave_schedule',
  text: 'UPDATE upkeep.schedule SET next_slot_at = NULL, next_run_at = NULL WHERE agent_id = ANY($1::uuid[])',
};

/** Takes agents out of the schedule until somebody brings them back. */
export async function leaveSchedule(sql: Sql, agentIds: readonly string[]): Promise<void> {
  if (agentIds.length > 0) await sql.rows(LEAVE, [[...agentIds]]);
}
