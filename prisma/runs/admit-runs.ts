/** Room for waiting runs: one an agent, and no more than the limits of their labels. */
import type { Sql, Statement } from '../sql.ts';
import { isInState, type AdmittedRun } from './run-row.ts';

/** In one order everywhere, so that two services never wait for each other. */
const LOCK: Statement = {
  name: 'lock_agents',
  text: 'SELECT id FROM upkeep.agent WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE',
};

/**
 * The first waiting run of each agent that has none queued or under way; runs with a limited label one by one. Subqueries for each
 * agent, and a limit: else the planner reads all waiting runs for each agent, since there were none when it looked.
 */
const ADMIT: Statement = {
  name: 'admit_runs',
  text: `
    WITH first AS (
      SELECT (
        SELECT w.id FROM upkeep.run w WHERE w.state = 'waiting' AND w.agent_id = a.id AND NOT w.labels && $2::text[]
        ORDER BY w.rank, w.requested_at, w.id LIMIT 1) AS id
      FROM unnest($1::uuid[]) AS a (id)
      WHERE (SELECT b.id FROM upkeep.run b WHERE b.agent_id = a.id AND b.state IN ('queued', 'running') LIMIT 1) IS NULL
      LIMIT cardinality($1::uuid[])
    )
    UPDATE upkeep.run r SET state = 'queued', job_id = gen_random_uuid() FROM first WHERE r.id = first.id AND ${isInState('waiting')}
    RETURNING r.id, r.job_id AS "jobId", r.repository_id AS "repositoryId", r.agent_id AS "agentId", r.priority,
      r.eligible_at AS "eligibleAt"`,
};

const LOCK_LABELS: Statement = { name: 'lock_labels', text: `SELECT pg_advisory_xact_lock(hashtextextended('upkeep:labels', 0))` };

const ADMIT_LABELLED: Statement = {
  name: 'admit_labelled_run',
  text: `
    WITH first AS (
      SELECT w.id FROM upkeep.run w
      WHERE w.state = 'waiting' AND w.labels && $1::text[]
        AND NOT EXISTS (SELECT 1 FROM upkeep.run a WHERE a.agent_id = w.agent_id AND a.state IN ('queued', 'running'))
        AND NOT EXISTS (
          SELECT 1 FROM unnest($1::text[], $2::int[]) AS l (label, most)
          WHERE l.label = ANY(w.labels)
            AND (SELECT count(*) FROM upkeep.run a WHERE a.state IN ('queued', 'running') AND l.label = ANY(a.labels)) >= l.most)
      ORDER BY w.rank, w.requested_at, w.id LIMIT 1
    )
    UPDATE upkeep.run r SET state = 'queued', job_id = gen_random_uuid() FROM first WHERE r.id = first.id AND r.state = 'waiting'
    RETURNING r.id, r.job_id AS "jobId", r.repository_id AS "repositoryId", r.agent_id AS "agentId", r.priority,
      r.eligible_at AS "eligibleAt"`,
};

/** How many runs with a label may be queued or under way at once. */
export type LabelLimits = Readonly<Record<string, number>>;

/** Keeps others from admitting runs of these agents until the transaction ends. */
export async function lockAgents(sql: Sql, agentIds: readonly string[]): Promise<void> {
  if (agentIds.length > 0) await sql.rows(LOCK, [[...agentIds]]);
}

/** Admits what has room now; the agents are to be locked, or written to, in this transaction before. */
export async function admitRuns(sql: Sql, agentIds: readonly string[], limits: LabelLimits): Promise<AdmittedRun[]> {
  const labels = Object.keys(limits);
  const admitted = agentIds.length === 0 ? [] : await sql.rows<AdmittedRun>(ADMIT, [[...agentIds], labels]);
  if (labels.length === 0) return admitted;
  await sql.rows(LOCK_LABELS);
  for (;;) {
    const [next] = await sql.rows<AdmittedRun>(ADMIT_LABELLED, [labels, Object.values(limits)]);
    if (next === undefined) return admitted;
    admitted.push(next);
  }
}
