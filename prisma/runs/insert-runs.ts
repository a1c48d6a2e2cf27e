/** New runs: each waits until its agent has room. */
import { jsonParameter, type Sql, type Statement } from '../sql.ts';
import type { NewRun } from './run-row.ts';

const INSERT: Statement = {
  name: 'insert_runs',
  text: `
    INSERT INTO upkeep.run (id, repository_id, agent_id, state, trigger, priority, labels, rank, base, is_forced, slot_at,
      requested_by, requested_at, eligible_at, correlation_id)
    SELECT id, "repositoryId", "agentId", 'waiting', trigger, priority, labels, rank, base, "isForced", "slotAt",
      "requestedBy", "requestedAt", "eligibleAt", "correlationId"
    FROM json_to_recordset($1::json) AS new (id uuid, "repositoryId" uuid, "agentId" uuid, trigger text, priority text, labels text[],
      rank bigint, base text, "isForced" boolean, "slotAt" timestamptz, "requestedBy" text, "requestedAt" timestamptz,
      "eligibleAt" timestamptz, "correlationId" text)
    ON CONFLICT (agent_id, slot_at) DO NOTHING
    RETURNING id`,
};

/** Returns the ids of those that are new: a slot that has its run already makes no second one. */
export async function insertRuns(sql: Sql, runs: readonly NewRun[]): Promise<ReadonlySet<string>> {
  if (runs.length === 0) return new Set();
  const rows = await sql.rows<{ id: string }>(INSERT, [jsonParameter(runs)]);
  return new Set(rows.map(({ id }) => id));
}
