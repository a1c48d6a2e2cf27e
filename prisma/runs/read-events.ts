/**
 * Events in the order of their transactions, and only those whose transaction is older than every one that writes still: then nothing
 * appears behind what was read.
 */
import type { Sql, Statement } from '../sql.ts';

/** Behind an event. */
export interface EventPlace {
  readonly transaction: number;
  readonly sequence: number;
}

/** Before all events. */
export const BEGINNING: EventPlace = { transaction: -1, sequence: -1 };

export interface ReadEvent extends EventPlace {
  readonly repositoryId: string | null;
  readonly agentId: string | null;
  readonly runId: string | null;
  readonly envelope: object;
}

export interface ReadPage {
  readonly events: readonly ReadEvent[];
  /** Whether there are some that are to be read as soon as a transaction that is under way has ended. */
  readonly isHeldBack: boolean;
}

/** Transactions from here on may write still. */
const UNDER_WAY = 'pg_snapshot_xmin(pg_current_snapshot())::text::bigint';

// One statement, so that what is held back and what is read are of one moment.
const AFTER: Statement = {
  name: 'events_after',
  text: `
    SELECT transaction::float8 AS transaction, sequence::float8 AS sequence, repository_id AS "repositoryId", agent_id AS "agentId",
      run_id AS "runId", envelope, held AS "isHeldBack"
    FROM (SELECT $3::bigint IS NULL AND EXISTS (SELECT 1 FROM upkeep.event later WHERE later.transaction >= ${UNDER_WAY}) AS held) h
    LEFT JOIN LATERAL (
      SELECT * FROM upkeep.event
      WHERE (transaction, sequence) > ($1::bigint, $2::bigint) AND transaction < ${UNDER_WAY}
        AND ($3::bigint IS NULL OR (transaction, sequence) <= ($3::bigint, $4::bigint))
      ORDER BY transaction, sequence LIMIT $5
    ) e ON true
    ORDER BY transaction, sequence`,
};

/** Without events there is one row all the same. */
type AfterRow = { readonly isHeldBack: boolean } & (ReadEvent | { readonly sequence: null });

/** What is asked for the first `limit` events after a place, and with `upTo` not after that one. */
export function questionAfter(
  after: EventPlace,
  { upTo = null, limit }: { readonly upTo?: EventPlace | null; readonly limit: number },
): { readonly statement: Statement; readonly values: readonly unknown[] } {
  return { statement: AFTER, values: [after.transaction, after.sequence, upTo?.transaction ?? null, upTo?.sequence ?? null, limit] };
}

/** The rows of `questionAfter` as a page. */
export function pageOf(rows: readonly object[]): ReadPage {
  const read = rows as readonly AfterRow[];
  const events = read.flatMap(({ isHeldBack: _, ...event }) => (event.sequence === null ? [] : [event]));
  return { events, isHeldBack: read[0]?.isHeldBack ?? false };
}

/** The first `limit` events after a place, and with `upTo` not after that one. */
export async function eventsAfter(
  sql: Sql,
  after: EventPlace,
  bounds: { readonly upTo?: EventPlace | null; readonly limit: number },
): Promise<ReadPage> {
  const { statement, values } = questionAfter(after, bounds);
  return pageOf(await sql.rows<AfterRow>(statement, values));
}

const NEWEST: Statement = {
  name: 'newest_event',
  text: `
    SELECT transaction::float8 AS transaction, sequence::float8 AS sequence FROM upkeep.event e WHERE e.transaction < ${UNDER_WAY}
    ORDER BY e.transaction DESC, e.sequence DESC LIMIT 1`,
};

const NEXT: Statement = { name: 'next_transaction', text: 'SELECT pg_snapshot_xmax(pg_current_snapshot())::text::float8 AS next' };

/** The newest event that can be read; `next`: the first transaction that has not begun. A place beyond it is of another server. */
export async function newestEvent(sql: Sql): Promise<{ readonly place: EventPlace; readonly next: number }> {
  const [[place], [row]] = await Promise.all([sql.rows<EventPlace>(NEWEST), sql.rows<{ next: number }>(NEXT)]);
  return { place: place ?? BEGINNING, next: row?.next ?? Number.MAX_SAFE_INTEGER };
}

/** Whether `a` is behind `b`. */
export function isAfter(a: EventPlace, b: EventPlace): boolean {
  return a.transaction > b.transaction || (a.transaction === b.transaction && a.sequence > b.sequence);
}
