/** How the dashboard asks the database: statements put together from parts, by Prisma's client, whose connections plan them afresh. */
import { asDatabaseError } from '../connection-error.ts';
import { DatabaseError } from '../database-error.ts';
import { Prisma, type PrismaClient } from '../generated/client.ts';

/** Where questions go. */
export type Reader = Pick<PrismaClient, '$queryRaw'>;

/** No database, or none that answers: P1000 to P1017 of connections, P2024 of a pool that has none left, P2028 and P2034 of one that was lost. */
const UNREACHABLE = /^P(10\d\d|2024|2028|2034|2037)$/;

/** The rows of a statement. Throws a DatabaseError when the database does not answer. */
export async function read<Row extends object>(reader: Reader, statement: Prisma.Sql): Promise<Row[]> {
  try {
    return await reader.$queryRaw<Row[]>(statement);
  } catch (error) {
    throw asReadError(error);
  }
}

/** The first row, or null. */
export async function readOne<Row extends object>(reader: Reader, statement: Prisma.Sql): Promise<Row | null> {
  return (await read<Row>(reader, statement))[0] ?? null;
}

/** Conditions that all have to hold; none: everything. */
export function allOf(conditions: readonly (Prisma.Sql | null)[]): Prisma.Sql {
  const real = conditions.filter((condition) => condition !== null);
  return real.length === 0 ? Prisma.sql`true` : Prisma.sql`${Prisma.join(real, ' AND ')}`;
}

/** A condition of a list of values; null where the list is absent or empty. */
export function oneOf(column: Prisma.Sql, values: readonly string[] | undefined, type: 'text' | 'uuid' = 'text'): Prisma.Sql | null {
  if (values === undefined || values.length === 0) return null;
  return Prisma.sql`${column} = ANY(${[...values]}::${Prisma.raw(type)}[])`;
}

/** What Prisma says of the database, as a DatabaseError, or the error itself. */
function asReadError(error: unknown): unknown {
  const { code = '', meta } = error as { readonly code?: string; readonly meta?: Readonly<Record<string, unknown>> };
  const adapter = meta?.['driverAdapterError'] as
    { readonly cause?: { readonly originalCode?: string; readonly kind?: string } } | undefined;
  const cause = adapter?.cause ?? (error as { readonly cause?: { readonly originalCode?: string; readonly kind?: string } }).cause;
  const state = cause?.originalCode;
  if (state !== undefined) {
    const known = asDatabaseError({ code: state, message: error instanceof Error ? error.message : '' }, 'postgres://database');
    if (known instanceof DatabaseError) return known;
  }
  const isGone =
    UNREACHABLE.test(code) || /^(DatabaseNotReachable|ConnectionClosed|SocketTimeout|TooManyConnections)$/.test(cause?.kind ?? '');
  return isGone
    ? new DatabaseError('unreachable', 'PostgreSQL does not answer: check that it runs.', error)
    : asDatabaseError(error, 'postgres://database');
}
