/** What people see of the whole scheduler at a glance. */
import type { Sql, Statement } from '../sql.ts';

export interface SchedulerCounts {
  readonly running: number;
  /** Runs that wait, for whatever reason. */
  readonly queued: number;
  /** Agents; one may be paused, tripped and errored at once. */
  readonly paused: number;
  readonly tripped: number;
  readonly errored: number;
  readonly nextDueAt: Date | null;
  /** The largest drift of the schedules that had a slot within the last hour, in milliseconds; null: none had. */
  readonly driftMs: number | null;
}

// Sets are hashed once: with many agents and pauses a question for each pair would take seconds.
const COUNTS: Statement = {
  name: 'scheduler_counts',
  text: `
    WITH held AS (
      SELECT repository_id, agent_id FROM upkeep.pause WHERE until IS NULL OR until > clock_timestamp()
    ), agents AS (
      SELECT count(*) FILTER (WHERE EXISTS (SELECT 1 FROM held WHERE repository_id IS NULL AND agent_id IS NULL)
          OR a.repository_id IN (SELECT repository_id FROM held WHERE agent_id IS NULL AND repository_id IS NOT NULL)
          OR a.id IN (SELECT agent_id FROM held WHERE agent_id IS NOT NULL))::int AS paused,
        count(*) FILTER (WHERE a.tripped_at IS NOT NULL)::int AS tripped,
        count(*) FILTER (WHERE a.in_error_at IS NOT NULL)::int AS errored
      FROM upkeep.agent a
      WHERE a.is_enabled AND a.repository_id NOT IN (SELECT id FROM upkeep.repository WHERE removed_at IS NOT NULL)
    )
    SELECT (SELECT count(*)::int FROM upkeep.run WHERE state = 'running') AS running,
      (SELECT count(*)::int FROM upkeep.run WHERE state = 'waiting') + (SELECT count(*)::int FROM upkeep.run WHERE state = 'queued')
        AS queued,
      agents.paused, agents.tripped, agents.errored,
      (SELECT min(next_run_at) FROM upkeep.schedule WHERE next_run_at IS NOT NULL) AS "nextDueAt",
      (SELECT max(last_drift_ms) FROM upkeep.schedule WHERE last_slot_at > clock_timestamp() - interval '1 hour') AS "driftMs"
    FROM agents`,
};

export async function schedulerCounts(sql: Sql): Promise<SchedulerCounts> {
  const [row] = await sql.rows<SchedulerCounts>(COUNTS);
  return row ?? { running: 0, queued: 0, paused: 0, tripped: 0, errored: 0, nextDueAt: null, driftMs: null };
}
