/** What the checks of a settled run found. */
import { jsonParameter, type Sql, type Statement } from '../sql.ts';

export interface FindingRow {
  readonly path: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly rule: string;
  readonly severity: string;
  readonly message: string;
  readonly fingerprint: string;
  readonly isFixed: boolean;
}

export interface CheckRow {
  readonly runId: string;
  readonly check: string;
  readonly outcome: string;
  readonly reason: string | null;
  /** ISO 8601; null or absent: nobody watched it. */
  readonly startedAt?: string | null;
  /** Null: nobody says. */
  readonly durationMs: number | null;
  readonly command: string | null;
  readonly findings: readonly FindingRow[];
}

const CHECKS: Statement = {
  name: 'write_checks',
  text: `
    INSERT INTO upkeep.check_result (run_id, "check", outcome, reason, started_at, duration_ms, command)
    SELECT "runId", "check", outcome, reason, "startedAt", "durationMs", command
    FROM json_to_recordset($1::json) AS c ("runId" uuid, "check" text, outcome text, reason text, "startedAt" timestamptz,
      "durationMs" int, command text)`,
};

const FINDINGS: Statement = {
  name: 'write_findings',
  text: `
    INSERT INTO upkeep.finding (run_id, "check", path, line, "column", rule, severity, message, fingerprint, is_fixed)
    SELECT "runId", "check", path, line, "column", rule, severity, message, fingerprint, "isFixed"
    FROM json_to_recordset($1::json) AS f ("runId" uuid, "check" text, path text, line int, "column" int, rule text, severity text,
      message text, fingerprint text, "isFixed" boolean)`,
};

export async function writeChecks(sql: Sql, checks: readonly CheckRow[]): Promise<void> {
  if (checks.length === 0) return;
  const findings = checks.flatMap((check) => check.findings.map((finding) => ({ ...finding, runId: check.runId, check: check.check })));
  const written = sql.rows(CHECKS, [jsonParameter(checks)]);
  // When both fail only one of them is waited for.
  written.catch(() => undefined);
  if (findings.length > 0) await sql.rows(FINDINGS, [jsonParameter(findings)]);
  await written;
}
