/** Repositories, their agents and schedules, as a service wants them. */
import { jsonParameter, type Sql, type Statement } from '../sql.ts';

export interface RepositoryRow {
  readonly id: string;
  readonly identity: string;
  readonly name: string;
  readonly branch: string;
  readonly configuredAt: string | null;
  readonly configError: string | null;
}

const REPOSITORY: Statement = {
  name: 'upsert_repository',
  text: `
    INSERT INTO upkeep.repository (id, identity, name, branch, configured_at, config_error) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (identity) DO UPDATE SET name = EXCLUDED.name, branch = EXCLUDED.branch, configured_at = EXCLUDED.configured_at,
      config_error = EXCLUDED.config_error, removed_at = NULL, problem = NULL
    RETURNING id`,
};

/** Makes the repository or brings it up to date; returns the id that it has. */
export async function upsertRepository(sql: Sql, row: RepositoryRow): Promise<string> {
  const values = [row.id, row.identity, row.name, row.branch, row.configuredAt, row.configError];
  const [found] = await sql.rows<{ id: string }>(REPOSITORY, values);
  return found?.id ?? row.id;
}

const NEWEST: Statement = {
  name: 'newest_commits',
  text: 'SELECT id, configured_at AS commit FROM upkeep.repository WHERE id = ANY($1::uuid[]) AND configured_at IS NOT NULL',
};

/** The newest commit of each repository's branch, as far as it was heard of. */
export async function newestCommits(sql: Sql, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await sql.rows<{ id: string; commit: string }>(NEWEST, [[...ids]]);
  return new Map(rows.map(({ id, commit }) => [id, commit]));
}

export interface AgentRow {
  readonly id: string;
  readonly name: string;
  readonly isEnabled: boolean;
  readonly priority: string;
  readonly labels: readonly string[];
  readonly streak: number;
  readonly trippedAt: Date | null;
  readonly nextTryAt: Date | null;
  readonly inErrorAt: Date | null;
  readonly inErrorReason: string | null;
}

const AGENTS: Statement = {
  name: 'upsert_agents',
  text: `
    INSERT INTO upkeep.agent (id, repository_id, name, branch, is_enabled, priority, labels, streak, tripped_at, next_try_at,
      in_error_at, in_error_reason)
    SELECT id, $1, name, $2, "isEnabled", priority, labels, streak, "trippedAt", "nextTryAt", "inErrorAt", "inErrorReason"
    FROM json_to_recordset($3::json) AS a (id uuid, name text, "isEnabled" boolean, priority text, labels text[], streak int,
      "trippedAt" timestamptz, "nextTryAt" timestamptz, "inErrorAt" timestamptz, "inErrorReason" text)
    ORDER BY name
    ON CONFLICT (repository_id, name, branch) DO UPDATE SET is_enabled = EXCLUDED.is_enabled, priority = EXCLUDED.priority,
      labels = EXCLUDED.labels, streak = EXCLUDED.streak, tripped_at = EXCLUDED.tripped_at, next_try_at = EXCLUDED.next_try_at,
      in_error_at = EXCLUDED.in_error_at, in_error_reason = EXCLUDED.in_error_reason
    RETURNING id, name`,
};

/** Returns the ids by name. */
export async function upsertAgents(
  sql: Sql,
  of: { readonly repositoryId: string; readonly branch: string },
  rows: readonly AgentRow[],
): Promise<ReadonlyMap<string, string>> {
  const found = await sql.rows<{ id: string; name: string }>(AGENTS, [of.repositoryId, of.branch, jsonParameter(rows)]);
  return new Map(found.map(({ id, name }) => [name, id]));
}

export interface ScheduleRow {
  readonly agentId: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly source: string;
  readonly setBy: string | null;
  readonly missed: string;
  readonly missedWindowSeconds: number;
  readonly overlap: string;
  readonly jitterSeconds: number;
  readonly nextSlotAt: Date | null;
  readonly nextRunAt: Date | null;
}

const SCHEDULES: Statement = {
  name: 'schedules_of',
  text: `
    SELECT agent_id AS "agentId", cron, time_zone AS "timeZone", source, set_by AS "setBy", missed,
      missed_window_seconds AS "missedWindowSeconds", overlap, jitter_seconds AS "jitterSeconds", next_slot_at AS "nextSlotAt",
      next_run_at AS "nextRunAt"
    FROM upkeep.schedule WHERE agent_id = ANY($1::uuid[]) ORDER BY agent_id FOR NO KEY UPDATE`,
};

/** The schedules of agents, locked until the transaction ends. */
export async function schedulesOf(sql: Sql, agentIds: readonly string[]): Promise<ReadonlyMap<string, ScheduleRow>> {
  const rows = await sql.rows<ScheduleRow>(SCHEDULES, [[...agentIds]]);
  return new Map(rows.map((row) => [row.agentId, row]));
}

