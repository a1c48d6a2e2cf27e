/** Slots that have come become runs: the run, its job and the schedule's next slot in one transaction, so that a slot exists once. */
import { uuidv7 } from '../ledger/event.ts';
import type { Priority } from '../ledger/outcome.ts';
import { advanceSchedules, dueSchedules, type DueSchedule, type ScheduleStep } from '../prisma/runs/due-schedules.ts';
import { writeEvents, type EventRow } from '../prisma/runs/write-events.ts';
import { transaction } from '../prisma/sql.ts';
import { nextFireTime } from './cron/fire-times.ts';
import { parseCron, type CronSchedule } from './cron/parse-cron.ts';
import { jitterOf, planSlots, type MissedPolicy, type OverlapPolicy, type SlotPlan } from './plan-slots.ts';
import { markCancelled } from '../prisma/runs/cancel-runs.ts';
import { enqueueRuns, type Enqueued, type RunRequest } from './runs/enqueue-runs.ts';
import { runEvent } from './runs/run-events.ts';
import { wakeServices } from './runs/wake.ts';
import type { SchedulerContext } from './scheduler-context.ts';

/** So many schedules are looked at in one transaction; the rest in the next. */
const BATCH = 200;

export interface Materialised {
  readonly runs: readonly Enqueued[];
  readonly events: readonly EventRow[];
}

/** Makes the runs of every slot that has come by `now`, by the database's clock. */
export async function materialise(context: SchedulerContext, now: Date): Promise<Materialised> {
  const runs: Enqueued[] = [];
  const events: EventRow[] = [];
  for (;;) {
    const batch = await materialiseSome(context, now);
    runs.push(...batch.runs);
    events.push(...batch.events);
    if (batch.looked < BATCH) return { runs, events };
  }
}

async function materialiseSome(context: SchedulerContext, now: Date): Promise<Materialised & { readonly looked: number }> {
  return transaction(context.pool, async (sql) => {
    const due = await dueSchedules(sql, now, BATCH);
    if (due.length === 0) return { runs: [], events: [], looked: 0 };
    const planned = due.map((row) => planRow(row, now));
    const requests = planned.flatMap(({ row, plan }) => plan.runs.map((slot) => requestOf(row, slot, now)));
    const { runs, events } = await enqueueRuns(sql, requests, { context, now });
    const drops = planned.flatMap((one) => dropEvents(one, { context, now }));
    const cancelled = planned.filter(({ plan }) => plan.cancelsRunning);
    const asked = cancelled.map(({ row }) => markCancelled(sql, { runId: null, agentId: row.agentId, repositoryId: null }, 'schedule'));
    await Promise.all([
      ...asked,
      writeEvents(sql, drops),
      advanceSchedules(
        sql,
        planned.map(({ step }) => step),
      ),
      cancelled.length > 0 ? wakeServices(sql, 'cancel') : null,
    ]);
    return { runs, events: [...events, ...drops], looked: due.length };
  });
}

interface PlannedRow {
  readonly row: DueSchedule;
  readonly plan: SlotPlan;
  readonly step: ScheduleStep;
}

const NOTHING: SlotPlan = { runs: [], dropped: [], cancelsRunning: false, nextSlotAt: null };

function planRow(row: DueSchedule, now: Date): PlannedRow {
  const parsed = parseCron(row.cron, row.timeZone);
  // An expression was checked when it was set; a zone can go with an update of the system. It leaves the schedule, and `agent schedule list` says so.
  const plan = parsed.ok ? planSlots({ schedule: parsed.value, ...questionOf(row, parsed.value, now) }) : NOTHING;
  const lastSlotAt = plan.runs.at(-1) ?? null;
  const { nextSlotAt } = plan;
  const nextRunAt =
    nextSlotAt === null || !parsed.ok
      ? null
      : runTimeOf(row.agentId, parsed.value, { slot: nextSlotAt, jitterMs: row.jitterSeconds * 1000 });
  return { row, plan, step: { agentId: row.agentId, before: row.nextSlotAt, lastSlotAt, nextSlotAt, nextRunAt } };
}

function questionOf(row: DueSchedule, schedule: CronSchedule, now: Date): Omit<Parameters<typeof planSlots>[0], 'schedule'> {
  return {
    nextSlotAt: row.nextSlotAt,
    jitterMs: jitterAt(row.agentId, schedule, { slot: row.nextSlotAt, jitterMs: row.jitterSeconds * 1000 }),
    now,
    policy: {
      missed: row.missed as MissedPolicy,
      windowMs: row.missedWindowSeconds * 1000,
      overlap: row.overlap as OverlapPolicy,
    },
    isBusy: row.isBusy,
    isQueued: row.isQueued,
  };
}

interface JitterAsk {
  readonly slot: Date;
  /** At most so long. */
  readonly jitterMs: number;
}

/** When the run of a slot starts: at the slot, or by its jitter later. */
export function runTimeOf(agentId: string, schedule: CronSchedule, ask: JitterAsk): Date {
  return new Date(ask.slot.getTime() + jitterAt(agentId, schedule, ask));
}

function jitterAt(agentId: string, schedule: CronSchedule, { slot, jitterMs }: JitterAsk): number {
  if (jitterMs === 0) return 0;
  const next = nextFireTime(schedule, slot);
  return jitterOf(agentId, jitterMs, next === null ? jitterMs * 2 : next.getTime() - slot.getTime());
}

function requestOf(row: DueSchedule, slotAt: Date, now: Date): RunRequest {
  const { repositoryId, agentId, agent, branch, labels } = row;
  return {
    ...{ repositoryId, agentId, agent, branch, labels, slotAt },
    trigger: 'schedule',
    priority: row.priority as Priority,
    base: null,
    isForced: false,
    requestedBy: null,
    correlationId: uuidv7(now),
  };
}

function dropEvents({ row, plan }: PlannedRow, { context, now }: { readonly context: SchedulerContext; readonly now: Date }): EventRow[] {
  return plan.dropped.map(({ slot, reason, since }) => {
    const id = uuidv7(now);
    const subject = { ...row, id, jobId: null, correlationId: id };
    const span = since === null ? {} : { since: since.toISOString() };
    const data = { status: 'ACTIVE', nominalTime: slot.toISOString(), reason, ...span };
    return { ...runEvent('agent:slot-dropped', subject, { data, source: context.source, at: now }), runId: null };
  });
}
