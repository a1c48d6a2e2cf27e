/**
 * Runs a page at a time, in the order of asking, which is that of their ids, or by duration. Settled runs are many, and have an index
 * for each filter; open ones are few.
 */
import { Prisma } from '../generated/client.ts';
import { allOf, oneOf, read, type Reader } from './reader.ts';
import { idOf, ID_SLACK_MS } from './run-ids.ts';

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

/** Where a run stands in an order. */
export interface RunPlace {
  /** Of `longest`: its duration in milliseconds; else nothing that counts. */
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
/** As runs have them (a test says so): few enough to look for each by itself, which is how one index serves outcomes and triggers. */
export const RUN_OUTCOMES = ['passed', 'fixed', 'failed', 'errored', 'skipped', 'cancelled'] as const;
export const RUN_TRIGGERS = ['push', 'pull-request', 'schedule', 'manual', 'webhook', 'comment', 'retry', 'handoff'] as const;

/** At most `limit` runs after a place. */
export async function runPage(reader: Reader, ask: RunPageAsk): Promise<PagedRun[]> {
  const { filters, limit } = ask;
  const order = orderOf(ask.sort);
  const most = filters.search === undefined ? limit : MOST_SEARCHED;
  const parts = partsOf(filters, ask.sort).flatMap((part) => branchesOf(part, ask, most).map((branch) => Prisma.sql`(${branch})`));
  if (parts.length === 0) return [];
  const runs = Prisma.sql`SELECT * FROM (${Prisma.join(parts, ' UNION ALL ')}) r ORDER BY ${order} LIMIT ${most}`;
  return read<PagedRun>(
    reader,
    Prisma.sql`
      SELECT ${RUN_COLUMNS} FROM (${searched(filters.search, runs)} LIMIT ${limit}) r
      JOIN upkeep.agent a ON a.id = r.agent_id JOIN upkeep.repository p ON p.id = r.repository_id ORDER BY ${order}`,
  );
}

/** Where runs are looked for: each part has an index of its own. */
type Part = 'any' | 'settled' | 'waiting' | 'admitted';

function partsOf(filters: RunPageFilters, sort: RunPageSort): Part[] {
  const { state, outcome, repository, trigger } = filters;
  const wanted = (one: string): boolean => state === undefined || state.length === 0 || state.includes(one);
  if (sort === 'longest' || (outcome !== undefined && outcome.length > 0)) return wanted('settled') ? ['settled'] : [];
  const isBroad = [state, trigger, filters.agent, filters.agentName].every((list) => list === undefined || list.length === 0);
  // The ids alone have the order already.
  if (isBroad && repository === undefined && filters.branch === undefined) return ['any'];
  const parts: Part[] = [];
  if (wanted('settled')) parts.push('settled');
  if (wanted('waiting')) parts.push('waiting');
  if (wanted('queued') || wanted('running')) parts.push('admitted');
  return parts;
}

const STATES: Readonly<Record<Part, Prisma.Sql>> = {
  any: Prisma.sql`true`,
  settled: Prisma.sql`r.state = 'settled'`,
  waiting: Prisma.sql`r.state = 'waiting'`,
  admitted: Prisma.sql`r.state IN ('queued', 'running')`,
};

/**
 * The first runs of a part. Of several agents, outcomes or triggers, the first ones of each: an index gives them in order. Outcomes and
 * triggers are told one by one, since some are rare and the planner has to know which.
 */
function branchesOf(part: Part, { filters, sort, after }: RunPageAsk, most: number): Prisma.Sql[] {
  const { agent, agentName, branch, outcome = [], repository, trigger = [] } = filters;
  const conditions = [STATES[part], ...conditionsOf(filters), afterPlace(sort, after)];
  if (sort === 'longest') conditions.push(Prisma.sql`r.duration_ms IS NOT NULL`);
  const first = (extra: readonly (Prisma.Sql | null)[]): Prisma.Sql =>
    Prisma.sql`SELECT r.* FROM upkeep.run r WHERE ${allOf([...conditions, ...extra])} ORDER BY ${orderOf(sort)} LIMIT ${most}`;
  const others = [oneOf(Prisma.sql`r.outcome`, outcome), oneOf(Prisma.sql`r.trigger`, trigger)];
  const ofAgents = [
    oneOf(Prisma.sql`n.id`, agent, 'uuid'),
    oneOf(Prisma.sql`n.name`, agentName),
    branch === undefined ? null : Prisma.sql`n.branch = ${branch}`,
  ];
  const isOfAgents = ofAgents.some((one) => one !== null);
  const isOfKinds = outcome.length + trigger.length > 0;
  // A repository's runs are those of its agents. By duration or kind it is another index that leads there.
  if (isOfAgents || (repository !== undefined && sort !== 'longest' && !isOfKinds)) {
    const which = allOf([...ofAgents, repository === undefined ? null : Prisma.sql`n.repository_id = ${repository}::uuid`]);
    const runs = first([Prisma.sql`r.agent_id = n.id`, ...others]);
    return [Prisma.sql`SELECT l.* FROM upkeep.agent n CROSS JOIN LATERAL (${runs}) l WHERE ${which}`];
  }
  if (part !== 'settled' || !isOfKinds || sort === 'longest') return [first(others)];
  const outcomes = outcome.length === 0 ? RUN_OUTCOMES : new Set(outcome);
  const triggers = trigger.length === 0 ? RUN_TRIGGERS : new Set(trigger);
  return [...outcomes].flatMap((one) => [...triggers].map((other) => first([Prisma.sql`r.outcome = ${one} AND r.trigger = ${other}`])));
}

function conditionsOf({ repository, state, from, to }: RunPageFilters): (Prisma.Sql | null)[] {
  return [
    repository === undefined ? null : Prisma.sql`r.repository_id = ${repository}::uuid`,
    oneOf(Prisma.sql`r.state`, state),
    from === undefined ? null : Prisma.sql`r.requested_at >= ${from} AND r.id >= ${idOf(from.getTime() - ID_SLACK_MS)}::uuid`,
    to === undefined ? null : Prisma.sql`r.requested_at < ${to} AND r.id < ${idOf(to.getTime() + ID_SLACK_MS)}::uuid`,
  ];
}

function afterPlace(sort: RunPageSort, after: RunPlace | null): Prisma.Sql | null {
  if (after === null) return null;
  const { key, id } = after;
  if (sort === 'longest') return Prisma.sql`(r.duration_ms, r.id) < (${key}::int, ${id}::uuid)`;
  return sort === 'newest' ? Prisma.sql`r.id < ${id}::uuid` : Prisma.sql`r.id > ${id}::uuid`;
}

function orderOf(sort: RunPageSort): Prisma.Sql {
  if (sort === 'longest') return Prisma.sql`r.duration_ms DESC, r.id DESC`;
  return sort === 'newest' ? Prisma.sql`r.id DESC` : Prisma.sql`r.id`;
}

/** The beginning of an id or commit, or a part of what was said or of who asked. */
function searched(text: string | undefined, runs: Prisma.Sql): Prisma.Sql {
  if (text === undefined) return Prisma.sql`SELECT * FROM (${runs}) s`;
  const literal = text.replaceAll(/[\\%_]/g, '\\$&');
  const beginning = `${literal.toLowerCase()}%`;
  const part = `%${literal}%`;
  return Prisma.sql`
    SELECT * FROM (${runs}) s
    WHERE s.id::text LIKE ${beginning} OR s.commit LIKE ${beginning} OR s.checked_base LIKE ${beginning} OR s.base LIKE ${beginning}
      OR s.message ILIKE ${part} OR s.requested_by ILIKE ${part}`;
}
