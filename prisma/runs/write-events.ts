/** Events, in the transaction of what they tell. */
import { jsonParameter, type Sql, type Statement } from '../sql.ts';

/** An envelope with what it is about. */
export interface EventRow {
  readonly id: string;
  readonly type: string;
  /** ISO 8601. */
  readonly time: string;
  readonly repositoryId: string | null;
  readonly agentId: string | null;
  readonly runId: string | null;
  readonly envelope: object;
}

const WRITE: Statement = {
  name: 'write_events',
  text: `
    INSERT INTO upkeep.event (transaction, id, type, time, repository_id, agent_id, run_id, envelope)
    SELECT pg_current_xact_id()::text::bigint, id, type, time, "repositoryId", "agentId", "runId", envelope
    FROM json_to_recordset($1::json) AS e (id uuid, type text, time timestamptz, "repositoryId" uuid, "agentId" uuid, "runId" uuid,
      envelope jsonb)
    ON CONFLICT DO NOTHING`,
};

/** A milestone that is here already, because the ledger was read before its run had ended, stays as it is. Resolves when they are sent. */
export function writeEvents(sql: Sql, events: readonly EventRow[]): Promise<void> {
  if (events.length > 0) sql.post(WRITE, [jsonParameter(events)]);
  return Promise.resolve();
}

const READ: Statement = {
  name: 'read_events',
  text: `
    SELECT transaction::text, sequence::text, repository_id AS "repositoryId", envelope FROM upkeep.event
    WHERE (transaction, sequence) > ($1::bigint, $2::bigint) AND transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    ORDER BY transaction, sequence LIMIT $3`,
};

/** Where a reader is; text because the numbers are larger than JavaScript's. */
export interface EventPosition {
  readonly transaction: string;
  readonly sequence: string;
}

/** Events after a position, in order; nothing ever appears before what was read. */
export async function readEvents(
  sql: Sql,
  after: EventPosition,
  most: number,
): Promise<(EventPosition & { readonly repositoryId: string | null; readonly envelope: object })[]> {
  return sql.rows(READ, [after.transaction, after.sequence, most]);
}
