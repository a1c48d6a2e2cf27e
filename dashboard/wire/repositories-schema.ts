/** Repositories, and how what is in them hangs together. */
import { z } from 'zod';
import { idSchema, shownStateSchema, timeSchema } from './vocabulary-schema.ts';

export const repositorySchema = z.object({
  id: z.string(),
  name: z.string(),
  identity: z.string(),
  branch: z.string(),
  /** Why it cannot be worked on now. */
  problem: z.string().nullable(),
  /** Why the configuration of the newest commit cannot be used. */
  configError: z.string().nullable(),
  configuredAt: z.string().nullable(),
  servedBy: z.array(z.object({ host: z.string(), path: z.string(), isAlive: z.boolean() })),
  counts: z.object({
    agents: z.number(),
    running: z.number(),
    queued: z.number(),
    paused: z.number(),
    errored: z.number(),
    tripped: z.number(),
  }),
  lastCommit: z.object({ sha: z.string(), agent: z.string(), runId: z.string(), at: timeSchema }).nullable(),
});
export const repositoriesOutput = z.array(repositorySchema);

export const oneRepositoryInput = z.strictObject({ repository: idSchema });

export const graphOutput = z.object({
  agents: z.array(
    z.object({ id: z.string(), name: z.string(), state: shownStateSchema, triggers: z.array(z.string()), checks: z.array(z.string()) }),
  ),
  /** From the newest module map of the repository; null: it has none, or this service has no clone. */
  modules: z
    .object({
      nodes: z.array(z.object({ id: z.string(), name: z.string(), count: z.number().nullable() })),
      edges: z.array(z.object({ from: z.string(), to: z.string(), count: z.number().nullable() })),
    })
    .nullable(),
});
