/** What waits, what is under way, and what could not be carried out. */
import { z } from 'zod';
import { givenReasonSchema, idSchema, namedSchema, prioritySchema, timeSchema, triggerSchema } from './vocabulary-schema.ts';

export const WAIT_KINDS = ['agent-busy', 'label-limit', 'not-before', 'repository-busy', 'no-service', 'no-place', 'next'] as const;

const about = {
  runId: z.string(),
  agent: namedSchema,
  repository: namedSchema,
  branch: z.string(),
  priority: prioritySchema,
  trigger: triggerSchema,
};

export const queueOutput = z.object({
  running: z.array(
    z.object({
      ...about,
      startedAt: timeSchema.nullable(),
      attempt: z.number(),
      host: z.string().nullable(),
      progress: z.number().nullable(),
      check: z.string().nullable(),
    }),
  ),
  /** In the order in which they come. */
  waiting: z.array(
    z.object({
      ...about,
      requestedAt: timeSchema,
      requestedBy: z.string().nullable(),
      eligibleAt: timeSchema,
      /** From 1, among all that wait. */
      position: z.number(),
      isRetry: z.boolean(),
      wait: z.object({ kind: z.enum(WAIT_KINDS), words: z.string(), until: timeSchema.nullable() }),
    }),
  ),
  /** More wait than are told. */
  hasMore: z.boolean(),
  /** Agents that are out of the schedule because of it; `agent.id` is what `retry` and `discard` take. */
  dead: z.array(
    z.object({
      agent: namedSchema,
      repository: namedSchema,
      branch: z.string(),
      runId: z.string().nullable(),
      at: timeSchema,
      reason: z.string().nullable(),
      message: z.string().nullable(),
      attempts: z.number(),
    }),
  ),
});

export const setPriorityInput = z.strictObject({ runId: idSchema, priority: prioritySchema, reason: givenReasonSchema.nullish() });
export const queueRunInput = z.strictObject({ runId: idSchema, reason: givenReasonSchema.nullish() });
export const deadInput = z.strictObject({ agentId: idSchema, reason: givenReasonSchema.nullish() });
