/** What a repository's ledger tells of runs that other places did: each is in the database once, however often it is read. */
import { jsonParameter, type Sql, type Statement } from '../sql.ts';
import type { EventRow } from './write-events.ts';

/** An agent on a branch. */
export interface ImportedPlace {
  readonly name: string;
  readonly branch: string;
}

/** A run that ended elsewhere. */
export interface ImportedRun {
  readonly id: string;
  readonly agentId: string;
  readonly trigger: string;
  /** Where it was: `ci:…`, `laptop:…`. */
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly startedAt: Date;
  readonly settledAt: Date;
  readonly durationMs: number;
  readonly outcome: string;
  readonly reason: string | null;
  readonly message: string | null;
  readonly commit: string | null;
  readonly base: string | null;
  readonly errors: number | null;
  readonly warnings: number | null;
  readonly fixed: number | null;
  readonly correlationId: string;
}

const LOCK: Statement = { name: 'lock_repository', text: 'SELECT id FROM upkeep.repository WHERE id = $1 FOR NO KEY UPDATE' };

/** One reads a ledger into the database at a time. */
export async function lockRepository(sql: Sql, repositoryId: string): Promise<void> {
  await sql.rows(LOCK, [repositoryId]);
}

const MAKE: Statement = {
  name: 'make_imported_agents',
  text: `
    INSERT INTO upkeep.agent (id, repository_id, name, branch, is_enabled)
    SELECT gen_random_uuid(), $1, name, branch, false FROM json_to_recordset($2::json) AS p (name text, branch text)
    ORDER BY name, branch ON CONFLICT (repository_id, name, branch) DO NOTHING`,
};

const FIND: Statement = {
  name: 'find_imported_agents',
  text: `
    SELECT a.id, a.name, a.branch FROM json_to_recordset($2::json) AS p (name text, branch text)
    JOIN upkeep.agent a ON a.repository_id = $1 AND a.name = p.name AND a.branch = p.branch`,
};

/** The agents with their ids; on a branch that nobody looks after they have no schedule and never run here. */
export async function importedAgents(
  sql: Sql,
  repositoryId: string,
  places: readonly ImportedPlace[],
): Promise<readonly (ImportedPlace & { readonly id: string })[]> {
  if (places.length === 0) return [];
  const values = [repositoryId, jsonParameter(places)];
  await sql.rows(MAKE, values);
  return sql.rows(FIND, values);
}

const RUNS: Statement = {
  name: 'import_runs',
  text: `
    WITH made AS (
      INSERT INTO upkeep.run (id, repository_id, agent_id, state, trigger, priority, rank, base, requested_by, requested_at, eligible_at,
        started_at, settled_at, duration_ms, outcome, reason, message, commit, checked_base, errors, warnings, fixed, correlation_id)
      SELECT r.id, $1, r."agentId", 'settled', r.trigger, a.priority, 0, r.base, r."requestedBy", r."requestedAt", r."requestedAt",
        r."startedAt", r."settledAt", r."durationMs", r.outcome, r.reason, r.message, r.commit, r.base, r.errors, r.warnings, r.fixed,
        r."correlationId"
      FROM json_to_recordset($2::json) AS r (id uuid, "agentId" uuid, trigger text, "requestedBy" text, "requestedAt" timestamptz,
        "startedAt" timestamptz, "settledAt" timestamptz, "durationMs" int, outcome text, reason text, message text, commit text,
        base text, errors int, warnings int, fixed int, "correlationId" text)
      JOIN upkeep.agent a ON a.id = r."agentId"
      ON CONFLICT DO NOTHING
      RETURNING id, agent_id, outcome, reason, settled_at
    ), newest AS (
      SELECT DISTINCT ON (agent_id) * FROM made ORDER BY agent_id, settled_at DESC
    ), told AS (
      UPDATE upkeep.agent a SET last_run_id = n.id, last_outcome = n.outcome, last_reason = n.reason, last_settled_at = n.settled_at
      FROM newest n WHERE a.id = n.agent_id AND (a.last_settled_at IS NULL OR a.last_settled_at < n.settled_at)
    )
    SELECT id FROM made`,
};

/** Returns the ids of those that the database did not have. */
export async function importRuns(sql: Sql, repositoryId: string, runs: readonly ImportedRun[]): Promise<ReadonlySet<string>> {
  if (runs.length === 0) return new Set();
  const rows = await sql.rows<{ id: string }>(RUNS, [repositoryId, jsonParameter(runs)]);
  return new Set(rows.map(({ id }) => id));
}

const EVENTS: Statement = {
  name: 'import_events',
  text: `
    INSERT INTO upkeep.event (transaction, id, type, time, repository_id, agent_id, run_id, envelope)
    SELECT pg_current_xact_id()::text::bigint, id, type, time, "repositoryId", "agentId", "runId", envelope
    FROM json_to_recordset($1::json) AS e (id uuid, type text, time timestamptz, "repositoryId" uuid, "agentId" uuid, "runId" uuid,
      envelope jsonb)
    ON CONFLICT DO NOTHING RETURNING id`,
};

/** Returns the ids of those that the database did not have. */
export async function importEvents(sql: Sql, events: readonly EventRow[]): Promise<ReadonlySet<string>> {
  if (events.length === 0) return new Set();
  const rows = await sql.rows<{ id: string }>(EVENTS, [jsonParameter(events)]);
  return new Set(rows.map(({ id }) => id));
}

const MILESTONES: Statement = {
  name: 'milestones_of',
  text: `
    SELECT id, type, time, envelope FROM upkeep.event
    WHERE repository_id = $1 AND type = ANY($2::text[]) AND time >= $3
      AND (envelope->>'source' NOT LIKE 'laptop:%' OR EXISTS (SELECT 1 FROM upkeep.outbox o WHERE o.id = event.id))
    ORDER BY time, sequence LIMIT $4`,
};

/** The events of these types since a time, oldest first; what laptops did is in their own clones, and not for everybody. */
export async function milestonesOf(
  sql: Sql,
  of: { readonly repositoryId: string; readonly types: readonly string[]; readonly since: Date; readonly most: number },
): Promise<{ readonly id: string; readonly type: string; readonly time: Date; readonly envelope: object }[]> {
  return sql.rows(MILESTONES, [of.repositoryId, [...of.types], of.since, of.most]);
}

const SERVERS: Statement = {
  name: 'services_of_repository',
  text: `
    SELECT count(*)::int AS count FROM upkeep.served_repository r JOIN upkeep.service s ON s.id = r.service_id
    WHERE r.repository_id = $1 AND s.ended_at IS NULL AND s.seen_at > clock_timestamp() - interval '1 minute'`,
};

/** How many services look after a repository now. */
export async function servicesOf(sql: Sql, repositoryId: string): Promise<number> {
  const [row] = await sql.rows<{ count: number }>(SERVERS, [repositoryId]);
  return row?.count ?? 0;
}
