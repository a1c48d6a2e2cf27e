/** Runs that are not wanted any more: those that have not started end here, those under way are marked. */
import type { Sql, Statement } from '../sql.ts';

/** A run that ended before it started. */
export interface EndedRun {
  readonly id: string;
  readonly jobId: string | null;
  readonly repositoryId: string;
  readonly agentId: string;
  readonly agent: string;
  readonly branch: string;
  readonly correlationId: string;
  readonly slotAt: Date | null;
  readonly at: Date;
}

/** Which runs: by id, of an agent, of a repository; all of these null: every run. */
export interface RunScope {
  readonly runId: string | null;
  readonly agentId: string | null;
  readonly repositoryId: string | null;
}

const IN_SCOPE = `($1::uuid IS NULL OR r.id = $1) AND ($2::uuid IS NULL OR r.agent_id = $2) AND ($3::uuid IS NULL OR r.repository_id = $3)`;

/** Each state has an index of its own. */
const UNSTARTED = `(r.state = 'waiting' OR r.state = 'queued')`;

const LOCK: Statement = {
  name: 'lock_agents_of_runs',
  text: `
    SELECT a.id FROM upkeep.agent a
    WHERE a.id IN (SELECT r.agent_id FROM upkeep.run r WHERE ${UNSTARTED} AND ${IN_SCOPE})
    ORDER BY a.id FOR NO KEY UPDATE`,
};

/** Keeps others from admitting runs of the agents whose runs wait, until the transaction ends. */
export async function lockAgentsOf(sql: Sql, scope: RunScope): Promise<void> {
  await sql.rows(LOCK, [scope.runId, scope.agentId, scope.repositoryId]);
}

const END: Statement = {
  name: 'end_unstarted_runs',
  text: `
    WITH before AS (
      SELECT r.id FROM upkeep.run r WHERE ${UNSTARTED} AND ${IN_SCOPE} ORDER BY r.id FOR NO KEY UPDATE
    )
    UPDATE upkeep.run r SET state = 'settled', outcome = $4, reason = $5, message = $6, settled_at = clock_timestamp(), cancel_by = $7
    FROM before b, upkeep.agent a WHERE r.id = b.id AND a.id = r.agent_id
    RETURNING r.id, r.job_id AS "jobId", r.repository_id AS "repositoryId", r.agent_id AS "agentId", a.name AS agent, a.branch,
      r.correlation_id AS "correlationId", r.slot_at AS "slotAt", r.settled_at AS at`,
};

/** Settles what has not started. */
export async function endUnstarted(
  sql: Sql,
  scope: RunScope,
  as: { readonly outcome: 'cancelled' | 'skipped'; readonly reason: string; readonly message: string | null; readonly by: string | null },
): Promise<EndedRun[]> {
  return sql.rows<EndedRun>(END, [scope.runId, scope.agentId, scope.repositoryId, as.outcome, as.reason, as.message, as.by]);
}

const MARK: Statement = {
  name: 'mark_cancelled',
  text: `
    UPDATE upkeep.run r SET cancel_by = $4 WHERE r.state = 'running' AND r.cancel_by IS NULL AND ${IN_SCOPE}
    RETURNING r.id, r.agent_id AS "agentId"`,
};

/** Marks runs under way; the services that carry them out end them. */
export async function markCancelled(sql: Sql, scope: RunScope, by: string): Promise<{ readonly id: string; readonly agentId: string }[]> {
  return sql.rows(MARK, [scope.runId, scope.agentId, scope.repositoryId, by]);
}
