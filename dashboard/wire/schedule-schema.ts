/** Schedules: as they are, as they could be, what comes, and who changed what. */
import { z } from 'zod';
import { pauseSchema } from './agents-schema.ts';
import {
  cursorSchema,
  givenReasonSchema,
  givenTimeSchema,
  idSchema,
  namedSchema,
  pageOf,
  prioritySchema,
  repositoryFilter,
  shownStateSchema,
  timeSchema,
} from './vocabulary-schema.ts';

/** What people write; the calculator has a limit of its own. */
const cronText = z.string().max(1000);
const zoneText = z.string().max(100);

export const scheduleSchema = z.object({
  agentId: z.string(),
  agent: z.string(),
  repository: namedSchema,
  branch: z.string(),
  cron: z.string(),
  cronWords: z.string(),
  timeZone: z.string(),
  source: z.enum(['configuration', 'person']),
  setBy: z.string().nullable(),
  priority: prioritySchema,
  missed: z.string(),
  missedWindowSeconds: z.number(),
  overlap: z.string(),
  jitterSeconds: z.number(),
  nextSlotAt: timeSchema.nullable(),
  nextRunAt: timeSchema.nullable(),
  lastSlotAt: timeSchema.nullable(),
  lastDriftMs: z.number().nullable(),
  isEnabled: z.boolean(),
  state: shownStateSchema,
  pause: pauseSchema.nullable(),
  inError: z.object({ at: timeSchema, reason: z.string().nullable() }).nullable(),
  /** Null: this service has no clone of the repository. */
  triggers: z.array(z.string()).nullable(),
  labels: z.array(z.string()),
  /** The next ten times, with the offset of its zone. */
  next: z.array(z.string()),
});
export const schedulesOutput = z.array(scheduleSchema);

export const previewInput = z.strictObject({ cron: cronText, timeZone: zoneText.default('UTC'), n: z.int().min(1).max(50).default(10) });
export const previewOutput = z.discriminatedUnion('valid', [
  z.object({
    valid: z.literal(true),
    words: z.string(),
    /** With the offset of the zone: `2026-03-29T03:00:00+02:00`. */
    next: z.array(z.string()),
    /** Changes of the clock between them. */
    notes: z.array(z.string()),
  }),
  z.object({ valid: z.literal(false), code: z.string(), message: z.string() }),
]);

export const setScheduleInput = z.strictObject({
  agentId: idSchema,
  /** None: what holds now. */
  cron: cronText.optional(),
  timeZone: zoneText.optional(),
  priority: prioritySchema.optional(),
  /** What the configuration says holds again; nothing else is given with it. */
  isDefault: z.boolean().default(false),
  reason: givenReasonSchema.nullish(),
});
export const setScheduleOutput = z.object({ nextRunAt: timeSchema.nullable() });

export const comingInput = z.strictObject({ ...repositoryFilter, from: givenTimeSchema, to: givenTimeSchema });
export const comingOutput = z.object({
  rows: z.array(z.object({ agentId: z.string(), agent: z.string(), repository: namedSchema, at: timeSchema })),
  /** There is more than is told. */
  isCut: z.boolean(),
});

export const changesInput = z
  .strictObject({
    ...repositoryFilter,
    agent: idSchema.optional(),
    cursor: cursorSchema.nullish(),
    limit: z.int().min(1).max(100).default(50),
  })
  .prefault({});
export const changesOutput = pageOf(
  z.object({
    id: z.string(),
    at: timeSchema,
    by: z.string(),
    /** `schedule`, `pause`, `resume`. */
    action: z.string(),
    /** `acme/site docs`, `acme/site`, `everything`. */
    subject: z.string(),
    agentId: z.string().nullable(),
    cron: z.string().nullable(),
    timeZone: z.string().nullable(),
    priority: z.string().nullable(),
    isDefault: z.boolean(),
    until: z.string().nullable(),
    reason: z.string().nullable(),
    address: z.string().nullable(),
  }),
);
