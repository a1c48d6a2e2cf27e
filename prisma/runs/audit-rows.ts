/** Who did what. */
import type { Sql, Statement } from '../sql.ts';

export interface AuditRow {
  readonly by: string;
  /** `pause`, `resume`, `retry`, `run`, `cancel`, `schedule`. */
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
  await sql.rows(WRITE, [by, action, subject, JSON.stringify(detail)]);
}
