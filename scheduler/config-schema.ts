/** The part of the configuration that scheduler/ owns: how many at once, retries, escalation. */
import { z } from 'zod';

const retry = z
  .strictObject({
    limit: z.int().min(0).max(20).default(3).describe('How often a run that could not be carried out is tried again.'),
    maxSeconds: z.int().min(1).max(3600).default(300).describe('Longest pause between two tries, in seconds; it doubles from 1 s.'),
  })
  .prefault({})
  .describe('Retries of runs that ended errored for a reason that may pass by itself.');

const escalation = z
  .strictObject({
    threshold: z.int().min(1).max(100).default(2).describe('Failed runs in a row after which an agent opens its issue.'),
    branches: z.array(z.string().min(1)).max(100).default([]).describe('Branches that escalate besides the default branch.'),
    labels: z.array(z.string().min(1).max(50)).max(20).default(['upkeep']).describe('Labels of the issue; it is found again by the first.'),
    assignees: z.array(z.string().min(1).max(100)).max(10).default([]).describe('Logins that the issue is assigned to.'),
  })
  .prefault({})
  .describe('The issue that an agent keeps open while it fails.');

export const schedulerConfigShape = {
  scheduler: z
    .strictObject({
      maxConcurrent: z.int().min(1).max(100).default(5).describe('Agents that one service runs at once.'),
      retry,
      escalation,
    })
    .prefault({})
    .describe('When agents run again and when they ask for help.'),
};
