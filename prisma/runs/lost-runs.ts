/** Runs whose service does not answer any more. */
import type { Sql, Statement } from '../sql.ts';
import { CLAIMED_COLUMNS, withDates, type ClaimedRow, type ClaimedRun } from './run-row.ts';

/** A run and where its process was. */
export interface LostRun extends ClaimedRun {
  readonly serviceId: string;
  readonly host: string;
  readonly bootId: string | null;
  /** Its process group, when it was noted. */
  readonly pid: number | null;
  readonly processStartedAt: string | null;
}

const LOST: Statement = {
  name: 'lost_runs',
  text: `
    SELECT ${CLAIMED_COLUMNS}, s.id AS "serviceId", s.host, s.boot_id AS "bootId", r.pid, r.process_started_at AS "processStartedAt"
    FROM upkeep.run r JOIN upkeep.agent a ON a.id = r.agent_id JOIN upkeep.service s ON s.id = r.service_id
    WHERE r.state = 'running'
      AND (r.service_id = ANY($1::uuid[]) OR ($2::float8 IS NOT NULL AND r.lease_until < clock_timestamp() - $2 * interval '1 ms'))
    ORDER BY r.lease_until LIMIT 500`,
};

/** Runs of services that are known to be dead, and those whose lease ended `graceMs` ago; null: leases are not looked at now. */
export async function lostRuns(sql: Sql, deadServices: readonly string[], graceMs: number | null): Promise<LostRun[]> {
  const rows = await sql.rows<Omit<LostRun, keyof ClaimedRun> & ClaimedRow>(LOST, [[...deadServices], graceMs]);
  return rows.map((row) => withDates(row));
}
