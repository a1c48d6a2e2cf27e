/** The scheduler as a whole: its services, its last commits, the issues that are open. */
import { Prisma } from '../generated/client.ts';
import { allOf, read, readOne, type Reader } from './reader.ts';

export interface ServiceFactRow {
  readonly id: string;
  readonly host: string;
  readonly version: string;
  readonly startedAt: Date;
  readonly seenAt: Date;
  readonly isAlive: boolean;
  readonly isDraining: boolean;
  readonly maxConcurrent: number;
  readonly running: number;
  readonly clockSkewMs: number | null;
  readonly repositories: readonly { readonly id: string; readonly name: string }[];
}

/** A service looks at its database every five seconds. */
const LIVELY_SECONDS = 30;
const MOST_SERVICES = 200;

/** Those that have not said goodbye, newest word first. */
export async function serviceFacts(reader: Reader): Promise<ServiceFactRow[]> {
  return read<ServiceFactRow>(
    reader,
    Prisma.sql`
      SELECT s.id, s.host, s.version, s.started_at AS "startedAt", s.seen_at AS "seenAt",
        s.seen_at > clock_timestamp() - ${LIVELY_SECONDS} * interval '1 second' AS "isAlive", s.draining_at IS NOT NULL AS "isDraining",
        s.max_concurrent AS "maxConcurrent", s.clock_skew_ms AS "clockSkewMs",
        (SELECT count(*)::int FROM upkeep.run r WHERE r.state = 'running' AND r.service_id = s.id) AS running,
        coalesce((SELECT json_agg(json_build_object('id', p.id, 'name', p.name) ORDER BY p.name)
          FROM upkeep.served_repository o JOIN upkeep.repository p ON p.id = o.repository_id WHERE o.service_id = s.id), '[]'::json) AS repositories
      FROM upkeep.service s WHERE s.ended_at IS NULL ORDER BY s.seen_at DESC LIMIT ${MOST_SERVICES}`,
  );
}

/** The database's time. */
export async function databaseNow(reader: Reader): Promise<Date> {
  return (await readOne<{ now: Date }>(reader, Prisma.sql`SELECT clock_timestamp() AS now`))?.now ?? new Date();
}

export interface CommitRow {
  readonly sha: string;
  readonly runId: string;
  readonly agentId: string;
  readonly agent: string;
  readonly repositoryId: string;
  readonly repository: string;
  readonly branch: string;
  readonly at: Date;
  readonly fixed: number | null;
}

/** Newest first. */
export async function recentCommits(
  reader: Reader,
  ask: { readonly repository?: string | undefined; readonly limit: number },
): Promise<CommitRow[]> {
  const which = allOf([
    Prisma.sql`r.commit IS NOT NULL AND r.state = 'settled'`,
    ask.repository === undefined ? null : Prisma.sql`r.repository_id = ${ask.repository}::uuid`,
  ]);
  return read<CommitRow>(
    reader,
    Prisma.sql`
      SELECT r.commit AS sha, r.id AS "runId", a.id AS "agentId", a.name AS agent, p.id AS "repositoryId", p.name AS repository, a.branch,
        r.settled_at AS at, r.fixed
      FROM upkeep.run r JOIN upkeep.agent a ON a.id = r.agent_id JOIN upkeep.repository p ON p.id = r.repository_id
      WHERE ${which} ORDER BY r.id DESC LIMIT ${ask.limit}`,
  );
}

export interface EscalationRow {
  readonly agentId: string;
  readonly agent: string;
  readonly repositoryId: string;
  readonly repository: string;
  readonly branch: string;
  readonly kind: string;
  readonly number: number | null;
  readonly url: string | null;
  readonly since: Date;
  readonly streak: number;
}

const MOST_ESCALATIONS = 500;

/** Oldest first. */
export async function openEscalations(reader: Reader, repository: string | undefined): Promise<EscalationRow[]> {
  const which = allOf([
    Prisma.sql`e.closed_at IS NULL AND p.removed_at IS NULL`,
    repository === undefined ? null : Prisma.sql`a.repository_id = ${repository}::uuid`,
  ]);
  return read<EscalationRow>(
    reader,
    Prisma.sql`
      SELECT a.id AS "agentId", a.name AS agent, p.id AS "repositoryId", p.name AS repository, a.branch, e.kind, e.number, e.url, e.since, a.streak
      FROM upkeep.escalation e JOIN upkeep.agent a ON a.id = e.agent_id JOIN upkeep.repository p ON p.id = a.repository_id
      WHERE ${which} ORDER BY e.since LIMIT ${MOST_ESCALATIONS}`,
  );
}
