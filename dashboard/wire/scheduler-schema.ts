/** The scheduler as a whole, and what it did last. */
import { z } from 'zod';
import { escalationKindSchema, namedSchema, repositoryFilter, timeSchema } from './vocabulary-schema.ts';

export const serviceSchema = z.object({
  id: z.string(),
  host: z.string(),
  version: z.string(),
  startedAt: timeSchema,
  seenAt: timeSchema,
  /** Whether it was seen lately. */
  isAlive: z.boolean(),
  isDraining: z.boolean(),
  maxConcurrent: z.number(),
  running: z.number(),
  clockSkewMs: z.number().nullable(),
  repositories: z.array(namedSchema),
});

export const schedulerStatusOutput = z.object({
  running: z.number(),
  queued: z.number(),
  paused: z.number(),
  tripped: z.number(),
  errored: z.number(),
  nextDueAt: timeSchema.nullable(),
  driftMs: z.number().nullable(),
  /** The database's time. */
  now: timeSchema,
  services: z.array(serviceSchema),
});

export const recentInput = z.strictObject({ ...repositoryFilter, limit: z.int().min(1).max(50).default(10) }).prefault({});

export const commitsOutput = z.array(
  z.object({
    sha: z.string(),
    runId: z.string(),
    agent: namedSchema,
    repository: namedSchema,
    branch: z.string(),
    /** When its run ended. */
    at: timeSchema,
    fixed: z.number().nullable(),
    /** First line of its message; null where this service has no clone, or the commit is gone. */
    subject: z.string().nullable(),
  }),
);

export const escalationsOutput = z.array(
  z.object({
    agent: namedSchema,
    repository: namedSchema,
    branch: z.string(),
    kind: escalationKindSchema,
    number: z.number().nullable(),
    url: z.string().nullable(),
    since: timeSchema,
    streak: z.number(),
  }),
);
