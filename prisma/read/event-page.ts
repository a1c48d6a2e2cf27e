/** Events a page at a time, newest first, and never one that another could still come before. */
import { Prisma } from '../generated/client.ts';
import type { EventPlace, ReadEvent } from '../runs/read-events.ts';
import { allOf, oneOf, read, type Reader } from './reader.ts';

export interface EventFilters {
  readonly types?: readonly string[] | undefined;
  readonly repository?: string | undefined;
  readonly agent?: string | undefined;
  readonly run?: string | undefined;
  /** Not before, and before. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

export interface EventPageAsk {
  readonly filters: EventFilters;
  /** Only those before it, and after it. */
  readonly before: EventPlace | null;
  readonly after: EventPlace | null;
  readonly limit: number;
}

export interface EventPage {
  readonly events: readonly ReadEvent[];
  /** Where the next page goes on; null: there is none. */
  readonly next: EventPlace | null;
}

/** So many events are looked at for one page: no index has their types. */
export const MOST_LOOKED_AT = 20_000;

/** A page can be empty although there is a next one: so far nothing was meant. */
export async function eventPage(reader: Reader, { filters, before, after, limit }: EventPageAsk): Promise<EventPage> {
  const { types, repository, agent, run, from, to } = filters;
  const meant = [
    oneOf(Prisma.sql`e.type`, types),
    repository === undefined ? null : Prisma.sql`e.repository_id = ${repository}::uuid`,
    agent === undefined ? null : Prisma.sql`e.agent_id = ${agent}::uuid`,
    from === undefined ? null : Prisma.sql`e.time >= ${from}`,
    to === undefined ? null : Prisma.sql`e.time < ${to}`,
  ];
  const isFiltered = meant.some((condition) => condition !== null);
  const span = allOf([
    Prisma.sql`e.transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint`,
    before === null ? null : Prisma.sql`(e.transaction, e.sequence) < (${before.transaction}::bigint, ${before.sequence}::bigint)`,
    after === null ? null : Prisma.sql`(e.transaction, e.sequence) > (${after.transaction}::bigint, ${after.sequence}::bigint)`,
    run === undefined ? null : Prisma.sql`e.run_id = ${run}::uuid`,
  ]);
  const looked = isFiltered ? MOST_LOOKED_AT : limit + 1;
  const rows = await read<ReadEvent & { readonly isMeant: boolean; readonly isWhole: boolean }>(
    reader,
    Prisma.sql`
      WITH looked AS MATERIALIZED (
        SELECT e.transaction, e.sequence, ${allOf(meant)} AS is_meant FROM upkeep.event e WHERE ${span}
        ORDER BY e.transaction DESC, e.sequence DESC LIMIT ${looked}
      ), shown AS (
        (SELECT * FROM looked WHERE is_meant ORDER BY transaction DESC, sequence DESC LIMIT ${limit + 1})
        UNION
        (SELECT * FROM looked WHERE (SELECT count(*) FROM looked) >= ${looked} ORDER BY transaction, sequence LIMIT 1)
      )
      SELECT e.transaction::float8 AS transaction, e.sequence::float8 AS sequence, e.repository_id AS "repositoryId", e.agent_id AS "agentId",
        e.run_id AS "runId", e.envelope, s.is_meant AS "isMeant",
        (SELECT count(*) FROM looked) < ${looked} AS "isWhole"
      FROM shown s JOIN upkeep.event e ON e.sequence = s.sequence ORDER BY s.transaction DESC, s.sequence DESC`,
  );
  const events = rows.filter(({ isMeant }) => isMeant);
  if (events.length > limit) return { events: events.slice(0, limit), next: placeOf(events[limit - 1]) };
  // The last row tells how far it was looked, whether it is meant or not.
  const end = rows.at(-1);
  return { events, next: isFiltered && end !== undefined && !end.isWhole ? placeOf(end) : null };
}

function placeOf(event: EventPlace | undefined): EventPlace | null {
  return event === undefined ? null : { transaction: event.transaction, sequence: event.sequence };
}
