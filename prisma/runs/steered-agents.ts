/** Agents that a person steers: locked, with all that decides whether they may be steered so. */
import type { Sql, Statement } from '../sql.ts';

/** Which agents: one, those of a repository, or with both null all that are looked after. */
export interface SteerScope {
  readonly repositoryId: string | null;
  readonly agentId: string | null;
}

export interface SteeredAgent {
  readonly agentId: string;
  readonly repositoryId: string;
  /** Name of the repository. */
  readonly repository: string;
  /** `backend`, `qa` … */
  readonly agent: string;
  readonly branch: string;
  readonly isEnabled: boolean;
  readonly priority: string;
  readonly labels: string[];
  readonly isInError: boolean;
  readonly isTripped: boolean;
  readonly cron: string | null;
  readonly timeZone: string | null;
  readonly jitterSeconds: number;
  readonly nextRunAt: Date | null;
  /** Its run that is under way. */
  readonly runningId: string | null;
  /** Runs that wait or are queued. */
  readonly unstarted: number;
  /** The widest pause that holds. */
  readonly pause: SteeredPause | null;
}

export interface SteeredPause {
  readonly kind: 'everything' | 'repository' | 'agent';
  readonly by: string;
  readonly reason: string | null;
}

/** Agents of a branch that the repository is looked after on no more are none. */
const IN_SCOPE = `r.removed_at IS NULL AND a.branch = r.branch AND ($1::uuid IS NULL OR a.repository_id = $1) AND ($2::uuid IS NULL OR a.id = $2)`;

/** In one order everywhere, so that two who steer never wait for each other. */
const LOCK: Statement = {
  name: 'lock_steered_agents',
  text: `
    SELECT a.id FROM upkeep.agent a JOIN upkeep.repository r ON r.id = a.repository_id WHERE ${IN_SCOPE}
    ORDER BY a.id FOR NO KEY UPDATE OF a`,
};

const READ: Statement = {
  name: 'steered_agents',
  text: `
    SELECT a.id AS "agentId", a.repository_id AS "repositoryId", r.name AS repository, a.name AS agent, a.branch,
      a.is_enabled AS "isEnabled", a.priority, a.labels, a.in_error_at IS NOT NULL AS "isInError", a.tripped_at IS NOT NULL AS "isTripped",
      s.cron, s.time_zone AS "timeZone", coalesce(s.jitter_seconds, 0) AS "jitterSeconds", s.next_run_at AS "nextRunAt",
      (SELECT w.id FROM upkeep.run w WHERE w.agent_id = a.id AND w.state = 'running') AS "runningId",
      ((SELECT count(*) FROM upkeep.run w WHERE w.agent_id = a.id AND w.state = 'waiting')
        + (SELECT count(*) FROM upkeep.run w WHERE w.agent_id = a.id AND w.state = 'queued'))::int AS unstarted,
      (SELECT json_build_object('by', p.by, 'reason', p.reason, 'kind',
          CASE WHEN p.agent_id IS NOT NULL THEN 'agent' WHEN p.repository_id IS NOT NULL THEN 'repository' ELSE 'everything' END)
        FROM upkeep.pause p
        WHERE (p.agent_id = a.id OR (p.agent_id IS NULL AND (p.repository_id IS NULL OR p.repository_id = a.repository_id)))
          AND (p.until IS NULL OR p.until > clock_timestamp())
        ORDER BY p.repository_id IS NULL DESC, p.agent_id IS NULL DESC LIMIT 1) AS pause
    FROM upkeep.agent a JOIN upkeep.repository r ON r.id = a.repository_id LEFT JOIN upkeep.schedule s ON s.agent_id = a.id
    WHERE ${IN_SCOPE} ORDER BY r.name, a.name`,
};

/** Locks them until the transaction ends; nobody admits runs of theirs, or steers them, meanwhile. */
export async function lockSteeredAgents(sql: Sql, { repositoryId, agentId }: SteerScope): Promise<void> {
  await sql.rows(LOCK, [repositoryId, agentId]);
}

/** By repository, then agent. */
export async function steeredAgents(sql: Sql, { repositoryId, agentId }: SteerScope): Promise<SteeredAgent[]> {
  return sql.rows<SteeredAgent>(READ, [repositoryId, agentId]);
}

const CLEAR: Statement = {
  name: 'clear_errors',
  text: `UPDATE upkeep.agent SET in_error_at = NULL, in_error_reason = NULL WHERE id = ANY($1::uuid[]) AND in_error_at IS NOT NULL`,
};

/** Ends ERROR. */
export async function clearErrors(sql: Sql, agentIds: readonly string[]): Promise<void> {
  if (agentIds.length > 0) await sql.rows(CLEAR, [[...agentIds]]);
}

const PRIORITY: Statement = { name: 'set_priority', text: 'UPDATE upkeep.agent SET priority = $2 WHERE id = $1' };

export async function setPriority(sql: Sql, agentId: string, priority: string): Promise<void> {
  await sql.rows(PRIORITY, [agentId, priority]);
}

const NOW: Statement = { name: 'database_time', text: 'SELECT clock_timestamp() AS now' };

/** The database's time. */
export async function databaseTime(sql: Sql): Promise<Date> {
  const [row] = await sql.rows<{ now: Date }>(NOW);
  return row?.now ?? new Date();
}
