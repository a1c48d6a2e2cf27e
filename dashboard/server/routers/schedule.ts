/** Schedules: as they are, as they could be, what comes, who changed what, and changing them. */
import type { Priority } from '../../../ledger/outcome.ts';
import { agentCards } from '../../../prisma/read/agent-cards.ts';
import { auditPage, type AuditFact } from '../../../prisma/read/audit-page.ts';
import { scheduleFacts, type ScheduleFacts } from '../../../prisma/read/schedules.ts';
import { describeCron } from '../../../scheduler/cron/describe-cron.ts';
import { fireTimesBetween } from '../../../scheduler/cron/fire-times.ts';
import { parseCron } from '../../../scheduler/cron/parse-cron.ts';
import { canonicalTimeZone } from '../../../scheduler/cron/zone-name.ts';
import { setSchedule } from '../../../scheduler/steer/set-schedule.ts';
import {
  changesInput,
  changesOutput,
  comingInput,
  comingOutput,
  previewInput,
  previewOutput,
  schedulesOutput,
  setScheduleInput,
  setScheduleOutput,
} from '../../wire/schedule-schema.ts';
import { ofRepositorySchema } from '../../wire/vocabulary-schema.ts';
import { agentCard } from '../agent-card.ts';
import { numberOf } from '../cursors.ts';
import { DashboardError } from '../errors.ts';
import { clockNotes, nextTimes } from '../fire-times.ts';
import { adminOrder, deciderOf } from '../orders.ts';
import { databaseOf, router, schedulerOf, viewerProcedure } from '../procedures.ts';

const DAY_MS = 86_400_000;
const MOST_DAYS = 35;
const MOST_TIMES = 5_000;
const MOST_OF_ONE = 300;
const NEXT = 10;

export const scheduleRouter = router({
  list: viewerProcedure
    .input(ofRepositorySchema)
    .output(schedulesOutput)
    .query(async ({ ctx, input }) => {
      const { prisma } = databaseOf(ctx);
      const { dashboard } = ctx;
      const [schedules, cards] = await Promise.all([scheduleFacts(prisma, input), agentCards(prisma, { ...input, recent: 0 })]);
      const byId = new Map(cards.map((card) => [card.id, agentCard(card, dashboard.progress)]));
      const repositories = new Set(schedules.map(({ repositoryId }) => repositoryId));
      const settings = new Map(await Promise.all([...repositories].map(async (id) => [id, await dashboard.settingsOf(id)] as const)));
      return schedules.flatMap((schedule) => {
        const card = byId.get(schedule.agentId);
        if (card === undefined) return [];
        const { state, pause, inError } = card;
        const triggers = settings.get(schedule.repositoryId)?.agents.find(({ name }) => name === schedule.agent)?.triggers ?? null;
        return [{ ...scheduleRow(schedule, dashboard.now()), state, pause, inError, triggers: triggers === null ? null : [...triggers] }];
      });
    }),

  preview: viewerProcedure
    .input(previewInput)
    .output(previewOutput)
    .query(({ ctx, input }) => {
      const parsed = parseCron(input.cron, input.timeZone);
      if (!parsed.ok) return { valid: false as const, ...parsed.error };
      const next = nextTimes(parsed.value, ctx.dashboard.now(), input.n);
      return { valid: true as const, words: describeCron(input.cron), next, notes: clockNotes(next, input.timeZone) };
    }),

  set: adminOrder
    .input(setScheduleInput)
    .output(setScheduleOutput)
    .mutation(async ({ ctx, input }) => {
      const { agentId, cron, timeZone, priority, isDefault, reason } = input;
      const isGiven = cron !== undefined || timeZone !== undefined || priority !== undefined;
      if (isDefault === isGiven) throw invalid('cron', 'expected a schedule, a time zone or a priority, or isDefault alone');
      const [current] = await scheduleFacts(databaseOf(ctx).prisma, { agentId });
      if (current === undefined) throw new DashboardError('NOT-FOUND-AGENT', 'there is no such agent any more, or it has no schedule');
      const settings = isDefault || priority === undefined ? await ctx.dashboard.settingsOf(current.repositoryId) : null;
      const configured = settings?.agents.find(({ name }) => name === current.agent) ?? null;
      if (isDefault && configured === null)
        throw new DashboardError(
          'CONFLICT-NO-CLONE',
          'this service has no clone of the repository, so it does not know what its configuration says',
        );
      const zone = wellWritten(isDefault ? (configured?.timeZone ?? 'UTC') : (timeZone ?? current.timeZone));
      const text = isDefault ? (configured?.cron ?? current.cron) : (cron ?? current.cron).trim();
      const parsed = parseCron(text, zone);
      if (!parsed.ok) throw invalid(parsed.error.code === 'zone' ? 'timeZone' : 'cron', parsed.error.message);
      const { nextRunAt, events } = await setSchedule(schedulerOf(ctx), {
        scope: { repositoryId: null, agentId },
        decider: deciderOf(ctx, reason),
        set: { cron: text, zone, priority: priority ?? null, isDefault },
        ...(isDefault && configured !== null ? { defaultPriority: configured.priority } : {}),
      });
      ctx.dashboard.onOrdered(events);
      return { nextRunAt: nextRunAt?.toISOString() ?? null };
    }),

  coming: viewerProcedure
    .input(comingInput)
    .output(comingOutput)
    .query(async ({ ctx, input }) => {
      const [from, to] = [new Date(input.from), new Date(input.to)];
      if (to <= from || to.getTime() - from.getTime() > MOST_DAYS * DAY_MS)
        throw invalid('to', `expected a time after from, and at most ${MOST_DAYS} days later`);
      const schedules = await scheduleFacts(databaseOf(ctx).prisma, { repository: input.repository });
      const rows = schedules.filter(({ nextRunAt }) => nextRunAt !== null).map((schedule) => timesOf(schedule, { from, to }));
      const all = rows.flatMap(({ times }) => times).sort((a, b) => a.at.localeCompare(b.at));
      return { rows: all.slice(0, MOST_TIMES), isCut: all.length > MOST_TIMES || rows.some(({ isCut }) => isCut) };
    }),

  changes: viewerProcedure
    .input(changesInput)
    .output(changesOutput)
    .query(async ({ ctx, input }) => {
      const { repository, agent, cursor, limit } = input;
      const filters = { actions: ['schedule', 'pause', 'resume'], repository, agentId: agent };
      const rows = await auditPage(databaseOf(ctx).prisma, { filters, before: numberOf(cursor), limit: limit + 1 });
      const shown = rows.slice(0, limit);
      return { rows: shown.map(changeRow), next: rows.length > limit ? String(shown.at(-1)?.id ?? 0) : null };
    }),
});

