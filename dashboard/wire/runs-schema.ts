/** Runs in a list: filters, order, rows. */
import { z } from 'zod';
import {
  cursorSchema,
  givenTimeSchema,
  idSchema,
  namedSchema,
  outcomeSchema,
  pageOf,
  prioritySchema,
  repositoryFilter,
  runStateSchema,
  timeSchema,
  triggerSchema,
} from './vocabulary-schema.ts';

export const RUN_SORTS = ['newest', 'oldest', 'longest'] as const;

export const runFiltersSchema = z.strictObject({
  /** Ids. */
  agent: z.array(idSchema).max(100).optional(),
  /** Names, over all repositories and branches. */
  agentName: z.array(z.string().min(1).max(100)).max(20).optional(),
  state: z.array(runStateSchema).max(4).optional(),
  outcome: z.array(outcomeSchema).max(6).optional(),
  trigger: z.array(triggerSchema).max(8).optional(),
  branch: z.string().min(1).max(255).optional(),
  /** When it was asked for. */
  from: givenTimeSchema.optional(),
  to: givenTimeSchema.optional(),
  /** Beginning of the id of a run or commit, or a part of the message or of who asked. */
  search: z.string().trim().min(1).max(100).optional(),
});
export type RunFilters = z.infer<typeof runFiltersSchema>;

export const runsListInput = z
  .strictObject({
    ...repositoryFilter,
    filters: runFiltersSchema.default({}),
    sort: z.enum(RUN_SORTS).default('newest'),
    cursor: cursorSchema.nullish(),
    limit: z.int().min(1).max(100).default(50),
  })
  .prefault({});

export const runRowSchema = z.object({
  id: z.string(),
  repository: namedSchema,
  agent: namedSchema,
  branch: z.string(),
  trigger: triggerSchema,
  priority: prioritySchema,
  state: runStateSchema,
  outcome: outcomeSchema.nullable(),
  reason: z.string().nullable(),
  message: z.string().nullable(),
  requestedBy: z.string().nullable(),
  requestedAt: timeSchema,
  startedAt: timeSchema.nullable(),
  settledAt: timeSchema.nullable(),
  durationMs: z.number().nullable(),
  attempt: z.number(),
  commit: z.string().nullable(),
  /** The commit that was checked. */
  base: z.string().nullable(),
  errors: z.number().nullable(),
  warnings: z.number().nullable(),
  fixed: z.number().nullable(),
});
export type RunRow = z.infer<typeof runRowSchema>;

export const runsListOutput = pageOf(runRowSchema);
