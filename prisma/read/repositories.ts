/** Repositories that are looked after, with how their agents are. */
import { Prisma } from '../generated/client.ts';
import { allOf, read, readOne, type Reader } from './reader.ts';
import { isoOf } from './agent-cards.ts';

export interface RepositoryFacts {
  readonly id: string;
  readonly name: string;
  readonly identity: string;
  readonly branch: string;
  readonly configuredAt: string | null;
  readonly problem: string | null;
  readonly configError: string | null;
  readonly servedBy: readonly { readonly host: string; readonly path: string; readonly isAlive: boolean }[];
  readonly agents: number;
  readonly running: number;
  readonly queued: number;
  readonly paused: number;
  readonly errored: number;
  readonly tripped: number;
  readonly lastCommit: { readonly sha: string; readonly agent: string; readonly runId: string; readonly at: string } | null;
}

/** By name. `id`: only this one. */
export async function repositoryFacts(reader: Reader, id?: string): Promise<RepositoryFacts[]> {
  const which = allOf([Prisma.sql`p.removed_at IS NULL`, id === undefined ? null : Prisma.sql`p.id = ${id}::uuid`]);
  return read<RepositoryFacts>(
    reader,
    Prisma.sql`
      WITH agents AS (
        SELECT a.*, EXISTS (
            SELECT 1 FROM upkeep.pause h
            WHERE (h.agent_id = a.id OR (h.agent_id IS NULL AND (h.repository_id IS NULL OR h.repository_id = a.repository_id)))
              AND (h.until IS NULL OR h.until > clock_timestamp())) AS is_paused
        FROM upkeep.agent a JOIN upkeep.repository p ON p.id = a.repository_id AND a.branch = p.branch WHERE ${which}
      ), counts AS (
        SELECT repository_id, count(*)::int AS agents, count(*) FILTER (WHERE is_paused)::int AS paused,
          count(*) FILTER (WHERE in_error_at IS NOT NULL)::int AS errored, count(*) FILTER (WHERE tripped_at IS NOT NULL)::int AS tripped
        FROM agents GROUP BY repository_id
      ), open AS (
        SELECT repository_id, state FROM upkeep.run WHERE state IN ('queued', 'running')
        UNION ALL SELECT repository_id, state FROM upkeep.run WHERE state = 'waiting'
      ), runs AS (
        SELECT repository_id, count(*) FILTER (WHERE state = 'running')::int AS running, count(*) FILTER (WHERE state <> 'running')::int AS queued
        FROM open GROUP BY repository_id
      )
      SELECT p.id, p.name, p.identity, p.branch, p.configured_at AS "configuredAt", p.problem, p.config_error AS "configError",
        coalesce((SELECT json_agg(json_build_object('host', s.host, 'path', o.path,
              'isAlive', s.seen_at > clock_timestamp() - interval '30 seconds') ORDER BY s.host, o.path)
          FROM upkeep.served_repository o JOIN upkeep.service s ON s.id = o.service_id AND s.ended_at IS NULL WHERE o.repository_id = p.id),
          '[]'::json) AS "servedBy",
        coalesce(c.agents, 0) AS agents, coalesce(c.paused, 0) AS paused, coalesce(c.errored, 0) AS errored, coalesce(c.tripped, 0) AS tripped,
        coalesce(n.running, 0) AS running, coalesce(n.queued, 0) AS queued,
        (SELECT json_build_object('sha', l.commit, 'agent', l.name, 'runId', l.id, 'at', ${isoOf(Prisma.sql`l.settled_at`)}) FROM (
          SELECT w.commit, a.name, w.id, w.settled_at FROM upkeep.run w JOIN upkeep.agent a ON a.id = w.agent_id
          WHERE w.repository_id = p.id AND w.state = 'settled' AND w.commit IS NOT NULL ORDER BY w.id DESC LIMIT 1) l) AS "lastCommit"
      FROM upkeep.repository p LEFT JOIN counts c ON c.repository_id = p.id LEFT JOIN runs n ON n.repository_id = p.id
      WHERE ${which} ORDER BY p.name, p.id`,
  );
}

/** The name of a repository, and the branch that it is looked after on; null: there is none such. */
export async function repositoryPlace(
  reader: Reader,
  id: string,
): Promise<{ readonly id: string; readonly name: string; readonly branch: string } | null> {
  return readOne(
    reader,
    Prisma.sql`SELECT p.id, p.name, p.branch FROM upkeep.repository p WHERE p.id = ${id}::uuid AND p.removed_at IS NULL`,
  );
}