function scheduleRow({ repositoryId, repository, source, ...schedule }: ScheduleFacts, now: Date) {
  const { cron, timeZone, priority, nextSlotAt, nextRunAt, lastSlotAt } = schedule;
  const parsed = parseCron(cron, timeZone);
  return {
    ...schedule,
    repository: { id: repositoryId, name: repository },
    cronWords: describeCron(cron),
    source: source === 'person' ? ('person' as const) : ('configuration' as const),
    priority: priority as Priority,
    nextSlotAt: nextSlotAt?.toISOString() ?? null,
    nextRunAt: nextRunAt?.toISOString() ?? null,
    lastSlotAt: lastSlotAt?.toISOString() ?? null,
    next: parsed.ok ? nextTimes(parsed.value, now, NEXT) : [],
  };
}

function timesOf(
  { agentId, agent, repositoryId, repository, cron, timeZone }: ScheduleFacts,
  span: { readonly from: Date; readonly to: Date },
) {
  const parsed = parseCron(cron, timeZone);
  const times = parsed.ok ? fireTimesBetween(parsed.value, span, MOST_OF_ONE + 1) : [];
  const about = { agentId, agent, repository: { id: repositoryId, name: repository } };
  return { times: times.slice(0, MOST_OF_ONE).map((time) => ({ ...about, at: time.toISOString() })), isCut: times.length > MOST_OF_ONE };
}

function changeRow({ id, at, by, action, subject, detail }: AuditFact) {
  const text = (name: string): string | null => (typeof detail?.[name] === 'string' ? detail[name] : null);
  return {
    ...{ id: String(id), at: at.toISOString(), by, action, subject },
    agentId: text('agentId'),
    cron: text('cron'),
    timeZone: text('zone'),
    priority: text('priority'),
    isDefault: detail?.['isDefault'] === true,
    until: text('until'),
    reason: text('reason'),
    address: text('from'),
  };
}

/** The zone as it is commonly written. */
function wellWritten(zone: string): string {
  const known = canonicalTimeZone(zone);
  return known !== null && known.toLowerCase() === zone.toLowerCase() ? known : zone;
}

function invalid(field: string, message: string): DashboardError {
  return new DashboardError('VAL-INPUT', `${field}: ${message}`, { fields: [{ field, message }] });
}
