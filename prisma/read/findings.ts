/** What agents find: now, as their newest looks have it, and over time. */
import { Prisma } from '../generated/client.ts';
import { isoOf } from './agent-cards.ts';
import { allOf, read, type Reader } from './reader.ts';
import { settledWithin } from './run-ids.ts';

export interface FindingScope {
  readonly repository?: string | undefined;
}

/** An agent's newest run that looked at the code. */
const LOOKS = Prisma.sql`l.outcome IN ('passed', 'fixed', 'failed')`;
const MOST_AGENTS = 2000;

/** The newest look of each agent, whatever came after it. */
function newest({ repository }: FindingScope): Prisma.Sql {
  const which = allOf([
    Prisma.sql`p.removed_at IS NULL AND a.branch = p.branch`,
    repository === undefined ? null : Prisma.sql`p.id = ${repository}::uuid`,
  ]);
  return Prisma.sql`
    SELECT a.id AS agent_id, a.name AS agent, p.id AS repository_id, p.name AS repository, r.id AS run_id
    FROM (SELECT a.* FROM upkeep.agent a ORDER BY a.id LIMIT ${MOST_AGENTS}) a JOIN upkeep.repository p ON p.id = a.repository_id
      CROSS JOIN LATERAL (
        SELECT l.id FROM upkeep.run l WHERE l.agent_id = a.id AND l.state = 'settled' AND ${LOOKS} ORDER BY l.id DESC LIMIT 1) r
    WHERE ${which}`;
}

export interface RuleCount {
  readonly rule: string;
  readonly check: string;
  readonly count: number;
  readonly errors: number;
  readonly agents: number;
  readonly repositories: number;
}

const MOST_RULES = 200;

/** What is left now, by rule, the most frequent first. */
export async function ruleCounts(reader: Reader, scope: FindingScope): Promise<RuleCount[]> {
  return read<RuleCount>(
    reader,
    Prisma.sql`
      WITH newest AS (${newest(scope)})
      SELECT f.rule, f."check", count(*)::int AS count, count(*) FILTER (WHERE f.severity = 'error')::int AS errors,
        count(DISTINCT n.agent)::int AS agents, count(DISTINCT n.repository_id)::int AS repositories
      FROM newest n JOIN upkeep.finding f ON f.run_id = n.run_id WHERE NOT f.is_fixed
      GROUP BY f.rule, f."check" ORDER BY count(*) DESC, f.rule, f."check" LIMIT ${MOST_RULES}`,
  );
}

export interface FolderCount {
  readonly folder: string;
  readonly errors: number;
  readonly warnings: number;
}

const MOST_FOLDERS = 1000;

/** What is left now, by folder of the file; the root is empty. */
export async function folderCounts(reader: Reader, scope: FindingScope): Promise<FolderCount[]> {
  return read<FolderCount>(
    reader,
    Prisma.sql`
      WITH newest AS (${newest(scope)})
      SELECT CASE WHEN f.path LIKE '%/%' THEN regexp_replace(f.path, '/[^/]*$', '') ELSE '' END AS folder,
        count(*) FILTER (WHERE f.severity = 'error')::int AS errors, count(*) FILTER (WHERE f.severity <> 'error')::int AS warnings
      FROM newest n JOIN upkeep.finding f ON f.run_id = n.run_id WHERE NOT f.is_fixed AND f.path IS NOT NULL
      GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT ${MOST_FOLDERS}`,
  );
}

export interface KnownFinding {
  readonly fingerprint: string;
  readonly agent: string;
  readonly agentId: string;
  readonly repositoryId: string;
  readonly repository: string;
  readonly check: string;
  readonly rule: string;
  readonly path: string | null;
  readonly line: number | null;
  readonly severity: string;
  readonly message: string;
  readonly firstSeenAt: string | null;
  readonly lastSeenAt: string | null;
  /** Runs that found it, at most 1000. */
  readonly times: number;
  readonly runId: string;
}

export type FindingOrder = 'newest' | 'oldest' | 'frequent';

/** Of those that are left now, so many are looked up in the history. */
const MOST_LOOKED_UP = 1000;
const MOST_TIMES = 1000;

/** What is left now, with since when and how often it is found. */
export async function knownFindings(
  reader: Reader,
  ask: FindingScope & { readonly order: FindingOrder; readonly limit: number },
): Promise<KnownFinding[]> {
  const orders: Readonly<Record<FindingOrder, Prisma.Sql>> = {
    newest: Prisma.sql`first_id DESC`,
    oldest: Prisma.sql`first_id`,
    frequent: Prisma.sql`times DESC, first_id`,
  };
  return read<KnownFinding>(
    reader,
    Prisma.sql`
      WITH newest AS (${newest(ask)}), now AS (
        SELECT DISTINCT ON (n.agent_id, f.fingerprint) n.*, f.fingerprint, f."check", f.rule, f.path, f.line, f.severity, f.message
        FROM newest n JOIN upkeep.finding f ON f.run_id = n.run_id WHERE NOT f.is_fixed
        ORDER BY n.agent_id, f.fingerprint, f.id LIMIT ${MOST_LOOKED_UP}
      ), history AS (
        SELECT w.*, h.first_id, h.last_id, h.times FROM now w CROSS JOIN LATERAL (
          SELECT min(k.id) AS first_id, max(k.id) AS last_id, count(*)::int AS times FROM (
            SELECT o.id FROM upkeep.finding o WHERE o.fingerprint = w.fingerprint ORDER BY o.id DESC LIMIT ${MOST_TIMES}) k) h
      ), shown AS (SELECT * FROM history ORDER BY ${orders[ask.order]} LIMIT ${ask.limit})
      SELECT s.fingerprint, s.agent, s.agent_id AS "agentId", s.repository_id AS "repositoryId", s.repository, s."check", s.rule, s.path, s.line,
        s.severity, s.message, s.times, s.run_id AS "runId",
        (SELECT ${isoOf(Prisma.sql`coalesce(r.settled_at, r.requested_at)`)} FROM upkeep.finding f JOIN upkeep.run r ON r.id = f.run_id
          WHERE f.id = s.first_id) AS "firstSeenAt",
        (SELECT ${isoOf(Prisma.sql`coalesce(r.settled_at, r.requested_at)`)} FROM upkeep.finding f JOIN upkeep.run r ON r.id = f.run_id
          WHERE f.id = s.last_id) AS "lastSeenAt"
      FROM shown s ORDER BY ${orders[ask.order]}`,
  );
}

