/**
 * The zod schema of every event: the single source of the event types (see event.ts, which only infers from here).
 * Loaded when an event is written or read back, never by a run that finds nothing to do.
 */
import { z } from 'zod';
import { AGENT_IDS, DELIVERY_MODES, OUTCOMES, PRIORITIES, REASONS, TRIGGERS } from './outcome.ts';

const sha = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);
const time = z.iso.datetime();
const reason = z.enum(REASONS);
const kind = z.enum(['code', 'operation']);

/** The pull request of a proposal; null where it could not be opened. */
const proposal = { number: z.number().int().nullable().optional(), url: z.string().nullable().optional() };

const common = {
  agentId: z.enum(AGENT_IDS).nullable(),
  jobId: z.string(),
  runId: z.string(),
  branch: z.string(),
  status: z.string(),
};

const findingSummary = z.object({
  path: z.string().nullable(),
  line: z.number().int().nullable(),
  rule: z.string(),
  severity: z.enum(['error', 'warning']),
  message: z.string(),
  fingerprint: z.string(),
  check: z.string(),
});

const settled = {
  outcome: z.enum(OUTCOMES),
  reason: reason.nullable(),
  trigger: z.enum(TRIGGERS),
  base: sha,
  /** The input key that this outcome answers, hex. */
  key: z.string(),
  /** Keys of the tree that the run's own commit produced: they are answered as well. */
  producedKey: z.string().nullable(),
  durationMs: z.number(),
  commit: sha.nullable(),
  delivered: z.boolean(),
  errors: z.number().int(),
  warnings: z.number().int(),
  fixed: z.number().int(),
  /** At most 50, errors first. */
  findings: z.array(findingSummary),
  /** Percent of lines that tests cover, where measured. */
  coverage: z.number().nullable(),
  /** Whether the run counts for the streak: CI and service do, laptops do not. */
  counts: z.boolean(),
  /** Sequence of the shared ledger that the run had read when it started: proves that it started after what is in it. */
  seen: z.number().int().min(0).optional(),
  /** The branch had moved on before the run started: what it found of an older commit decides nothing. */
  outdated: z.boolean().optional(),
  /** Files that the run's own commit changed; `null` where the file was not, or is no more. */
  blobs: z
    .array(z.object({ path: z.string(), from: sha.nullable(), to: sha.nullable() }))
    .max(200)
    .optional(),
  /** When the checks that run at night are due next (`Nightly` of state.ts); absent where the run leaves that as it was. */
  nightly: z.object({ schedule: z.string(), dueAt: time }).optional(),
  /** The newest commit of the branch up to which each commit was looked at; absent where the run leaves that as it was. */
  commitsRead: sha.optional(),
  /** What is compared with the next runs, by name; see measures.ts. */
  measures: z.record(z.string().max(400), z.number().min(0)).optional(),
};

/** Why GitHub would not do it (a code of github-error.ts), and a short name of who asked, other for another token; never the token. */
const refusal = z.object({ code: z.string(), asker: z.string() });

