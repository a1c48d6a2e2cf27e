/** Agents with all that their cards on the overview show. */
import { Prisma } from '../generated/client.ts';
import { allOf, read, type Reader } from './reader.ts';

export interface RecentRun {
  readonly id: string;
  readonly outcome: string;
  readonly settledAt: string;
  readonly durationMs: number | null;
  readonly errors: number | null;
  readonly warnings: number | null;
}

export interface CardRow {
  readonly id: string;
  readonly repositoryId: string;
  readonly repository: string;
  readonly name: string;
  readonly branch: string;
  readonly isEnabled: boolean;
  readonly priority: string;
  readonly streak: number;
  readonly trippedAt: Date | null;
  readonly nextTryAt: Date | null;
  readonly inErrorAt: Date | null;
  readonly inErrorReason: string | null;
  readonly lastRunId: string | null;
  readonly lastOutcome: string | null;
  readonly lastReason: string | null;
  readonly lastSettledAt: Date | null;
  readonly cron: string | null;
  readonly timeZone: string | null;
  readonly nextRunAt: Date | null;
  readonly driftMs: number | null;
  readonly runId: string | null;
  readonly runStartedAt: Date | null;
  readonly unstarted: number;
  /** The widest pause that holds. */
  readonly pause: {
    readonly kind: 'everything' | 'repository' | 'agent';
    readonly by: string;
    readonly reason: string | null;
    readonly until: string | null;
  } | null;
  readonly escalations: readonly { readonly kind: string; readonly number: number | null; readonly url: string | null }[];
  /** Oldest first. Null: there are so many agents that each has to be asked for by itself. */
  readonly recent: readonly RecentRun[] | null;
}

/** Of more cards than these the past runs are left out: a page of hundreds of agents is not to wait for tens of thousands of runs. */
const MOST_WITH_RECENT = 60;

/** Of a branch that is looked after, by repository and name. `agentId`: only this one. Times in JSON are those of the database's zone. */
export async function agentCards(
  reader: Reader,
  ask: { readonly repository?: string | undefined; readonly agentId?: string | undefined; readonly recent: number },
): Promise<CardRow[]> {
  const { repository, agentId, recent } = ask;
  const which = allOf([
    Prisma.sql`r.removed_at IS NULL AND a.branch = r.branch`,
    repository === undefined ? null : Prisma.sql`a.repository_id = ${repository}::uuid`,
    agentId === undefined ? null : Prisma.sql`a.id = ${agentId}::uuid`,
  ]);
  return read<CardRow>(
    reader,
    Prisma.sql`
      WITH all_of_them AS MATERIALIZED (
        SELECT count(*) AS count FROM upkeep.agent a JOIN upkeep.repository r ON r.id = a.repository_id WHERE ${which})
      SELECT a.id, a.repository_id AS "repositoryId", r.name AS repository, a.name, a.branch, a.is_enabled AS "isEnabled", a.priority, a.streak,
        a.tripped_at AS "trippedAt", a.next_try_at AS "nextTryAt", a.in_error_at AS "inErrorAt", a.in_error_reason AS "inErrorReason",
        a.last_run_id AS "lastRunId", a.last_outcome AS "lastOutcome", a.last_reason AS "lastReason", a.last_settled_at AS "lastSettledAt",
        s.cron, s.time_zone AS "timeZone", s.next_run_at AS "nextRunAt", s.last_drift_ms AS "driftMs",
        u.id AS "runId", u.started_at AS "runStartedAt",
        -- Each state by itself: they have indexes of their own.
        ((SELECT count(*) FROM upkeep.run w WHERE w.agent_id = a.id AND w.state = 'waiting')
          + (SELECT count(*) FROM upkeep.run w WHERE w.agent_id = a.id AND w.state = 'queued'))::int AS unstarted,
        (SELECT json_build_object('kind',
            CASE WHEN p.agent_id IS NOT NULL THEN 'agent' WHEN p.repository_id IS NOT NULL THEN 'repository' ELSE 'everything' END,
            'by', p.by, 'reason', p.reason, 'until', ${isoOf(Prisma.sql`p.until`)})
          FROM upkeep.pause p
          WHERE (p.agent_id = a.id OR (p.agent_id IS NULL AND (p.repository_id IS NULL OR p.repository_id = a.repository_id)))
            AND (p.until IS NULL OR p.until > clock_timestamp())
          ORDER BY p.repository_id IS NULL DESC, p.agent_id IS NULL DESC LIMIT 1) AS pause,
        coalesce((SELECT json_agg(json_build_object('kind', e.kind, 'number', e.number, 'url', e.url) ORDER BY e.kind)
          FROM upkeep.escalation e WHERE e.agent_id = a.id AND e.closed_at IS NULL), '[]'::json) AS escalations,
        CASE WHEN ${recent}::int = 0 THEN '[]'::json WHEN (SELECT count FROM all_of_them) <= ${MOST_WITH_RECENT}
          THEN ${recentOf({ agent: Prisma.sql`a.id`, most: recent })} END AS recent
      FROM upkeep.agent a JOIN upkeep.repository r ON r.id = a.repository_id LEFT JOIN upkeep.schedule s ON s.agent_id = a.id
        LEFT JOIN upkeep.run u ON u.agent_id = a.id AND u.state = 'running'
      WHERE ${which} ORDER BY r.name, r.id, a.name`,
  );
}

/** The last settled runs of one agent, the oldest first. */
export async function recentRuns(reader: Reader, ask: { readonly agentId: string; readonly most: number }): Promise<readonly RecentRun[]> {
  const agent = Prisma.sql`${ask.agentId}::uuid`;
  const [row] = await read<{ readonly recent: RecentRun[] }>(reader, Prisma.sql`SELECT ${recentOf({ agent, most: ask.most })} AS recent`);
  return row?.recent ?? [];
}

function recentOf({ agent, most }: { readonly agent: Prisma.Sql; readonly most: number }): Prisma.Sql {
  return Prisma.sql`coalesce((SELECT json_agg(json_build_object('id', l.id, 'outcome', l.outcome, 'settledAt', ${isoOf(Prisma.sql`l.settled_at`)},
      'durationMs', l.duration_ms, 'errors', l.errors, 'warnings', l.warnings) ORDER BY l.settled_at)
    FROM (SELECT * FROM upkeep.run w WHERE w.agent_id = ${agent} AND w.state = 'settled' ORDER BY w.id DESC LIMIT ${most}::int) l),
    '[]'::json)`;
}

/** A time as `Date.toISOString` writes it. */
export function isoOf(time: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
