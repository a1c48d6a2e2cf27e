/** Findings: what is left now, and over time. */
import { z } from 'zod';
import { givenTimeSchema, namedSchema, ofRepositorySchema, repositoryFilter, severitySchema, timeSchema } from './vocabulary-schema.ts';

export const FINDING_ORDERS = ['newest', 'oldest', 'frequent'] as const;

/** At most 92 days; none: the last 30. */
export const findingsSummaryInput = z
  .strictObject({ ...repositoryFilter, from: givenTimeSchema.optional(), to: givenTimeSchema.optional() })
  .prefault({});
export const findingsSummaryOutput = z.object({
  /** What each agent's last look of a day left, and what its runs of that day repaired. */
  byDay: z.array(z.object({ day: z.string(), agent: z.string(), errors: z.number(), warnings: z.number(), fixed: z.number() })),
  /** What is left now. */
  byRule: z.array(
    z.object({ rule: z.string(), check: z.string(), count: z.number(), errors: z.number(), agents: z.number(), repositories: z.number() }),
  ),
  /** Percent of lines that tests cover, where it was measured. */
  coverage: z.array(z.object({ day: z.string(), agent: z.string(), percent: z.number() })),
  /** `errors` and `warnings` are left now; `fixed` in all of the days. */
  total: z.object({ errors: z.number(), warnings: z.number(), fixed: z.number() }),
});

export const findingsListInput = z
  .strictObject({ ...repositoryFilter, which: z.enum(FINDING_ORDERS).default('newest'), limit: z.int().min(1).max(200).default(50) })
  .prefault({});
export const findingsListOutput = z.array(
  z.object({
    fingerprint: z.string(),
    agent: namedSchema,
    repository: namedSchema,
    check: z.string(),
    rule: z.string(),
    path: z.string().nullable(),
    line: z.number().nullable(),
    severity: severitySchema,
    message: z.string(),
    /** Null: the run is not kept any more. */
    firstSeenAt: timeSchema.nullable(),
    lastSeenAt: timeSchema.nullable(),
    /** Runs that found it, counted up to 1000. */
    times: z.number(),
    runId: z.string(),
  }),
);

export const findingsHeatInput = ofRepositorySchema;
/** The deepest folders; empty: the root. */
export const findingsHeatOutput = z.array(z.object({ folder: z.string(), errors: z.number(), warnings: z.number() }));