/** Data of each type of event, besides the common fields. */
export const EVENT_DATA = {
  'agent:queued': z.object({ ...common, position: z.number(), priority: z.enum(PRIORITIES), runAt: time }),
  'agent:started': z.object({ ...common, attempt: z.number(), trigger: z.enum(TRIGGERS), base: sha, checks: z.array(z.string()) }),
  'agent:progress': z.object({
    ...common,
    progress: z.number().min(0).max(1),
    message: z.string(),
    check: z.string().nullable(),
    outcome: z.enum(OUTCOMES).nullable(),
    durationMs: z.number().nullable(),
  }),
  'agent:completed': z.object({ ...common, ...settled }),
  'agent:failed': z.object({ ...common, ...settled, error: z.object({ code: z.string(), message: z.string(), reason: reason }) }),
  'agent:retrying': z.object({ ...common, attempt: z.number(), nextAttemptAt: time, reason }),
  'agent:skipped': z.object({ ...common, reason }),
  'agent:cancelled': z.object({ ...common, by: z.string() }),
  'agent:paused': z.object({ ...common, by: z.string(), reason: z.string().nullable(), nextRunAt: time.nullable() }),
  'agent:resumed': z.object({ ...common, by: z.string(), reason: z.string().nullable(), nextRunAt: time.nullable() }),
  'agent:tripped': z.object({ ...common, by: z.string(), reason: z.string(), nextRunAt: time.nullable(), streak: z.number(), kind }),
  'agent:recovered': z.object({
    ...common,
    by: z.string(),
    reason: z.string().nullable(),
    nextRunAt: time.nullable(),
    commit: sha.nullable(),
  }),
  'agent:escalated': z.object({
    ...common,
    /** Null when GitHub would not take an issue and will not by itself. */
    number: z.number().nullable(),
    url: z.string().nullable(),
    kind,
    streak: z.number(),
    /** What people were told: digest and beginning of the failure, as in failure.ts. */
    digest: z.string().optional(),
    failingSince: z.string().optional(),
    /** A person closed the issue while the agent still fails. */
    closed: z.boolean().optional(),
    /** Found on GitHub by a ledger that was begun anew. */
    adopted: z.boolean().optional(),
    refusal: refusal.optional(),
  }),
  'agent:escalation-closed': z.object({
    ...common,
    number: z.number().nullable(),
    url: z.string().nullable(),
    kind,
    streak: z.number(),
    /** GitHub would not close it: it is still to be closed. */
    refused: z.boolean().optional(),
    refusal: refusal.optional(),
  }),
  /** `isDefault`: what was set is set no more, and this is what the configuration says. */
  'agent:scheduled': z.object({
    ...common,
    cron: z.string(),
    zone: z.string(),
    by: z.string(),
    priority: z.enum(PRIORITIES).optional(),
    isDefault: z.boolean().optional(),
  }),
  /** `since`: all slots from there to `nominalTime`, of which there were too many to name each. */
  'agent:slot-dropped': z.object({ ...common, nominalTime: time, reason: z.string(), since: time.optional() }),
  'delivery:pushed': z.object({
    ...common,
    mode: z.enum(DELIVERY_MODES),
    commits: z.array(sha),
    ref: z.string(),
    reason: z.string().nullable(),
  }),
  'delivery:proposed': z.object({
    ...common,
    mode: z.enum(DELIVERY_MODES),
    commits: z.array(sha),
    ref: z.string(),
    reason: z.string().nullable(),
    ...proposal,
  }),
  /** A proposal that is not needed any more: merged, closed, or no longer what the agent would change. */
  'delivery:withdrawn': z.object({
    ...common,
    mode: z.enum(DELIVERY_MODES),
    commits: z.array(sha),
    ref: z.string(),
    reason: z.string().nullable(),
    ...proposal,
  }),
  'delivery:kept': z.object({
    ...common,
    mode: z.enum(DELIVERY_MODES),
    commits: z.array(sha),
    ref: z.string(),
    reason: z.string().nullable(),
  }),
  'delivery:refused': z.object({
    ...common,
    mode: z.enum(DELIVERY_MODES),
    commits: z.array(sha),
    ref: z.string(),
    reason: z.string().nullable(),
  }),
  'delivery:undone': z.object({
    ...common,
    mode: z.enum(DELIVERY_MODES),
    commits: z.array(sha),
    ref: z.string(),
    reason: z.string().nullable(),
    /** Input keys at which the agent must not make this change again. */
    frozenKeys: z.array(z.string()),
    /** `path` → blob id that the agent wrote and a person undid: never written again. */
    frozenBlobs: z.record(z.string(), z.string()),
  }),
  /** The input keys that the tree of a branch has, with what decides when its agents run: all that a look without an installation needs. */
  'scheduler:keyed': z.object({
    ...common,
    commit: sha,
    tree: sha,
    /** Version of Upkeep that made the keys. */
    version: z.string(),
    /** Of everything else that the keys were made of, besides the tree; hex. */
    context: z.string().optional(),
    agents: z.array(
      z.object({
        agentId: z.enum(AGENT_IDS),
        key: z.string(),
        triggers: z.array(z.enum(TRIGGERS)),
        lastRunAt: time.nullable(),
        dueAt: time.nullable(),
        /** When its checks of the night are due; absent where it has none. */
        nightlyDueAt: time.optional(),
        /** Programs of the machine that its key was made of: name → hash of the build, '' where there was none. */
        machineTools: z.record(z.string(), z.string()).optional(),
      }),
    ),
    speak: z.object({
      threshold: z.number(),
      branches: z.array(z.string()),
      quietHours: z.object({ from: z.string(), to: z.string(), timeZone: z.string() }).nullable(),
      maxOpenIssues: z.number(),
    }),
  }),
  'scheduler:status': z.object({
    ...common,
    running: z.number(),
    queued: z.number(),
    paused: z.number(),
    tripped: z.number(),
    errored: z.number(),
    nextDueAt: time.nullable(),
    driftMs: z.number().nullable(),
  }),
} as const;

export type EventType = keyof typeof EVENT_DATA;

const envelope = {
  specversion: z.literal('1.0'),
  id: z.uuidv7(),
  source: z.string(),
  time,
  subject: z.string(),
  dataschema: z.string(),
  correlationid: z.string(),
  causationid: z.string().nullable(),
};

const variants = Object.entries(EVENT_DATA).map(([type, data]) => z.object({ ...envelope, type: z.literal(type), data }));

/** Accepts exactly the events of this version; the error names the field. */
export const eventSchema = z.discriminatedUnion('type', variants as [(typeof variants)[number], ...typeof variants]);

export type Envelope = z.infer<z.ZodObject<typeof envelope>>;
