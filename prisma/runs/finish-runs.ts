/** How attempts end: with an outcome, or back in the queue. Only who still holds the run writes. */
import { jsonParameter, type Sql, type Statement } from '../sql.ts';
import { isInState, type Fence } from './run-row.ts';

/** An attempt that ends its run. */
export interface SettledRow extends Fence {
  readonly outcome: string;
  readonly reason: string | null;
  readonly message: string | null;
  readonly commit: string | null;
  readonly checkedBase: string | null;
  readonly errors: number | null;
  readonly warnings: number | null;
  readonly fixed: number | null;
  /** The agent leaves the schedule: why. */
  readonly errorReason: string | null;
}

/** What was written, for what follows in the same transaction. */
export interface FinishedRow {
  readonly id: string;
  readonly jobId: string;
  readonly agentId: string;
  readonly repositoryId: string;
  readonly at: Date;
}

export interface SettledRun extends FinishedRow {
  readonly outcome: string;
  readonly reason: string | null;
  readonly message: string | null;
  /** Who cancelled it; null: nobody. */
  readonly cancelBy: string | null;
  /** Whether another run of the agent waits for room. */
  readonly hasNext: boolean;
}

/** The limit lets the planner expect few rows, and find each run by its id. */
const SETTLE: Statement = {
  name: 'settle_runs',
  text: `
    WITH given AS (
      SELECT * FROM json_to_recordset($1::json) AS g (id uuid, attempt int, outcome text, reason text, message text, commit text,
        "checkedBase" text, errors int, warnings int, fixed int, "errorReason" text)
      LIMIT json_array_length($1::json)
    ), done AS (
      UPDATE upkeep.run r SET state = 'settled', outcome = g.outcome, reason = g.reason, message = g.message, commit = g.commit,
        checked_base = g."checkedBase", errors = g.errors, warnings = g.warnings, fixed = g.fixed, settled_at = clock_timestamp(),
        duration_ms = extract(epoch FROM clock_timestamp() - r.started_at) * 1000, lease_until = NULL
      FROM given g
      WHERE r.id = g.id AND r.attempt = g.attempt AND ${isInState('running')} AND ($2::uuid IS NULL OR r.service_id = $2)
      RETURNING r.id, r.job_id, r.agent_id, r.repository_id, r.attempt, r.service_id, r.started_at, r.settled_at, r.outcome, r.reason,
        r.message, r.cancel_by, g."errorReason"
    ), tried AS (
      INSERT INTO upkeep.attempt (run_id, number, service_id, started_at, ended_at, ending, reason, message)
      SELECT id, attempt, service_id, started_at, settled_at, outcome, reason, message FROM done
    ), told AS (
      UPDATE upkeep.agent a SET last_run_id = d.id, last_outcome = d.outcome, last_reason = d.reason, last_settled_at = d.settled_at,
        in_error_at = CASE WHEN d."errorReason" IS NULL THEN a.in_error_at ELSE d.settled_at END,
        in_error_reason = coalesce(d."errorReason", a.in_error_reason)
      FROM done d WHERE a.id = d.agent_id
    )
    SELECT id, job_id AS "jobId", agent_id AS "agentId", repository_id AS "repositoryId", settled_at AS "at", outcome, reason,
      message, cancel_by AS "cancelBy",
      EXISTS (SELECT 1 FROM upkeep.run w WHERE w.agent_id = done.agent_id AND w.state = 'waiting') AS "hasNext" FROM done`,
};

/** Settles runs; those that are missing in the result were somebody else's by now. `serviceId` null: whoever held them. */
export async function settleRows(sql: Sql, rows: readonly SettledRow[], serviceId: string | null): Promise<SettledRun[]> {
  return rows.length === 0 ? [] : sql.rows<SettledRun>(SETTLE, [jsonParameter(rows), serviceId]);
}

/** An attempt after which the run goes back into the queue. */
export interface RequeuedRow extends Fence {
  readonly ending: 'errored' | 'crashed' | 'lost' | 'returned';
  readonly reason: string | null;
  readonly message: string | null;
  readonly delayMs: number;
  /** Of the new place in the queue: milliseconds less the head start. */
  readonly headStartMs: number;
}

const REQUEUE: Statement = {
  name: 'requeue_runs',
  text: `
    WITH given AS (
      SELECT * FROM json_to_recordset($1::json) AS g (id uuid, attempt int, ending text, reason text, message text, "delayMs" float8,
        "headStartMs" float8)
      LIMIT json_array_length($1::json)
    ), before AS (
      SELECT r.id, r.job_id, r.started_at, r.service_id FROM upkeep.run r JOIN given g ON r.id = g.id
      WHERE r.attempt = g.attempt AND ${isInState('running')} AND ($2::uuid IS NULL OR r.service_id = $2) AND r.cancel_by IS NULL
      ORDER BY r.id FOR NO KEY UPDATE OF r
    ), done AS (
      UPDATE upkeep.run r SET state = 'queued', job_id = gen_random_uuid(), lease_until = NULL, service_id = NULL, pid = NULL,
        process_started_at = NULL,
        retries = r.retries + (g.ending = 'errored')::int, crashes = r.crashes + (g.ending IN ('crashed', 'lost'))::int,
        eligible_at = clock_timestamp() + g."delayMs" * interval '1 ms',
        rank = extract(epoch FROM clock_timestamp()) * 1000 + g."delayMs" - g."headStartMs"
      FROM given g, before b WHERE r.id = g.id AND r.id = b.id
      RETURNING r.id, r.job_id, b.job_id AS old_job_id, r.agent_id, r.repository_id, r.priority, r.eligible_at, r.attempt,
        b.started_at, b.service_id, g.ending, g.reason, g.message
    ), tried AS (
      INSERT INTO upkeep.attempt (run_id, number, service_id, started_at, ended_at, ending, reason, message)
      SELECT id, attempt, service_id, started_at, clock_timestamp(), ending, reason, message FROM done
    )
    SELECT id, job_id AS "jobId", old_job_id AS "oldJobId", agent_id AS "agentId", repository_id AS "repositoryId", priority,
      eligible_at AS "eligibleAt", clock_timestamp() AS "at" FROM done`,
};

export interface RequeuedRun extends FinishedRow {
  readonly oldJobId: string;
  readonly priority: string;
  readonly eligibleAt: Date;
}

/** Gives runs back to the queue. `serviceId` null: whoever held them. Missing in the result: lost, or cancelled meanwhile. */
export async function requeueRows(sql: Sql, rows: readonly RequeuedRow[], serviceId: string | null): Promise<RequeuedRun[]> {
  return rows.length === 0 ? [] : sql.rows<RequeuedRun>(REQUEUE, [jsonParameter(rows), serviceId]);
}