export interface DayCount {
  /** `2026-11-21`, UTC. */
  readonly day: string;
  readonly agent: string;
  readonly errors: number;
  readonly warnings: number;
  readonly fixed: number;
}

/** What each agent's last look of a day left, and what its runs of that day repaired; by day, then agent. */
export async function dayCounts(reader: Reader, ask: FindingScope & { readonly from: Date; readonly to: Date }): Promise<DayCount[]> {
  return read<DayCount>(
    reader,
    Prisma.sql`
      WITH days AS (
        SELECT d AS begins, d + interval '1 day' AS ends FROM generate_series(date_trunc('day', ${ask.from}::timestamptz, 'UTC'), ${ask.to}::timestamptz, interval '1 day') d
      ), left_over AS (
        SELECT y.begins, a.name AS agent, sum(r.errors)::int AS errors, sum(r.warnings)::int AS warnings
        FROM days y CROSS JOIN (${agentsOf(ask)}) a CROSS JOIN LATERAL (
          SELECT l.errors, l.warnings FROM upkeep.run l
          WHERE l.agent_id = a.id AND l.state = 'settled' AND ${settledWithin(Prisma.sql`y.begins`, Prisma.sql`y.ends`)} AND ${LOOKS}
          ORDER BY l.id DESC LIMIT 1) r
        GROUP BY y.begins, a.name
      ), repaired AS (
        SELECT date_trunc('day', l.settled_at, 'UTC') AS begins, a.name AS agent, sum(l.fixed)::int AS fixed
        FROM (${agentsOf(ask)}) a JOIN upkeep.run l ON l.agent_id = a.id
        WHERE l.state = 'settled' AND l.outcome = 'fixed' AND ${LOOKS}
          AND ${settledWithin(Prisma.sql`${ask.from}::timestamptz`, Prisma.sql`${ask.to}::timestamptz`)}
        GROUP BY 1, 2
      )
      SELECT to_char(coalesce(l.begins, f.begins) AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, coalesce(l.agent, f.agent) AS agent,
        coalesce(l.errors, 0) AS errors, coalesce(l.warnings, 0) AS warnings, coalesce(f.fixed, 0) AS fixed
      FROM left_over l FULL JOIN repaired f ON f.begins = l.begins AND f.agent = l.agent ORDER BY 1, 2`,
  );
}

export interface CoverageDay {
  readonly day: string;
  readonly agent: string;
  readonly percent: number;
}

/** What the last run of a day that measured it says; of several repositories, on the average. */
export async function coverageDays(reader: Reader, ask: FindingScope & { readonly from: Date; readonly to: Date }): Promise<CoverageDay[]> {
  return read<CoverageDay>(
    reader,
    Prisma.sql`
      WITH days AS (
        SELECT d AS begins, d + interval '1 day' AS ends FROM generate_series(date_trunc('day', ${ask.from}::timestamptz, 'UTC'), ${ask.to}::timestamptz, interval '1 day') d
      )
      SELECT to_char(y.begins AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, a.name AS agent, avg(c.percent)::float8 AS percent
      FROM days y CROSS JOIN (${agentsOf(ask)}) a CROSS JOIN LATERAL (
        SELECT (e.envelope->'data'->>'coverage')::float8 AS percent
        FROM (SELECT l.id FROM upkeep.run l WHERE l.agent_id = a.id AND l.state = 'settled'
          AND ${settledWithin(Prisma.sql`y.begins`, Prisma.sql`y.ends`)} AND ${LOOKS} ORDER BY l.id DESC LIMIT 5) r
        JOIN upkeep.event e ON e.run_id = r.id AND e.type IN ('agent:completed', 'agent:failed')
        WHERE e.envelope->'data'->>'coverage' IS NOT NULL LIMIT 1) c
      WHERE a.name IN ('backend', 'frontend', 'qa') GROUP BY y.begins, a.name ORDER BY 1, 2`,
  );
}

function agentsOf({ repository }: FindingScope): Prisma.Sql {
  const which = allOf([
    Prisma.sql`p.removed_at IS NULL AND a.branch = p.branch`,
    repository === undefined ? null : Prisma.sql`p.id = ${repository}::uuid`,
  ]);
  return Prisma.sql`
    SELECT a.id, a.name FROM upkeep.agent a JOIN upkeep.repository p ON p.id = a.repository_id WHERE ${which} ORDER BY a.id LIMIT ${MOST_AGENTS}`;
}
