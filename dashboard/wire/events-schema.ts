/** What happened, and who did what. */
import { z } from 'zod';
import { eventSchema } from './run-schema.ts';
import { cursorSchema, givenTimeSchema, idSchema, pageOf, repositoryFilter, timeSchema } from './vocabulary-schema.ts';

/** `agent:failed`, `delivery:pushed` … */
const eventType = z.string().regex(/^[a-z-]{1,40}:[a-z-]{1,40}$/, 'a type such as agent:failed');
const eventCursor = z.string().regex(/^(-1|\d{1,15})\.(-1|\d{1,15})$/, 'a cursor as an event had it');

const eventFilters = {
  ...repositoryFilter,
  types: z.array(eventType).max(50).optional(),
  agent: idSchema.optional(),
  run: idSchema.optional(),
  from: givenTimeSchema.optional(),
  to: givenTimeSchema.optional(),
};

export const eventsListInput = z
  .strictObject({
    ...eventFilters,
    /** Cursors: only events before and after it. */
    before: eventCursor.nullish(),
    after: eventCursor.nullish(),
    limit: z.int().min(1).max(200).default(100),
  })
  .prefault({});

/** Newest first. A page can be empty although there is a next one: so far nothing was meant. */
export const eventsListOutput = pageOf(
  z.object({
    cursor: z.string(),
    repositoryId: z.string().nullable(),
    agentId: z.string().nullable(),
    runId: z.string().nullable(),
    event: eventSchema,
  }),
);

const auditFilters = {
  ...repositoryFilter,
  actions: z.array(z.string().min(1).max(60)).max(50).optional(),
  by: z.string().min(1).max(100).optional(),
  agent: idSchema.optional(),
  from: givenTimeSchema.optional(),
  to: givenTimeSchema.optional(),
};

export const auditListInput = z
  .strictObject({ ...auditFilters, cursor: cursorSchema.nullish(), limit: z.int().min(1).max(200).default(50) })
  .prefault({});

export const auditRowSchema = z.object({
  id: z.string(),
  at: timeSchema,
  by: z.string(),
  action: z.string(),
  subject: z.string(),
  detail: z.record(z.string(), z.unknown()).nullable(),
  /** Where it came from; null: from a command line. */
  address: z.string().nullable(),
  /** `done`, or the code of the refusal. */
  result: z.string(),
});
export const auditListOutput = pageOf(auditRowSchema);

/** In an address lists are divided by commas. */
const list = (item: z.ZodType<string, string>) =>
  z
    .string()
    .max(4000)
    .transform((text) => text.split(',').filter((part) => part !== ''))
    .pipe(z.array(item).max(50))
    .optional();
const format = z.enum(['ndjson', 'csv']).default('ndjson');

export const exportEventsQuery = z.strictObject({ ...eventFilters, types: list(eventType), format });
export const exportAuditQuery = z.strictObject({ ...auditFilters, actions: list(z.string().min(1).max(60)), format });
export const exportLogQuery = z.strictObject({ run: idSchema, check: z.string().min(1).max(200) });
