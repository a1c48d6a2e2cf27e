/** A service takes runs that the queue handed it, and keeps them by renewing its lease. */
import type { Sql, Statement } from '../sql.ts';
import { CLAIMED_COLUMNS, isInState, withDates, type ClaimedRow, type ClaimedRun, type Fence } from './run-row.ts';

/**
 * Around a statement that takes jobs and returns their `id` and `data`: what claims their runs, by itself one transaction whose commit does
 * not wait for the disk. When the server crashes in that moment nothing of it has happened, unless a later commit that did wait is kept:
 * that one keeps all before it. `leaseMs`: how long they are held.
 */
export function claiming(
  taking: { readonly text: string; readonly values: readonly unknown[] },
  by: { readonly serviceId: string; readonly leaseMs: number },
): { readonly text: string; readonly values: readonly unknown[] } {
  const [service, lease] = [`$${taking.values.length + 1}`, `$${taking.values.length + 2}`];
  const text = `
    WITH forgettable AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)),
    job AS (${taking.text}), claimed AS (
      UPDATE upkeep.run r SET state = 'running', attempt = r.attempt + 1, service_id = ${service}::uuid, started_at = clock_timestamp(),
        lease_until = clock_timestamp() + ${lease}::float8 * interval '1 ms', pid = NULL, process_started_at = NULL
      FROM job j, upkeep.agent a
      WHERE r.id = (j.data->>'runId')::uuid AND r.job_id = j.id AND ${isInState('queued')} AND a.id = r.agent_id
      RETURNING ${CLAIMED_COLUMNS}, r.rank
    )
    SELECT j.id AS "takenId", claimed.*
    FROM forgettable CROSS JOIN job j LEFT JOIN claimed ON claimed."jobId" = j.id`;
  return { text, values: [...taking.values, by.serviceId, by.leaseMs] };
}

/** A job that was taken, with its run; `id` null when that is gone, settled or claimed. */
export type TakenJob = { readonly takenId: string } & ((ClaimedRow & { readonly rank: number }) | { readonly id: null });

/** The runs of jobs that were taken, first the one that comes first. */
export function claimedOf(taken: readonly TakenJob[]): ClaimedRun[] {
  // An update tells its rows in the order in which it finds them.
  const ranked = taken
    .flatMap((row) => (row.id === null ? [] : [row]))
    .sort((one, other) => one.rank - other.rank || (one.id < other.id ? -1 : 1));
  return ranked.map(({ rank: _rank, takenId: _takenId, ...run }) => withDates(run));
}

const RENEW: Statement = {
  name: 'renew_leases',
  text: `
    UPDATE upkeep.run r SET lease_until = clock_timestamp() + $4 * interval '1 ms'
    FROM unnest($1::uuid[], $2::int[]) AS mine (id, attempt)
    WHERE r.id = mine.id AND r.attempt = mine.attempt AND ${isInState('running')} AND r.service_id = $3
    RETURNING r.id, r.cancel_by AS "cancelBy"`,
};

/** Whoever is not among the rows has lost the run. */
export async function renewLeases(
  sql: Sql,
  runs: readonly Fence[],
  by: { readonly serviceId: string; readonly leaseMs: number },
): Promise<{ readonly id: string; readonly cancelBy: string | null }[]> {
  return sql.rows(RENEW, [runs.map(({ id }) => id), runs.map(({ attempt }) => attempt), by.serviceId, by.leaseMs]);
}

const IDENTIFY: Statement = {
  name: 'identify_process',
  text: `
    UPDATE upkeep.run SET pid = $4, process_started_at = $5
    WHERE id = $1 AND attempt = $2 AND state = 'running' AND service_id = $3 RETURNING id`,
};

/** Notes the process group that carries out the run, for whoever has to end it. False: the run is somebody else's by now. */
export async function identifyProcess(
  sql: Sql,
  run: Fence,
  by: { readonly serviceId: string; readonly pid: number; readonly processStartedAt: string | null },
): Promise<boolean> {
  return (await sql.rows(IDENTIFY, [run.id, run.attempt, by.serviceId, by.pid, by.processStartedAt])).length === 1;
}

const HOLD: Statement = {
  name: 'still_held',
  text: `
    SELECT r.id FROM upkeep.run r JOIN unnest($1::uuid[], $2::int[]) AS mine (id, attempt) ON r.id = mine.id
    WHERE r.attempt = mine.attempt AND ${isInState('running')} AND r.service_id = $3 AND r.cancel_by IS NULL
      AND r.lease_until > clock_timestamp()
    FOR NO KEY UPDATE OF r`,
};

/** Of these runs, those that are still this service's and that nobody cancelled: asked before anything leaves the machine. */
export async function stillHeld(sql: Sql, runs: readonly Fence[], serviceId: string): Promise<ReadonlySet<string>> {
  const rows = await sql.rows<{ id: string }>(HOLD, [runs.map(({ id }) => id), runs.map(({ attempt }) => attempt), serviceId]);
  return new Set(rows.map(({ id }) => id));
}
