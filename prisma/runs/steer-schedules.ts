/** What people change in schedules. */
import type { Sql, Statement } from '../sql.ts';

/** Where the schedule of an agent goes on; nulls: nowhere. */
export interface ScheduleGoesOn {
  readonly agentId: string;
  readonly nextSlotAt: Date | null;
  readonly nextRunAt: Date | null;
}

const GO_ON: Statement = {
  name: 'schedules_go_on',
  text: `
    UPDATE upkeep.schedule s SET next_slot_at = n."nextSlotAt", next_run_at = n."nextRunAt"
    FROM json_to_recordset($1::json) AS n ("agentId" uuid, "nextSlotAt" timestamptz, "nextRunAt" timestamptz)
    WHERE s.agent_id = n."agentId"`,
};

export async function schedulesGoOn(sql: Sql, rows: readonly ScheduleGoesOn[]): Promise<void> {
  if (rows.length > 0) await sql.rows(GO_ON, [JSON.stringify(rows)]);
}

const SET: Statement = {
  name: 'set_schedule',
  text: `
    UPDATE upkeep.schedule SET cron = $2, time_zone = $3, source = CASE WHEN $4::text IS NULL THEN 'configuration' ELSE 'person' END,
      set_by = $4, next_slot_at = $5, next_run_at = $6
    WHERE agent_id = $1`,
};

/** `setBy` null: it is the configuration's again. */
export async function setScheduleRow(
  sql: Sql,
  row: ScheduleGoesOn & { readonly cron: string; readonly timeZone: string; readonly setBy: string | null },
): Promise<void> {
  await sql.rows(SET, [row.agentId, row.cron, row.timeZone, row.setBy, row.nextSlotAt, row.nextRunAt]);
}
