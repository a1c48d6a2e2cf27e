/** Runs without an outcome, in the order of the queue, with what keeps each from starting. */
import type { Sql, Statement } from '../sql.ts';

export interface OpenRun {
  readonly id: string;
  readonly repositoryId: string;
  readonly repository: string;
  readonly agentId: string;
  readonly agent: string;
  readonly branch: string;
  readonly state: 'waiting' | 'queued' | 'running';
  readonly trigger: string;
  readonly priority: string;
  readonly labels: string[];
  readonly requestedBy: string | null;
  readonly requestedAt: Date;
  readonly eligibleAt: Date;
  readonly startedAt: Date | null;
  readonly attempt: number;
  /** Machine of the service that carries it out. */
  readonly host: string | null;
  /** Among all that wait or are queued in this database, from 1; null: it is under way. */
  readonly position: number | null;
  /** Another run of the agent that is queued or under way. */
  readonly agentRunId: string | null;
  /** Whether a run of another agent is under way in the repository. */
  readonly isRepositoryBusy: boolean;
  /** Places of living services that take runs of the repository; null: there is no such service. */
  readonly places: number | null;
  /** Of these places, those that are taken. */
  readonly taken: number;
  /** The database's time. */
  readonly now: Date;
}

const OPEN: Statement = {
  name: 'open_runs',
  text: `
    WITH service AS (
      SELECT s.id, s.max_concurrent AS places, (SELECT count(*) FROM upkeep.run u WHERE u.service_id = s.id AND u.state = 'running') AS taken
      FROM upkeep.service s
      WHERE s.ended_at IS NULL AND s.draining_at IS NULL AND s.seen_at > clock_timestamp() - $2 * interval '1 ms'
    ), open AS (
      SELECT r.*, CASE WHEN r.state <> 'running' THEN
        row_number() OVER (PARTITION BY r.state = 'running' ORDER BY r.rank, r.requested_at, r.id) END AS position
      FROM upkeep.run r WHERE r.state = 'waiting' OR r.state IN ('queued', 'running')
    )
    SELECT r.id, r.repository_id AS "repositoryId", p.name AS repository, r.agent_id AS "agentId", a.name AS agent, a.branch,
      r.state, r.trigger, r.priority, r.labels, r.requested_by AS "requestedBy",
      r.requested_at AS "requestedAt", r.eligible_at AS "eligibleAt", r.started_at AS "startedAt", r.attempt, h.host,
      r.position::int AS position,
      (SELECT b.id FROM open b WHERE b.agent_id = r.agent_id AND b.state IN ('queued', 'running') AND b.id <> r.id LIMIT 1) AS "agentRunId",
      EXISTS (SELECT 1 FROM open b WHERE b.repository_id = r.repository_id AND b.state = 'running' AND b.agent_id <> r.agent_id)
        AS "isRepositoryBusy",
      (SELECT sum(s.places)::int FROM service s JOIN upkeep.served_repository c ON c.service_id = s.id AND c.repository_id = r.repository_id)
        AS places,
      coalesce((SELECT sum(s.taken)::int FROM service s
        JOIN upkeep.served_repository c ON c.service_id = s.id AND c.repository_id = r.repository_id), 0) AS taken,
      clock_timestamp() AS now
    FROM open r JOIN upkeep.agent a ON a.id = r.agent_id JOIN upkeep.repository p ON p.id = r.repository_id
      LEFT JOIN upkeep.service h ON h.id = r.service_id AND r.state = 'running'
    WHERE $1::uuid IS NULL OR r.repository_id = $1
    ORDER BY r.state = 'running' DESC, r.started_at, r.position LIMIT 1000`,
};

/** Of a repository, or with null of all; those under way first. Services count that were seen within `seenMs`. */
export async function openRuns(sql: Sql, repositoryId: string | null, seenMs: number): Promise<OpenRun[]> {
  return sql.rows<OpenRun>(OPEN, [repositoryId, seenMs]);
}
