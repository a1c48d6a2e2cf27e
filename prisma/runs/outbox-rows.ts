/** What is to be done outside of the database once a transaction has held: events for the ledgers of repositories. */
import { jsonParameter, type Sql, type Statement } from '../sql.ts';

/** Kind `ledger`: one event for the ledger of a repository. `id` is the event's, so nothing is written there twice. */
export interface OutboxRow {
  readonly id: string;
  readonly repositoryId: string;
  /** The whole envelope. */
  readonly envelope: unknown;
  readonly at: Date;
}

const WRITE: Statement = {
  name: 'write_outbox',
  text: `
    INSERT INTO upkeep.outbox (id, repository_id, kind, payload, created_at, next_try_at)
    SELECT id, "repositoryId", 'ledger', envelope, at, at
    FROM json_to_recordset($1::json) AS o (id uuid, "repositoryId" uuid, envelope jsonb, at timestamptz)
    ON CONFLICT (id) DO NOTHING`,
};

/** In the transaction of what the events tell. */
export async function writeOutbox(sql: Sql, rows: readonly OutboxRow[]): Promise<void> {
  if (rows.length > 0) await sql.rows(WRITE, [jsonParameter(rows)]);
}
