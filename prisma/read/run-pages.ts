/** Runs a page at a time, in an order that an index has, whatever they are filtered by. */
import { Prisma } from '../generated/client.ts';
import { allOf, oneOf, read, type Reader } from './reader.ts';

export interface RunPageFilters {
  readonly repository?: string | undefined;
  readonly agent?: readonly string[] | undefined;
  /** Names of agents. */
  readonly agentName?: readonly string[] | undefined;
  readonly state?: readonly string[] | undefined;
  readonly outcome?: readonly string[] | undefined;
  readonly trigger?: readonly string[] | undefined;
  readonly branch?: string | undefined;
  /** When it was asked for: not before, and before. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly search?: string | undefined;
}

/** `longest`: settled ones only, as others have no duration. */
export type RunPageSort = 'newest' | 'oldest' | 'longest';

export interface RunPageAsk {
  readonly filters: RunPageFilters;
  readonly sort: RunPageSort;
  /** What the last row of the page before had. */
  readonly after: RunPlace | null;
  readonly limit: number;
}

/** Where a run stands in an order: by `key` (milliseconds since 1970, or of duration), then by id. */
export interface RunPlace {
  readonly key: number;
  readonly id: string;
}

export interface PagedRun {
  readonly id: string;
  readonly repositoryId: string;
  readonly repository: string;
  readonly agentId: string;
  readonly agent: string;
  readonly branch: string;
  readonly trigger: string;
  readonly priority: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly requestedBy: string | null;
  readonly requestedAt: Date;
  readonly startedAt: Date | null;
  readonly settledAt: Date | null;
  readonly durationMs: number | null;
  readonly attempt: number;
  readonly commit: string | null;
  readonly base: string | null;
  readonly errors: number | null;
  readonly warnings: number | null;
  readonly fixed: number | null;
}

export const RUN_COLUMNS = Prisma.sql`
  r.id, r.repository_id AS "repositoryId", p.name AS repository, r.agent_id AS "agentId", a.name AS agent, a.branch, r.trigger,
  r.priority, r.state, r.outcome, r.reason, r.message, r.requested_by AS "requestedBy", r.requested_at AS "requestedAt",
  r.started_at AS "startedAt", r.settled_at AS "settledAt", r.duration_ms AS "durationMs", r.attempt, r.commit,
  coalesce(r.checked_base, r.base) AS base, r.errors, r.warnings, r.fixed`;

/** A text is looked for in so many of the newest runs that the other filters let through: no index has it. */
const MOST_SEARCHED = 20_000;

/** At most `limit` runs after a place. */
export async function runPage(reader: Reader, ask: RunPageAsk): Promise<PagedRun[]> {
  const { filters, sort, limit } = ask;
  const conditions = [...conditionsOf(filters), afterPlace(ask), sort === 'longest' ? Prisma.sql`r.duration_ms IS NOT NULL` : null];
  const order = orderOf(sort);
  const found = searched(
    filters.search,
    Prisma.sql`
    SELECT r.* FROM upkeep.run r WHERE ${allOf(conditions)} ORDER BY ${order}`,
  );
  return read<PagedRun>(
    reader,
    Prisma.sql`
      SELECT ${RUN_COLUMNS} FROM (${found} LIMIT ${limit}) r
      JOIN upkeep.agent a ON a.id = r.agent_id JOIN upkeep.repository p ON p.id = r.repository_id ORDER BY ${order}`,
  );
}

function conditionsOf(filters: RunPageFilters): (Prisma.Sql | null)[] {
  const { repository, agent, agentName, state, outcome, trigger, branch, from, to } = filters;
  const named = allOf([oneOf(Prisma.sql`n.name`, agentName), branch === undefined ? null : Prisma.sql`n.branch = ${branch}`]);
  const isNamed = (agentName !== undefined && agentName.length > 0) || branch !== undefined;
  return [
    repository === undefined ? null : Prisma.sql`r.repository_id = ${repository}::uuid`,
    oneOf(Prisma.sql`r.agent_id`, agent, 'uuid'),
    isNamed ? Prisma.sql`r.agent_id = ANY(ARRAY(SELECT n.id FROM upkeep.agent n WHERE ${named}))` : null,
    oneOf(Prisma.sql`r.state`, state),
    oneOf(Prisma.sql`r.outcome`, outcome),
    oneOf(Prisma.sql`r.trigger`, trigger),
    from === undefined ? null : Prisma.sql`r.requested_at >= ${from}`,
    to === undefined ? null : Prisma.sql`r.requested_at < ${to}`,
  ];
}

function afterPlace({ sort, after }: RunPageAsk): Prisma.Sql | null {
  if (after === null) return null;
  const { key, id } = after;
  if (sort === 'longest') return Prisma.sql`(r.duration_ms, r.id) < (${key}::int, ${id}::uuid)`;
  const at = new Date(key);
  return sort === 'newest'
    ? Prisma.sql`(r.requested_at, r.id) < (${at}, ${id}::uuid)`
    : Prisma.sql`(r.requested_at, r.id) > (${at}, ${id}::uuid)`;
}

function orderOf(sort: RunPageSort): Prisma.Sql {
  if (sort === 'longest') return Prisma.sql`r.duration_ms DESC, r.id DESC`;
  return sort === 'newest' ? Prisma.sql`r.requested_at DESC, r.id DESC` : Prisma.sql`r.requested_at, r.id`;
}

/** The beginning of an id or commit, or a part of what was said or of who asked. */
function searched(text: string | undefined, runs: Prisma.Sql): Prisma.Sql {
  if (text === undefined) return runs;
  const literal = text.replaceAll(/[\\%_]/g, '\\$&');
  const beginning = `${literal.toLowerCase()}%`;
  const part = `%${literal}%`;
  return Prisma.sql`
    SELECT * FROM (${runs} LIMIT ${MOST_SEARCHED}) s
    WHERE s.id::text LIKE ${beginning} OR s.commit LIKE ${beginning} OR s.checked_base LIKE ${beginning} OR s.base LIKE ${beginning}
      OR s.message ILIKE ${part} OR s.requested_by ILIKE ${part}`;
}
