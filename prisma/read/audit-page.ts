/** Who did what, a page at a time, newest first. */
import { Prisma } from '../generated/client.ts';
import { allOf, oneOf, read, type Reader } from './reader.ts';

export interface AuditFilters {
  readonly actions?: readonly string[] | undefined;
  readonly by?: string | undefined;
  readonly repository?: string | undefined;
  readonly agentId?: string | undefined;
  /** Not before, and before. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

export interface AuditFact {
  readonly id: number;
  readonly at: Date;
  readonly by: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: Readonly<Record<string, unknown>> | null;
}

/** At most `limit` entries before the one with the id `before`. */
export async function auditPage(
  reader: Reader,
  ask: { readonly filters: AuditFilters; readonly before: number | null; readonly limit: number },
): Promise<AuditFact[]> {
  const { actions, by, repository, agentId, from, to } = ask.filters;
  const conditions = allOf([
    oneOf(Prisma.sql`u.action`, actions),
    by === undefined ? null : Prisma.sql`u.by = ${by}`,
    repository === undefined
      ? null
      : Prisma.sql`(u.detail->>'repositoryId' = ${repository} OR u.detail->>'agentId' IN (SELECT a.id::text FROM upkeep.agent a WHERE a.repository_id = ${repository}::uuid))`,
    agentId === undefined ? null : Prisma.sql`u.detail->>'agentId' = ${agentId}`,
    from === undefined ? null : Prisma.sql`u.at >= ${from}`,
    to === undefined ? null : Prisma.sql`u.at < ${to}`,
  ]);
  const before = ask.before === null ? Prisma.sql`true` : Prisma.sql`u.id < ${ask.before}::bigint`;
  return read<AuditFact>(
    reader,
    Prisma.sql`
      SELECT u.id::float8 AS id, u.at, u.by, u.action, u.subject, u.detail
      FROM upkeep.audit u WHERE ${before} AND ${conditions} ORDER BY u.id DESC LIMIT ${ask.limit}`,
  );
}
