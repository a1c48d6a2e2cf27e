/** Agents as the overview shows them. */
import { z } from 'zod';
import {
  escalationKindSchema,
  givenReasonSchema,
  givenTimeSchema,
  idSchema,
  namedSchema,
  outcomeSchema,
  prioritySchema,
  repositoryFilter,
  shownStateSchema,
  timeSchema,
} from './vocabulary-schema.ts';

/** So many of an agent's last runs are shown. */
export const MOST_RECENT = 50;

export const agentsListInput = z
  .strictObject({
    ...repositoryFilter,
    recent: z
      .int()
      .min(0)
      .max(MOST_RECENT)
      .default(MOST_RECENT)
      .describe('Last runs of each agent; with more than 60 agents at once null: ask agents.recent.'),
  })
  .prefault({});

export const recentRunSchema = z.object({
  id: z.string(),
  outcome: outcomeSchema,
  settledAt: timeSchema,
  durationMs: z.number().nullable(),
  errors: z.number().nullable(),
  warnings: z.number().nullable(),
});

/** One on everything, on the repository, or on the agent; the widest is told. */
export const pauseSchema = z.object({
  kind: z.enum(['everything', 'repository', 'agent']),
  by: z.string(),
  reason: z.string().nullable(),
  until: timeSchema.nullable(),
});

export const openEscalationSchema = z.object({ kind: escalationKindSchema, number: z.number().nullable(), url: z.string().nullable() });

export const agentCardSchema = z.object({
  id: z.string(),
  repository: namedSchema,
  name: z.string(),
  branch: z.string(),
  isEnabled: z.boolean(),
  state: shownStateSchema,
  /** The run that is under way; `progress` 0 to 1, null while nothing is known of it. */
  run: z
    .object({
      id: z.string(),
      progress: z.number().nullable(),
      check: z.string().nullable(),
      message: z.string().nullable(),
      startedAt: timeSchema.nullable(),
    })
    .nullable(),
  /** Runs that have not started. */
  unstarted: z.number(),
  nextRunAt: timeSchema.nullable(),
  cron: z.string().nullable(),
  cronWords: z.string().nullable(),
  timeZone: z.string().nullable(),
  priority: prioritySchema,
  lastOutcome: outcomeSchema.nullable(),
  lastReason: z.string().nullable(),
  lastSettledAt: timeSchema.nullable(),
  lastRunId: z.string().nullable(),
  streak: z.number(),
  /** When the breaker lets it try the same content again. */
  nextTryAt: timeSchema.nullable(),
  pause: pauseSchema.nullable(),
  inError: z.object({ at: timeSchema, reason: z.string().nullable() }).nullable(),
  escalations: z.array(openEscalationSchema),
  /** Oldest first. Null: there are too many agents to tell it of each; `agents.recent` does. */
  recent: z.array(recentRunSchema).nullable(),
  driftMs: z.number().nullable(),
});

export const agentsListOutput = z.array(agentCardSchema);
export type RecentRun = z.infer<typeof recentRunSchema>;

export const recentRunsInput = z.strictObject({ agentId: idSchema });
/** The last 50, the oldest first. */
export const recentRunsOutput = z.array(recentRunSchema);
export type AgentCard = z.infer<typeof agentCardSchema>;

/** Which agents an order is about. `id`: of the repository or agent. */
export const scopeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('everything') }),
  z.strictObject({ kind: z.literal('repository'), id: idSchema }),
  z.strictObject({ kind: z.literal('agent'), id: idSchema }),
]);
export type Scope = z.infer<typeof scopeSchema>;

/** What becomes of runs that are under way when their agent is paused: `now` refuses, the others let them end, or cancel them. */
export const PAUSE_WAYS = ['now', 'after-run', 'cancel'] as const;

export const pauseInput = z.strictObject({
  scope: scopeSchema,
  /** When it ends by itself; none: when somebody resumes. */
  until: givenTimeSchema.nullish(),
  reason: givenReasonSchema.nullish(),
  how: z.enum(PAUSE_WAYS).default('now'),
});
const namedRun = z.object({ agent: z.string(), runId: z.string() });
export const pauseOutput = z.object({
  /** Names of the agents. */
  agents: z.array(z.string()),
  /** Runs that had not started: they are skipped. */
  withdrawn: z.array(namedRun),
  /** Runs that are under way still. */
  running: z.array(namedRun),
});

export const steerInput = z.strictObject({ scope: scopeSchema, reason: givenReasonSchema.nullish() });
export const resumeOutput = z.object({
  agents: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      /** Null: it does not come back into the schedule. */
      nextRunAt: timeSchema.nullable(),
      /** What holds it still. */
      pause: z.object({ kind: z.enum(['everything', 'repository', 'agent']), by: z.string() }).nullable(),
    }),
  ),
});

export const retryOutput = z.object({
  agents: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      /** Null: it is back, and tried at once. */
      refusal: z.object({ code: z.string(), message: z.string() }).nullable(),
      runId: z.string().nullable(),
    }),
  ),
});

export const runInput = z.strictObject({
  agentIds: z.array(idSchema).min(1).max(200),
  /** Runs whatever is remembered, paused agents as well. */
  force: z.boolean().default(false),
  reason: givenReasonSchema.nullish(),
  priority: prioritySchema.nullish(),
});
export const runOutput = z.object({
  /** `isAdmitted`: it is in the queue; else it waits for the run before it. */
  runs: z.array(namedRun.extend({ isAdmitted: z.boolean() })),
});
