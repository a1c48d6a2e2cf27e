/** What happened, and who did what. */
import { auditPage } from '../../../prisma/read/audit-page.ts';
import { eventPage } from '../../../prisma/read/event-page.ts';
import { cursorOf, placeOf } from '../../../scheduler/event-feed.ts';
import { auditListInput, auditListOutput, eventsListInput, eventsListOutput } from '../../wire/events-schema.ts';
import { numberOf } from '../cursors.ts';
import { auditFilters, auditRow, eventFilters, eventRow } from '../event-rows.ts';
import { databaseOf, router, viewerProcedure } from '../procedures.ts';

export const eventsRouter = router({
  list: viewerProcedure
    .input(eventsListInput)
    .output(eventsListOutput)
    .query(async ({ ctx, input }) => {
      const place = (cursor: string | null | undefined) => (cursor === null || cursor === undefined ? null : placeOf(cursor));
      const ask = { filters: eventFilters(input), before: place(input.before), after: place(input.after), limit: input.limit };
      const { events, next } = await eventPage(databaseOf(ctx).prisma, ask);
      return { rows: events.map(eventRow), next: next === null ? null : cursorOf(next) };
    }),
});

export const auditRouter = router({
  list: viewerProcedure
    .input(auditListInput)
    .output(auditListOutput)
    .query(async ({ ctx, input }) => {
      const { cursor, limit } = input;
      const rows = await auditPage(databaseOf(ctx).prisma, { filters: auditFilters(input), before: numberOf(cursor), limit: limit + 1 });
      const shown = rows.slice(0, limit);
      return { rows: shown.map(auditRow), next: rows.length > limit ? String(shown.at(-1)?.id ?? 0) : null };
    }),
});
