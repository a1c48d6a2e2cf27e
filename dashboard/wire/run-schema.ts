/** One run: what it did, found and led to. */
import { z } from 'zod';
import type { UpkeepEvent } from '../../ledger/event.ts';
import { runRowSchema } from './runs-schema.ts';
import { givenReasonSchema, idSchema, outcomeSchema, severitySchema, shownStateSchema, timeSchema } from './vocabulary-schema.ts';

export const runInput = z.strictObject({ id: idSchema });
export const runOrderInput = z.strictObject({ id: idSchema, reason: givenReasonSchema.nullish() });

/** As it was written; the schemas of events are those of the ledger. */
export const eventSchema = z.custom<UpkeepEvent>((value) => typeof value === 'object' && value !== null);

export const MOST_FINDINGS = 500;
export const MOST_EVENTS = 500;

export const findingSchema = z.object({
  id: z.string(),
  check: z.string(),
  path: z.string().nullable(),
  line: z.number().nullable(),
  column: z.number().nullable(),
  rule: z.string(),
  severity: severitySchema,
  message: z.string(),
  fingerprint: z.string(),
  isFixed: z.boolean(),
});

export const CORRELATION_KINDS = ['trigger', 'run', 'commit', 'delivery', 'issue'] as const;

export const runOutput = z.object({
  run: runRowSchema.extend({
    correlationId: z.string(),
    /** Nominal time of the slot that asked for it. */
    slotAt: timeSchema.nullable(),
    isForced: z.boolean(),
    crashes: z.number(),
    retries: z.number(),
    cancelBy: z.string().nullable(),
    /** Machine of the service that has or had it. */
    host: z.string().nullable(),
    progress: z.number().nullable(),
  }),
  agent: z.object({ id: z.string(), state: shownStateSchema.nullable() }),
  /** `endedAt` null: it is under way. */
  attempts: z.array(
    z.object({
      number: z.number(),
      startedAt: timeSchema,
      endedAt: timeSchema.nullable(),
      ending: z.string().nullable(),
      reason: z.string().nullable(),
      message: z.string().nullable(),
      host: z.string().nullable(),
    }),
  ),
  /** `outcome` null: it is under way, or waits. */
  checks: z.array(
    z.object({
      check: z.string(),
      outcome: outcomeSchema.nullable(),
      reason: z.string().nullable(),
      startedAt: timeSchema.nullable(),
      durationMs: z.number().nullable(),
      command: z.string().nullable(),
      hasLog: z.boolean(),
      logBytes: z.number(),
    }),
  ),
  findings: z.array(findingSchema),
  hasMoreFindings: z.boolean(),
  commit: z.object({ sha: z.string(), subject: z.string().nullable(), files: z.array(z.string()) }).nullable(),
  events: z.array(z.object({ cursor: z.string(), event: eventSchema })),
  /** What asked for it, and what it led to, in order. */
  correlation: z.array(
    z.object({
      at: timeSchema,
      kind: z.enum(CORRELATION_KINDS),
      text: z.string(),
      agent: z.string().nullable(),
      runId: z.string().nullable(),
      outcome: outcomeSchema.nullable(),
      sha: z.string().nullable(),
      url: z.string().nullable(),
    }),
  ),
});
export type RunDetails = z.infer<typeof runOutput>;

export const diffOutput = z.object({
  /** Unified; null: the run has no commit, or no clone of the repository is here. */
  diff: z.string().nullable(),
  /** Some of it is left out. */
  isCut: z.boolean(),
  files: z.array(z.object({ path: z.string(), added: z.number().nullable(), removed: z.number().nullable() })),
});

export const excerptInput = z.strictObject({ id: idSchema, path: z.string().min(1).max(4096), line: z.int().min(1).max(10_000_000) });
/** Null: the file is binary, too large, or not here. */
export const excerptOutput = z.object({ from: z.number(), lines: z.array(z.string()) }).nullable();

/** Bytes of one answer. */
export const MOST_LOG_BYTES = 256 * 1024;
export const checkNameSchema = z.string().min(1).max(200);
export const logInput = z.strictObject({
  id: idSchema,
  check: checkNameSchema,
  /** Bytes that are known already. */
  after: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(0),
});
export const logOutput = z.object({
  text: z.string(),
  /** Bytes before `text`, and where to go on. */
  from: z.number(),
  next: z.number(),
  /** Of the log as far as it is written. */
  size: z.number(),
  /** Nothing more will come. */
  isOver: z.boolean(),
});

export const rerunOutput = z.object({ runId: z.string(), isAdmitted: z.boolean() });
/** `done`: it has ended; else it is being ended. */
export const cancelOutput = z.object({ done: z.boolean() });
