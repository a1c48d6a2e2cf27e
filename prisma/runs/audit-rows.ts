/** Who did what. */
import { jsonParameter, type Sql, type Statement } from '../sql.ts';

export interface AuditRow {
  readonly by: string;
  /** `pause`, `resume`, `retry`, `run`, `cancel`, `schedule`, `backup`. */
  readonly action: string;
  /** `acme/site docs`, `acme/site`, `everything`. */
  readonly subject: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

const WRITE: Statement = {
  name: 'write_audit',
  text: 'INSERT INTO upkeep.audit (by, action, subject, detail, at) VALUES ($1, $2, $3, $4, clock_timestamp())',
};

/** In the transaction of what was done. */
export async function writeAudit(sql: Sql, { by, action, subject, detail }: AuditRow): Promise<void> {
  await sql.rows(WRITE, [by, action, subject, jsonParameter(detail)]);
}

const LATELY: Statement = {
  name: 'done_lately_by_others',
  text: `SELECT 1 FROM upkeep.audit WHERE at > clock_timestamp() - $3 * interval '1 second' AND action = $1 AND by <> $2 LIMIT 1`,
};

/** Whether somebody else did something within the last seconds. */
export async function doneLatelyByOthers(
  sql: Sql,
  ask: { readonly action: string; readonly by: string; readonly seconds: number },
): Promise<boolean> {
  return (await sql.rows(LATELY, [ask.action, ask.by, ask.seconds])).length > 0;
}
