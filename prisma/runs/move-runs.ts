/** Runs that go to another place in the queue. */
import type { Sql, Statement } from '../sql.ts';
import type { AdmittedRun } from './run-row.ts';

export interface UnstartedRun {
  readonly state: string;
  readonly agent: string;
  readonly repository: string;
  readonly priority: string;
  readonly jobId: string | null;
  readonly eligibleAt: Date;
}

const LOCK: Statement = {
  name: 'lock_run_to_move',
  text: `
    SELECT r.state, a.name AS agent, p.name AS repository, r.priority, r.job_id AS "jobId", r.eligible_at AS "eligibleAt"
    FROM upkeep.run r JOIN upkeep.agent a ON a.id = r.agent_id JOIN upkeep.repository p ON p.id = r.repository_id
    WHERE r.id = $1 FOR NO KEY UPDATE OF r`,
};

/** Locked until the transaction ends, in whatever state it is; null: there is none such. */
export async function unstartedRun(sql: Sql, id: string): Promise<UnstartedRun | null> {
  return (await sql.rows<UnstartedRun>(LOCK, [id]))[0] ?? null;
}

const MOVE: Statement = {
  name: 'move_run',
  text: `
    UPDATE upkeep.run r SET priority = $2, rank = $3, job_id = CASE WHEN r.state = 'queued' THEN gen_random_uuid() END
    WHERE r.id = $1 AND r.state IN ('waiting', 'queued')
    RETURNING r.id, r.job_id AS "jobId", r.repository_id AS "repositoryId", r.agent_id AS "agentId", r.priority, r.eligible_at AS "eligibleAt"`,
};

/** The run with the job that is to carry it from now on; null: it waits, and has none. */
export async function moveRun(
  sql: Sql,
  to: { readonly id: string; readonly priority: string; readonly rank: number },
): Promise<AdmittedRun | null> {
  const [row] = await sql.rows<Omit<AdmittedRun, 'jobId'> & { readonly jobId: string | null }>(MOVE, [to.id, to.priority, to.rank]);
  return row === undefined || row.jobId === null ? null : { ...row, jobId: row.jobId };
}
