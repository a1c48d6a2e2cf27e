/** What a ledger says of agents: pauses and escalations, and how far the ledger was read. */
import { jsonParameter, type Sql, type Statement } from '../sql.ts';

export interface KnownAgent {
  readonly id: string;
  readonly name: string;
  readonly isInError: boolean;
}

const LOCK: Statement = {
  name: 'lock_agents_of',
  text: 'SELECT id FROM upkeep.agent WHERE repository_id = $1 ORDER BY id FOR NO KEY UPDATE',
};

const AGENTS: Statement = {
  name: 'agents_of',
  text: 'SELECT id, name, in_error_at IS NOT NULL AS "isInError" FROM upkeep.agent WHERE repository_id = $1 AND branch = $2',
};

/** Keeps others from deciding about the agents of a repository until the transaction ends. */
export async function lockAgentsOf(sql: Sql, repositoryId: string): Promise<void> {
  await sql.rows(LOCK, [repositoryId]);
}

/** By name. */
export async function agentsOf(
  sql: Sql,
  of: { readonly repositoryId: string; readonly branch: string },
): Promise<ReadonlyMap<string, KnownAgent>> {
  const rows = await sql.rows<KnownAgent>(AGENTS, [of.repositoryId, of.branch]);
  return new Map(rows.map((row) => [row.name, row]));
}

const END: Statement = {
  name: 'end_pause',
  text: 'DELETE FROM upkeep.pause WHERE repository_id = $1 AND agent_id IS NOT DISTINCT FROM $2::uuid',
};

/** Ends exactly this pause: of the repository (`agentId` null) or of the agent. */
export async function endPause(sql: Sql, of: { readonly repositoryId: string; readonly agentId: string | null }): Promise<void> {
  await sql.rows(END, [of.repositoryId, of.agentId]);
}

export interface EscalationRow {
  readonly agentId: string;
  readonly kind: string;
  /** Null where GitHub would not take an issue. */
  readonly number: number | null;
  readonly url: string | null;
  readonly since: Date;
}

const ESCALATIONS: Statement = {
  name: 'write_escalations',
  text: `
    INSERT INTO upkeep.escalation (agent_id, kind, number, url, since)
    SELECT "agentId", kind, number, url, since
    FROM json_to_recordset($1::json) AS e ("agentId" uuid, kind text, number int, url text, since timestamptz)
    ON CONFLICT (agent_id, kind) DO UPDATE SET number = EXCLUDED.number, url = EXCLUDED.url, since = EXCLUDED.since, closed_at = NULL`,
};

const CLOSE: Statement = {
  name: 'close_escalations',
  text: `
    UPDATE upkeep.escalation e SET closed_at = $3
    WHERE e.agent_id = ANY($1::uuid[]) AND e.closed_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM json_to_recordset($2::json) AS o ("agentId" uuid, kind text)
        WHERE o."agentId" = e.agent_id AND o.kind = e.kind)`,
};

/** The issues that are open of these agents; others of theirs are closed by now. */
export async function writeEscalations(
  sql: Sql,
  open: readonly EscalationRow[],
  of: { readonly agentIds: readonly string[]; readonly now: Date },
): Promise<void> {
  if (of.agentIds.length === 0) return;
  const rows = jsonParameter(open);
  await Promise.all([sql.rows(ESCALATIONS, [rows]), sql.rows(CLOSE, [[...of.agentIds], rows, of.now])]);
}

/** How far a repository's shared ledger is in the database. */
export interface LedgerPosition {
  /** The commit; null: nothing of it is. */
  readonly tip: string | null;
  /** Number of its newest batch. */
  readonly sequence: number;
}

const POSITION: Statement = {
  name: 'ledger_position',
  text: 'SELECT ledger_tip AS tip, ledger_sequence::float8 AS sequence FROM upkeep.repository WHERE id = $1',
};

export async function ledgerPosition(sql: Sql, repositoryId: string): Promise<LedgerPosition> {
  const [row] = await sql.rows<LedgerPosition>(POSITION, [repositoryId]);
  return row ?? { tip: null, sequence: 0 };
}

const IDENTITY: Statement = {
  name: 'ledger_position_of_identity',
  text: 'SELECT ledger_tip AS tip, ledger_sequence::float8 AS sequence FROM upkeep.repository WHERE identity = $1',
};

/** The same for a repository by its identity, such as one that may be new. */
export async function ledgerPositionOf(sql: Sql, identity: string): Promise<LedgerPosition> {
  const [row] = await sql.rows<LedgerPosition>(IDENTITY, [identity]);
  return row ?? { tip: null, sequence: 0 };
}

const MOVE: Statement = {
  name: 'move_ledger_position',
  text: 'UPDATE upkeep.repository SET ledger_tip = $2, ledger_sequence = $3 WHERE id = $1',
};

export async function moveLedgerPosition(sql: Sql, repositoryId: string, to: LedgerPosition): Promise<void> {
  await sql.rows(MOVE, [repositoryId, to.tip, to.sequence]);
}
