/** What runs came to, with their checks, findings and events, as whoever asked for them wants to read it. */
import type { CheckRow } from './write-checks.ts';
import type { Sql, Statement } from '../sql.ts';

export interface ReportedRun {
  readonly id: string;
  readonly agent: string;
  readonly outcome: string | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly commit: string | null;
  readonly checkedBase: string | null;
  readonly durationMs: number | null;
}

const RUNS: Statement = {
  name: 'reported_runs',
  text: `
    SELECT r.id, a.name AS agent, r.outcome, r.reason, r.message, r.commit, r.checked_base AS "checkedBase",
      coalesce(r.duration_ms, (extract(epoch FROM r.settled_at - r.started_at) * 1000)::int) AS "durationMs"
    FROM upkeep.run r JOIN upkeep.agent a ON a.id = r.agent_id WHERE r.id = ANY($1::uuid[]) ORDER BY a.name`,
};

export async function reportedRuns(sql: Sql, runIds: readonly string[]): Promise<ReportedRun[]> {
  return sql.rows<ReportedRun>(RUNS, [[...runIds]]);
}

const CHECKS: Statement = {
  name: 'reported_checks',
  text: `
    SELECT c.run_id AS "runId", c."check", c.outcome, c.reason, c.duration_ms AS "durationMs", c.command,
      coalesce((SELECT json_agg(json_build_object('path', f.path, 'line', f.line, 'column', f."column", 'rule', f.rule,
          'severity', f.severity, 'message', f.message, 'fingerprint', f.fingerprint, 'isFixed', f.is_fixed) ORDER BY f.id)
        FROM upkeep.finding f WHERE f.run_id = c.run_id AND f."check" = c."check"), '[]'::json) AS findings
    FROM upkeep.check_result c WHERE c.run_id = ANY($1::uuid[]) ORDER BY c."check"`,
};

export async function reportedChecks(sql: Sql, runIds: readonly string[]): Promise<CheckRow[]> {
  return sql.rows<CheckRow>(CHECKS, [[...runIds]]);
}

const EVENTS: Statement = {
  name: 'events_of_runs',
  text: 'SELECT id, envelope FROM upkeep.event WHERE run_id = ANY($1::uuid[]) ORDER BY transaction, sequence',
};

/** In order. */
export async function eventsOfRuns(sql: Sql, runIds: readonly string[]): Promise<{ readonly id: string; readonly envelope: object }[]> {
  return sql.rows(EVENTS, [[...runIds]]);
}
