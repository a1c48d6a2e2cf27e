/** Who sends what is in the outbox: one sender a repository at a time, the oldest first, and nothing past what failed. */
import type { Sql, Statement } from '../sql.ts';

/** An event that is to go to a ledger. */
export interface OutboxClaim {
  readonly id: string;
  readonly envelope: unknown;
  /** How often somebody has begun to send it, this time included. */
  readonly tries: number;
}

const LOCK: Statement = {
  name: 'lock_outbox',
  text: `SELECT pg_try_advisory_xact_lock(hashtextextended('upkeep:outbox:' || $1::text, 0)) AS "isMine"`,
};

const CLAIM: Statement = {
  name: 'claim_outbox',
  text: `
    WITH next AS (
      SELECT o.id FROM upkeep.outbox o WHERE o.repository_id = $1 AND o.kind = 'ledger' AND o.done_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM upkeep.outbox w
          WHERE w.repository_id = $1 AND w.done_at IS NULL AND w.tries > 0 AND w.next_try_at > clock_timestamp())
      ORDER BY o.created_at, o.id LIMIT $2 FOR NO KEY UPDATE
    ), taken AS (
      UPDATE upkeep.outbox o SET tries = o.tries + 1, next_try_at = clock_timestamp() + $3 * interval '1 ms'
      FROM next WHERE o.id = next.id RETURNING o.id, o.payload, o.tries, o.created_at
    )
    SELECT id, payload AS envelope, tries FROM taken ORDER BY created_at, id`,
};

/**
 * In a transaction of its own. Whoever claims has `holdMs` to mark them; after that they are anybody's again. None while somebody else
 * sends for this repository, or while what failed is not due.
 */
export async function claimOutbox(
  sql: Sql,
  ask: { readonly repositoryId: string; readonly most: number; readonly holdMs: number },
): Promise<OutboxClaim[]> {
  const [lock] = await sql.rows<{ isMine: boolean }>(LOCK, [ask.repositoryId]);
  return lock?.isMine === true ? sql.rows<OutboxClaim>(CLAIM, [ask.repositoryId, ask.most, ask.holdMs]) : [];
}

const DONE: Statement = {
  name: 'outbox_done',
  text: 'UPDATE upkeep.outbox SET done_at = clock_timestamp(), problem = NULL WHERE id = ANY($1::uuid[])',
};

/** They are in the ledger. */
export async function outboxDone(sql: Sql, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await sql.rows(DONE, [[...ids]]);
}

const REFUSED: Statement = {
  name: 'outbox_refused',
  text: `
    UPDATE upkeep.outbox o SET done_at = clock_timestamp(), problem = r.problem
    FROM json_to_recordset($1::json) AS r (id uuid, problem text) WHERE o.id = r.id`,
};

/** They can never be in a ledger: kept with the reason, and not tried again. */
export async function outboxRefused(sql: Sql, rows: readonly { readonly id: string; readonly problem: string }[]): Promise<void> {
  if (rows.length > 0) await sql.rows(REFUSED, [JSON.stringify(rows)]);
}

const FAILED: Statement = {
  name: 'outbox_failed',
  text: `
    UPDATE upkeep.outbox SET problem = $2,
      next_try_at = clock_timestamp() + least(power(2, least(tries, 20)), 900) * interval '1 s'
    WHERE id = ANY($1::uuid[]) AND done_at IS NULL`,
};

/** They could not be sent: again in 2 s, 4 s … 15 min. */
export async function outboxFailed(sql: Sql, ids: readonly string[], problem: string): Promise<void> {
  if (ids.length > 0) await sql.rows(FAILED, [[...ids], problem]);
}

const UNSENT: Statement = {
  name: 'outbox_unsent',
  text: 'SELECT EXISTS (SELECT 1 FROM upkeep.outbox WHERE repository_id = $1 AND done_at IS NULL) AS "isUnsent"',
};

/** Whether something was decided here that the repository's ledger does not know yet. */
export async function hasUnsent(sql: Sql, repositoryId: string): Promise<boolean> {
  const [row] = await sql.rows<{ isUnsent: boolean }>(UNSENT, [repositoryId]);
  return row?.isUnsent === true;
}

const WAITING: Statement = {
  name: 'outbox_waiting',
  text: 'SELECT DISTINCT repository_id AS id FROM upkeep.outbox WHERE repository_id = ANY($1::uuid[]) AND done_at IS NULL',
};

/** Those of these repositories whose ledgers do not know everything that was decided here. */
export async function unsentOf(sql: Sql, repositoryIds: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await sql.rows<{ id: string }>(WAITING, [[...repositoryIds]]);
  return new Set(rows.map(({ id }) => id));
}
