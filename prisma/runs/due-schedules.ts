/** Schedules whose next slot has come. */
import type { Sql, Statement } from '../sql.ts';

export interface DueSchedule {
  readonly agentId: string;
  readonly repositoryId: string;
  /** `backend`, `qa` … */
  readonly agent: string;
  readonly branch: string;
  readonly priority: string;
  readonly labels: string[];
  readonly cron: string;
  readonly timeZone: string;
  readonly missed: string;
  readonly missedWindowSeconds: number;
  readonly overlap: string;
  readonly jitterSeconds: number;
  readonly nextSlotAt: Date;
  /** A run of the agent is queued or under way; one waits. */
  readonly isBusy: boolean;
  readonly isQueued: boolean;
}

const DUE: Statement = {
  name: 'due_schedules',
  text: `
    SELECT s.agent_id AS "agentId", a.repository_id AS "repositoryId", a.name AS agent, a.branch, a.priority, a.labels, s.cron,
      s.time_zone AS "timeZone", s.missed, s.missed_window_seconds AS "missedWindowSeconds", s.overlap,
      s.jitter_seconds AS "jitterSeconds", s.next_slot_at AS "nextSlotAt",
      EXISTS (SELECT 1 FROM upkeep.run r WHERE r.agent_id = s.agent_id AND r.state IN ('queued', 'running')) AS "isBusy",
      EXISTS (SELECT 1 FROM upkeep.run r WHERE r.agent_id = s.agent_id AND r.state = 'waiting') AS "isQueued"
    FROM upkeep.schedule s JOIN upkeep.agent a ON a.id = s.agent_id
    WHERE s.next_run_at <= $1 ORDER BY s.next_run_at LIMIT $2 FOR NO KEY UPDATE OF s, a SKIP LOCKED`,
};

/** Locks them and their agents until the transaction ends; what somebody else has in hand is left for the next look, so that nobody waits in a ring. */
export async function dueSchedules(sql: Sql, now: Date, most: number): Promise<DueSchedule[]> {
  return sql.rows<DueSchedule>(DUE, [now, most]);
}

const AHEAD: Statement = {
  name: 'ahead_schedules',
  text: `
    SELECT agent_id AS "agentId", cron, time_zone AS "timeZone", jitter_seconds AS "jitterSeconds", next_slot_at AS "nextSlotAt"
    FROM upkeep.schedule WHERE next_slot_at > $1 AND ($2::uuid IS NULL OR agent_id > $2) ORDER BY agent_id LIMIT $3 FOR NO KEY UPDATE`,
};

/** Schedules whose next slot is still to come, in the order of their agents, from the first `after` one. */
export async function aheadSchedules(
  sql: Sql,
  ask: { readonly now: Date; readonly after: string | null; readonly most: number },
): Promise<Pick<DueSchedule, 'agentId' | 'cron' | 'timeZone' | 'jitterSeconds' | 'nextSlotAt'>[]> {
  return sql.rows(AHEAD, [ask.now, ask.after, ask.most]);
}

/** Where a schedule goes on. */
export interface ScheduleStep {
  readonly agentId: string;
  readonly before: Date;
  readonly lastSlotAt: Date | null;
  readonly nextSlotAt: Date | null;
  readonly nextRunAt: Date | null;
}

const ADVANCE: Statement = {
  name: 'advance_schedules',
  text: `
    UPDATE upkeep.schedule s SET next_slot_at = n."nextSlotAt", next_run_at = n."nextRunAt",
      last_slot_at = coalesce(n."lastSlotAt", s.last_slot_at)
    FROM json_to_recordset($1::json) AS n ("agentId" uuid, before timestamptz, "lastSlotAt" timestamptz, "nextSlotAt" timestamptz,
      "nextRunAt" timestamptz)
    WHERE s.agent_id = n."agentId" AND s.next_slot_at = n.before`,
};

/** Only where the next slot is still the one that was seen. */
export async function advanceSchedules(sql: Sql, steps: readonly ScheduleStep[]): Promise<void> {
  if (steps.length > 0) await sql.rows(ADVANCE, [JSON.stringify(steps)]);
}

const NEAREST: Statement = {
  name: 'nearest_time',
  text: `
    SELECT (SELECT min(next_run_at) FROM upkeep.schedule WHERE next_run_at IS NOT NULL) AS slot,
      (SELECT min(eligible_at) FROM upkeep.run WHERE state = 'queued' AND attempt > 0 AND eligible_at > $1) AS run`,
};

/** When the next slot comes, and when the next queued run may start that may not yet; null: none. */
export async function nearestTimes(sql: Sql, now: Date): Promise<{ readonly slot: Date | null; readonly run: Date | null }> {
  const [row] = await sql.rows<{ slot: Date | null; run: Date | null }>(NEAREST, [now]);
  return row ?? { slot: null, run: null };
}