const WRITE: Statement = {
  name: 'write_schedules',
  text: `
    INSERT INTO upkeep.schedule (agent_id, cron, time_zone, source, set_by, missed, missed_window_seconds, overlap, jitter_seconds,
      next_slot_at, next_run_at)
    SELECT "agentId", cron, "timeZone", source, "setBy", missed, "missedWindowSeconds", overlap, "jitterSeconds", "nextSlotAt",
      "nextRunAt"
    FROM json_to_recordset($1::json) AS s ("agentId" uuid, cron text, "timeZone" text, source text, "setBy" text, missed text,
      "missedWindowSeconds" int, overlap text, "jitterSeconds" int, "nextSlotAt" timestamptz, "nextRunAt" timestamptz)
    ORDER BY "agentId"
    ON CONFLICT (agent_id) DO UPDATE SET cron = EXCLUDED.cron, time_zone = EXCLUDED.time_zone, source = EXCLUDED.source,
      set_by = EXCLUDED.set_by, missed = EXCLUDED.missed, missed_window_seconds = EXCLUDED.missed_window_seconds,
      overlap = EXCLUDED.overlap, jitter_seconds = EXCLUDED.jitter_seconds, next_slot_at = EXCLUDED.next_slot_at,
      next_run_at = EXCLUDED.next_run_at`,
};

export async function writeSchedules(sql: Sql, rows: readonly ScheduleRow[]): Promise<void> {
  if (rows.length > 0) await sql.rows(WRITE, [jsonParameter(rows)]);
}

const SERVE: Statement = {
  name: 'serve_repository',
  text: `
    WITH usable AS (UPDATE upkeep.repository SET problem = NULL WHERE id = $2 AND problem IS NOT NULL)
    INSERT INTO upkeep.served_repository (service_id, repository_id, path) VALUES ($1, $2, $3)
    ON CONFLICT (service_id, repository_id) DO UPDATE SET path = EXCLUDED.path`,
};

/** Notes which clone a service uses, and that the repository can be worked on. */
export async function serveRepository(
  sql: Sql,
  row: { readonly serviceId: string; readonly repositoryId: string; readonly path: string },
): Promise<void> {
  await sql.rows(SERVE, [row.serviceId, row.repositoryId, row.path]);
}

const FOREIGN: Statement = {
  name: 'foreign_repositories',
  text: 'SELECT id FROM upkeep.repository WHERE id <> ALL($1::uuid[]) AND removed_at IS NULL',
};

/** Repositories in the database other than these. */
export async function otherRepositories(sql: Sql, ids: readonly string[]): Promise<string[]> {
  return (await sql.rows<{ id: string }>(FOREIGN, [[...ids]])).map(({ id }) => id);
}

const WITHHOLD: Statement = {
  name: 'withhold_repository',
  text: `
    WITH gone AS (DELETE FROM upkeep.served_repository WHERE service_id = $1 AND repository_id = $2)
    UPDATE upkeep.repository SET problem = $3 WHERE id = $2
      AND NOT EXISTS (SELECT 1 FROM upkeep.served_repository s WHERE s.repository_id = $2 AND s.service_id <> $1)`,
};

/** Notes that a service cannot use its clone any more, and why nobody works on the repository when no other service does. */
export async function withholdRepository(
  sql: Sql,
  row: { readonly serviceId: string; readonly repositoryId: string; readonly problem: string },
): Promise<void> {
  await sql.rows(WITHHOLD, [row.serviceId, row.repositoryId, row.problem]);
}

const BRANCHES: Statement = {
  name: 'served_branches',
  text: `
    SELECT DISTINCT ON (r.identity) r.identity, r.branch, s.host
    FROM upkeep.repository r JOIN upkeep.served_repository o ON o.repository_id = r.id JOIN upkeep.service s ON s.id = o.service_id
    WHERE r.identity = ANY($1::text[]) AND s.ended_at IS NULL AND s.seen_at > clock_timestamp() - $2 * interval '1 ms'
    ORDER BY r.identity, s.seen_at DESC`,
};

/** A service looks at its database every five seconds. */
const LIVELY_MS = 30_000;

/** Branches that services at work look after, by identity of the repository. */
export async function servedBranches(
  sql: Sql,
  identities: readonly string[],
): Promise<ReadonlyMap<string, { readonly branch: string; readonly host: string }>> {
  const rows = await sql.rows<{ identity: string; branch: string; host: string }>(BRANCHES, [[...identities], LIVELY_MS]);
  return new Map(rows.map(({ identity, branch, host }) => [identity, { branch, host }]));
}
