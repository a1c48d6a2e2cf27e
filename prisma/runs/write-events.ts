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

/** Name of the statement that writes them. */
export const WRITE_EVENTS = 'write_events';

const WRITE: Statement = {
  name: WRITE_EVENTS,
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
