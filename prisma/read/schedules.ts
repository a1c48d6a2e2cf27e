/** Schedules of agents, and what people changed in them. */
import { Prisma } from '../generated/client.ts';
import { allOf, read, type Reader } from './reader.ts';

export interface ScheduleFacts {
  readonly agentId: string;
  readonly agent: string;
  readonly repositoryId: string;
  readonly repository: string;
  readonly branch: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly source: string;
  readonly setBy: string | null;
  readonly priority: string;
  readonly labels: string[];
  readonly missed: string;
  readonly missedWindowSeconds: number;
  readonly overlap: string;
  readonly jitterSeconds: number;
  readonly nextSlotAt: Date | null;
  readonly nextRunAt: Date | null;
  readonly lastSlotAt: Date | null;
  readonly lastDriftMs: number | null;
  readonly isEnabled: boolean;
}

/** Of branches that are looked after; by repository, then agent. */
export async function scheduleFacts(
  reader: Reader,
  ask: { readonly repository?: string | undefined; readonly agentId?: string | undefined } = {},
): Promise<ScheduleFacts[]> {
  const which = allOf([
    Prisma.sql`p.removed_at IS NULL AND a.branch = p.branch`,
    ask.repository === undefined ? null : Prisma.sql`p.id = ${ask.repository}::uuid`,
    ask.agentId === undefined ? null : Prisma.sql`a.id = ${ask.agentId}::uuid`,
  ]);
  return read<ScheduleFacts>(
    reader,
    Prisma.sql`
      SELECT a.id AS "agentId", a.name AS agent, p.id AS "repositoryId", p.name AS repository, a.branch, s.cron, s.time_zone AS "timeZone",
        s.source, s.set_by AS "setBy", a.priority, a.labels, s.missed, s.missed_window_seconds AS "missedWindowSeconds", s.overlap,
        s.jitter_seconds AS "jitterSeconds", s.next_slot_at AS "nextSlotAt", s.next_run_at AS "nextRunAt", s.last_slot_at AS "lastSlotAt",
        s.last_drift_ms AS "lastDriftMs", a.is_enabled AS "isEnabled"
      FROM upkeep.schedule s JOIN upkeep.agent a ON a.id = s.agent_id JOIN upkeep.repository p ON p.id = a.repository_id
      WHERE ${which} ORDER BY p.name, p.id, a.name`,
  );
}
