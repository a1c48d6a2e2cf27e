/** What the checks of runs print, in pieces as it is printed. */
import { jsonParameter, type Sql, type Statement } from '../sql.ts';

export interface LogPiece {
  readonly runId: string;
  readonly check: string;
  /** Bytes of UTF-8 before it. */
  readonly place: number;
  readonly text: string;
}

const APPEND: Statement = {
  name: 'append_check_logs',
  text: `
    INSERT INTO upkeep.check_log (run_id, "check", place, text)
    SELECT p."runId", p."check", p.place, p.text FROM json_to_recordset($1::json) AS p ("runId" uuid, "check" text, place int, text text)
    WHERE EXISTS (SELECT 1 FROM upkeep.run r WHERE r.id = p."runId")
    ON CONFLICT (run_id, "check", place) DO UPDATE SET text = EXCLUDED.text`,
};

/** Runs that are gone already are left out. */
export async function appendLogs(sql: Sql, pieces: readonly LogPiece[]): Promise<void> {
  if (pieces.length > 0) await sql.rows(APPEND, [jsonParameter(pieces)]);
}

const FORGET: Statement = { name: 'forget_check_logs', text: 'DELETE FROM upkeep.check_log WHERE run_id = ANY($1::uuid[])' };

/** Another attempt begins. */
export async function forgetLogs(sql: Sql, runIds: readonly string[]): Promise<void> {
  if (runIds.length > 0) await sql.rows(FORGET, [[...runIds]]);
}

const READ: Statement = {
  name: 'read_check_log',
  text: `
    SELECT place, text FROM upkeep.check_log WHERE run_id = $1 AND "check" = $2
      AND place >= coalesce((SELECT max(place) FROM upkeep.check_log WHERE run_id = $1 AND "check" = $2 AND place <= $3), 0)
    ORDER BY place LIMIT $4`,
};

/** The pieces from the one that holds the byte `after`. */
export async function readLog(
  sql: Sql,
  ask: { readonly runId: string; readonly check: string; readonly after: number; readonly most: number },
): Promise<{ readonly place: number; readonly text: string }[]> {
  return sql.rows(READ, [ask.runId, ask.check, ask.after, ask.most]);
}

const SIZES: Statement = {
  name: 'check_log_sizes',
  text: `
    SELECT "check", max(place + octet_length(text))::int AS size FROM upkeep.check_log WHERE run_id = $1 GROUP BY "check" ORDER BY "check"`,
};

/** Bytes of the log of each check of a run that has one. */
export async function logSizes(sql: Sql, runId: string): Promise<{ readonly check: string; readonly size: number }[]> {
  return sql.rows(SIZES, [runId]);
}
