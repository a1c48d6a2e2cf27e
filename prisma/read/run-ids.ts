/** Ids of runs tell when they were asked for: UUIDs of version 7, whose first 48 bits are milliseconds since 1970. */
import { Prisma } from '../generated/client.ts';

/** Clocks of machines differ. */
export const ID_SLACK_MS = 3_600_000;

/** The first id of a time, in milliseconds. */
export function idOf(time: number): string {
  const hex = Math.max(0, time).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** Of `run l`: settled within a span, with what an index of ids can use. Whoever waited for more than two days is left out. */
export function settledWithin(from: Prisma.Sql, to: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`l.settled_at >= ${from} AND l.settled_at < ${to}
    AND l.id >= ${idAt(Prisma.sql`${from} - interval '2 days'`)} AND l.id < ${idAt(Prisma.sql`${to} + interval '1 hour'`)}`;
}

function idAt(time: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(lpad(to_hex((date_part('epoch', ${time}) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid`;
}
