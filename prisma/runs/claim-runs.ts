/** A service takes runs that the queue handed it, and keeps them by renewing its lease. */
import type { Sql, Statement } from '../sql.ts';
import { CLAIMED_COLUMNS, isInState, type ClaimedRun, type Fence } from './run-row.ts';

const CLAIM: Statement = {
  name: 'claim_runs',
  text: `
    UPDATE upkeep.run r SET state = 'running', attempt = r.attempt + 1, service_id = $2, started_at = clock_timestamp(),
      lease_until = clock_timestamp() + $3 * interval '1 ms', pid = NULL, process_started_at = NULL
    FROM upkeep.agent a
    WHERE r.id = ANY($4::uuid[]) AND r.job_id = ANY($1::uuid[]) AND ${isInState('queued')} AND a.id = r.agent_id
    RETURNING ${CLAIMED_COLUMNS}, r.rank`,
};

/** The queued runs behind these jobs, first the one that comes first; a job whose run is gone, settled or claimed has none. `leaseMs`: how long they are held. */
export async function claimRuns(
  sql: Sql,
  jobs: readonly { readonly id: string; readonly runId: string }[],
  by: { readonly serviceId: string; readonly leaseMs: number },
): Promise<ClaimedRun[]> {
  const jobIds = jobs.map(({ id }) => id);
  const rows = await sql.rows<ClaimedRun & { rank: string }>(CLAIM, [jobIds, by.serviceId, by.leaseMs, jobs.map(({ runId }) => runId)]);
  // An update tells its rows in the order in which it finds them.
  const ranked = rows.sort((one, other) => Number(one.rank) - Number(other.rank) || (one.id < other.id ? -1 : 1));
  return ranked.map(({ rank: _, ...run }) => run);
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
