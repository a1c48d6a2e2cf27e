/** Takes away what is too old to keep, a little at a time, so that nobody waits for it. */
import type { Sql, Statement } from './sql.ts';

/** So many of an agent's settled runs stay whatever their age: it may run once a year, and clocks can be wrong. */
const ALWAYS_KEPT = 50;
/** After so many days nobody looks for an event that went to a ledger, nor for what a tool printed. */
const MOST_DAYS: Readonly<Partial<Record<RetiredTable, number>>> = { outbox: 7, logs: 14 };

export interface RunsToKeep {
  readonly days: number;
  /** Of one agent, the newest. */
  readonly perAgent: number;
}

/** What belongs to a run goes with it. By `$1` the agents after it, `$2` of them; an index gives the rest in the order of their age. */
const RUNS: Statement = {
  name: 'retire_runs',
  text: `
    WITH those AS MATERIALIZED (
      SELECT a.id, a.last_run_id FROM upkeep.agent a WHERE a.id > $1::uuid ORDER BY a.id LIMIT $2
    ), old AS (
      SELECT o.id FROM those s CROSS JOIN LATERAL (
        (SELECT r.id FROM upkeep.run r WHERE r.agent_id = s.id AND r.state = 'settled' AND r.id IS DISTINCT FROM s.last_run_id
           AND r.settled_at < clock_timestamp() - $3 * interval '1 day'
           AND r.id < (SELECT k.id FROM upkeep.run k WHERE k.agent_id = s.id AND k.state = 'settled'
             ORDER BY k.id DESC OFFSET ${ALWAYS_KEPT - 1} LIMIT 1)
         ORDER BY r.id LIMIT $5)
        UNION
        (SELECT r.id FROM upkeep.run r WHERE r.agent_id = s.id AND r.state = 'settled' AND r.id IS DISTINCT FROM s.last_run_id
         ORDER BY r.id DESC OFFSET $4 LIMIT $5)
      ) o LIMIT $5
    ), gone AS (
      DELETE FROM upkeep.run r USING old WHERE r.id = old.id AND r.state = 'settled' RETURNING r.id
    )
    SELECT (SELECT count(*)::int FROM gone) AS rows, (SELECT max(id::text) FROM those) AS last, (SELECT count(*)::int FROM those) AS agents`,
};

/** Settled runs of agents after one; `last`: the last of these agents, or null when it was the last of all. */
export async function retireRuns(
  sql: Sql,
  keep: RunsToKeep,
  ask: { readonly after: string; readonly agents: number; readonly most: number },
): Promise<{ readonly rows: number; readonly last: string | null }> {
  const [row] = await sql.rows<{ rows: number; last: string | null; agents: number }>(RUNS, [
    ask.after,
    ask.agents,
    keep.days,
    keep.perAgent,
    ask.most,
  ]);
  return { rows: row?.rows ?? 0, last: row !== undefined && row.agents === ask.agents ? row.last : null };
}

/** The first rows by number are the oldest, so nothing is searched for. */
const byNumber = (table: string, number: string, time: string): string => `
    WITH first AS MATERIALIZED (SELECT ${number} AS n, ${time} AS t FROM upkeep.${table} ORDER BY ${number} LIMIT $2), gone AS (
      DELETE FROM upkeep.${table} e USING first WHERE e.${number} = first.n AND first.t < clock_timestamp() - $1 * interval '1 day' RETURNING 1
    ) SELECT count(*)::int AS rows FROM gone`;

const EVENTS: Statement = { name: 'retire_events', text: byNumber('event', 'sequence', 'time') };
const AUDIT: Statement = { name: 'retire_audit', text: byNumber('audit', 'id', 'at') };

const OUTBOX: Statement = {
  name: 'retire_outbox',
  text: `
    WITH gone AS (
      DELETE FROM upkeep.outbox WHERE id IN (
        SELECT id FROM upkeep.outbox WHERE done_at < clock_timestamp() - $1 * interval '1 day' LIMIT $2) RETURNING 1
    ) SELECT count(*)::int AS rows FROM gone`,
};

/** What tools printed; it goes with its run as well. */
const LOGS: Statement = {
  name: 'retire_logs',
  text: `
    WITH old AS (
      SELECT l.run_id, l."check", l.place FROM upkeep.check_log l JOIN upkeep.run r ON r.id = l.run_id
      WHERE r.settled_at < clock_timestamp() - $1 * interval '1 day' LIMIT $2
    ), gone AS (
      DELETE FROM upkeep.check_log l USING old o WHERE l.run_id = o.run_id AND l."check" = o."check" AND l.place = o.place RETURNING 1
    ) SELECT count(*)::int AS rows FROM gone`,
};

/** A service that nobody has seen for so long says goodbye no more; one whose run is still to be recovered stays. */
const SERVICES: Statement = {
  name: 'retire_services',
  text: `
    WITH gone AS (
      DELETE FROM upkeep.service s WHERE s.id IN (
        SELECT o.id FROM upkeep.service o WHERE greatest(o.seen_at, o.ended_at) < clock_timestamp() - $1 * interval '1 day'
          AND NOT EXISTS (SELECT 1 FROM upkeep.run r WHERE r.state = 'running' AND r.service_id = o.id) LIMIT $2) RETURNING 1
    ) SELECT count(*)::int AS rows FROM gone`,
};

/** What else goes by age: events, entries of the audit, services that are gone, what ledgers have been told, and what checks printed. */
export type RetiredTable = 'events' | 'audit' | 'services' | 'outbox' | 'logs';

const STATEMENTS: Readonly<Record<RetiredTable, Statement>> = {
  events: EVENTS,
  audit: AUDIT,
  services: SERVICES,
  outbox: OUTBOX,
  logs: LOGS,
};

/** Takes away at most `most` rows that are older than `days`, and returns how many. */
export async function retireRows(sql: Sql, table: RetiredTable, ask: { readonly days: number; readonly most: number }): Promise<number> {
  const days = Math.min(ask.days, MOST_DAYS[table] ?? ask.days);
  const [row] = await sql.rows<{ rows: number }>(STATEMENTS[table], [days, ask.most]);
  return row?.rows ?? 0;
}
