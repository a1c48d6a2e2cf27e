/** New runs: where its agent has room a run is queued as it is written, else it waits. */
import { jsonParameter, type Sql, type Statement } from '../sql.ts';
import type { NewRun } from './run-row.ts';

/** Subqueries that are asked for each run, so that the plan is the same however many runs there were when it was made. */

const INSERT: Statement = {
  name: 'insert_runs',
  text: `
    WITH given AS (
      SELECT *, NOT labels && $2::text[]
        AND row_number() OVER (PARTITION BY "agentId", labels && $2::text[] ORDER BY rank, "requestedAt", id) = 1
        AND (SELECT b.id FROM upkeep.run b WHERE b.agent_id = "agentId" AND b.state IN ('queued', 'running') LIMIT 1) IS NULL
        AND (SELECT w.id FROM upkeep.run w WHERE w.agent_id = "agentId" AND w.state = 'waiting' AND NOT w.labels && $2 LIMIT 1) IS NULL
        AS "hasRoom"
      FROM json_to_recordset($1::json) AS new (id uuid, "repositoryId" uuid, "agentId" uuid, trigger text, priority text,
        labels text[], rank bigint, base text, "isForced" boolean, "slotAt" timestamptz, "requestedBy" text,
        "requestedAt" timestamptz, "eligibleAt" timestamptz, "correlationId" text)
    )
    INSERT INTO upkeep.run (id, repository_id, agent_id, state, job_id, trigger, priority, labels, rank, base, is_forced, slot_at,
      requested_by, requested_at, eligible_at, correlation_id)
    SELECT id, "repositoryId", "agentId", CASE WHEN "hasRoom" THEN 'queued' ELSE 'waiting' END,
      CASE WHEN "hasRoom" THEN gen_random_uuid() END, trigger, priority, labels, rank, base, "isForced", "slotAt",
      "requestedBy", "requestedAt", "eligibleAt", "correlationId"
    FROM given
    ON CONFLICT (agent_id, slot_at) DO NOTHING
    RETURNING id, job_id AS "jobId"`,
};

/**
 * Returns those that are new, by id, with the job of each that has room; null: it waits. A slot that has its run already makes no
 * second one. The agents are to be locked before; `limited`: labels whose runs are admitted one by one.
 */
export async function insertRuns(
  sql: Sql,
  runs: readonly NewRun[],
  limited: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  if (runs.length === 0) return new Map();
  const rows = await sql.rows<{ id: string; jobId: string | null }>(INSERT, [jsonParameter(runs), [...limited]]);
  return new Map(rows.map(({ id, jobId }) => [id, jobId]));
}
