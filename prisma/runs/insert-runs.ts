/** New runs: where its agent has room a run is queued as it is written, else it waits. */
import { jsonParameter, type Sql } from '../sql.ts';
import type { NewRun } from './run-row.ts';

/** How the jobs of new runs come to be, in SQL. */
export interface JobSql {
  /** A statement that makes jobs of a JSON array of them. */
  readonly sending: (jobs: string) => string;
  /** The priority of a job, over `rank` and `eligible_at`. */
  readonly priority: string;
}

/**
 * The jobs of the runs that have room are made with them. Subqueries that are asked for each run, so that the plan is the same however many runs
 * there were when it was made.
 */
function inserting({ sending, priority }: JobSql): string {
  const job = `json_build_object('id', job_id, 'data', json_build_object('runId', id), 'priority', (${priority})::int,
    'startAfter', eligible_at, 'groupId', repository_id)`;
  return `
    WITH given AS (
      SELECT *, NOT labels && $2::text[]
        AND row_number() OVER (PARTITION BY "agentId", labels && $2::text[] ORDER BY rank, "requestedAt", id) = 1
        AND (SELECT b.id FROM upkeep.run b WHERE b.agent_id = "agentId" AND b.state IN ('queued', 'running') LIMIT 1) IS NULL
        AND (SELECT w.id FROM upkeep.run w WHERE w.agent_id = "agentId" AND w.state = 'waiting' AND NOT w.labels && $2 LIMIT 1) IS NULL
        AS "hasRoom"
      FROM json_to_recordset($1::json) AS new (id uuid, "repositoryId" uuid, "agentId" uuid, trigger text, priority text,
        labels text[], rank bigint, base text, "isForced" boolean, "slotAt" timestamptz, "requestedBy" text,
        "requestedAt" timestamptz, "eligibleAt" timestamptz, "correlationId" text)
    ), made AS (
      INSERT INTO upkeep.run (id, repository_id, agent_id, state, job_id, trigger, priority, labels, rank, base, is_forced, slot_at,
        requested_by, requested_at, eligible_at, correlation_id)
      SELECT id, "repositoryId", "agentId", CASE WHEN "hasRoom" THEN 'queued' ELSE 'waiting' END,
        CASE WHEN "hasRoom" THEN gen_random_uuid() END, trigger, priority, labels, rank, base, "isForced", "slotAt",
        "requestedBy", "requestedAt", "eligibleAt", "correlationId"
      FROM given
      ON CONFLICT (agent_id, slot_at) WHERE slot_at IS NOT NULL DO NOTHING
      RETURNING id, job_id, rank, eligible_at, repository_id
    ), sent AS (${sending(`(SELECT coalesce(json_agg(${job} ORDER BY id), '[]') FROM made WHERE job_id IS NOT NULL)`)})
    SELECT id, job_id IS NOT NULL AS "isQueued" FROM made`;
}

/**
 * Resolves with those that are new, by id: whether they are queued, or wait for room. A slot that has its run already makes no second
 * one. The agents are to be locked before; `limited`: labels whose runs are admitted one by one.
 */
export async function insertRuns(
  sql: Sql,
  runs: readonly NewRun[],
  { job, limited }: { readonly job: JobSql; readonly limited: readonly string[] },
): Promise<ReadonlyMap<string, boolean>> {
  if (runs.length === 0) return new Map();
  const { rows } = await sql.execute(inserting(job), [jsonParameter(runs), [...limited]]);
  return new Map((rows as { readonly id: string; readonly isQueued: boolean }[]).map(({ id, isQueued }) => [id, isQueued]));
}
