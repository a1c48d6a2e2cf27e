/** Services that are alive, and which clones they use. */
import type { Sql, Statement } from '../sql.ts';

export interface ServiceRow {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly processStartedAt: string | null;
  readonly bootId: string | null;
  readonly version: string;
  readonly maxConcurrent: number;
}

const REGISTER: Statement = {
  name: 'register_service',
  text: `
    INSERT INTO upkeep.service (id, host, pid, process_started_at, boot_id, version, max_concurrent, started_at, seen_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, clock_timestamp(), clock_timestamp())`,
};

export async function registerService(sql: Sql, row: ServiceRow): Promise<void> {
  await sql.rows(REGISTER, [row.id, row.host, row.pid, row.processStartedAt, row.bootId, row.version, row.maxConcurrent]);
}

const SEEN: Statement = {
  name: 'service_seen',
  text: `
    UPDATE upkeep.service SET seen_at = clock_timestamp(), clock_skew_ms = $2, draining_at = CASE WHEN $3 THEN coalesce(draining_at,
      clock_timestamp()) END, ended_at = NULL WHERE id = $1 RETURNING clock_timestamp() AS now`,
};

/** Says that the service lives, and returns the database's time. */
export async function serviceSeen(
  sql: Sql,
  id: string,
  about: { readonly skewMs: number | null; readonly isDraining: boolean },
): Promise<Date> {
  const [row] = await sql.rows<{ now: Date }>(SEEN, [id, about.skewMs, about.isDraining]);
  return row?.now ?? new Date();
}

const ENDED: Statement = {
  name: 'services_ended',
  text: 'UPDATE upkeep.service SET ended_at = clock_timestamp() WHERE id = ANY($1::uuid[]) AND ended_at IS NULL',
};

export async function servicesEnded(sql: Sql, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await sql.rows(ENDED, [[...ids]]);
}

const ON_HOST: Statement = {
  name: 'services_on_host',
  text: `
    SELECT id, host, pid, process_started_at AS "processStartedAt", boot_id AS "bootId", version, max_concurrent AS "maxConcurrent"
    FROM upkeep.service s WHERE host = $1 AND (ended_at IS NULL
      OR EXISTS (SELECT 1 FROM upkeep.run r WHERE r.service_id = s.id AND r.state = 'running'))`,
};

/** Services of this machine that have not said goodbye, or have runs still. */
export async function servicesOnHost(sql: Sql, host: string): Promise<ServiceRow[]> {
  return sql.rows<ServiceRow>(ON_HOST, [host]);
}

const ALIVE: Statement = {
  name: 'services_alive',
  text: `SELECT count(*)::int AS services FROM upkeep.service WHERE ended_at IS NULL AND seen_at > clock_timestamp() - interval '30 seconds'`,
};

/** How many were seen lately. */
export async function servicesAlive(sql: Sql): Promise<number> {
  return (await sql.rows<{ services: number }>(ALIVE))[0]?.services ?? 0;
}
