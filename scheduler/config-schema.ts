/** The part of the configuration that scheduler/ owns: how many at once, retries, escalation. */
import { z } from 'zod';

const retry = z
  .strictObject({
    limit: z.int().min(0).max(20).default(3).describe('How often a run that could not be carried out is tried again.'),
    maxSeconds: z.int().min(1).max(3600).default(300).describe('Longest pause between two tries, in seconds; it doubles from 1 s.'),
  })
  .prefault({})
  .describe('Retries of runs that ended errored for a reason that may pass by itself.');

const clock = z.string().refine((text) => /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(text), 'a time of day such as "22:00"');

/** GitHub lists by labels that are divided by commas. */
const label = z
  .string()
  .min(1)
  .max(50)
  .refine((name) => !name.includes(','), 'a name without a comma');

const quietHours = z
  .strictObject({
    from: clock.describe('When they begin, such as "22:00".'),
    to: clock.describe('When they end, such as "07:00"; earlier than from when they reach over midnight.'),
    timeZone: z.string().max(100).default('UTC').describe('Time zone of both, such as "Europe/Berlin".'),
  })
  .refine(({ from, to }) => from !== to, 'two different times');

const escalation = z
  .strictObject({
    threshold: z.int().min(1).max(100).default(2).describe('Failed runs in a row after which an agent opens its issue.'),
    branches: z.array(z.string().min(1)).max(100).default([]).describe('Branches that escalate besides the default branch.'),
    labels: z.array(label).max(20).default(['upkeep']).describe('Labels of the issue; it is found again by the first.'),
    assignees: z.array(z.string().min(1).max(100)).max(10).default([]).describe('Logins that the issue is assigned to.'),
    reopenDays: z
      .int()
      .min(0)
      .max(365)
      .default(14)
      .describe('Days after closing in which the issue is opened again rather than a new one made.'),
    maxOpenIssues: z.int().min(1).max(1000).default(10).describe('Issues that are open at once; what is beyond waits.'),
    quietHours: quietHours.nullable().default(null).describe('Hours in which nothing is said; what falls in them is said afterwards.'),
  })
  .prefault({})
  .describe('The issue that an agent keeps open while it fails.');

const backup = z
  .strictObject({
    days: z.int().min(0).max(3650).default(30).describe('How long the daily backups of the database are kept; 0: none are made.'),
  })
  .prefault({})
  .describe('Backups that a service makes of its database.');

const retention = z
  .strictObject({
    days: z
      .int()
      .min(1)
      .max(3650)
      .default(90)
      .describe('How long the database keeps settled runs and events; the last 50 runs of an agent stay.'),
    runsPerAgent: z.int().min(10).max(1_000_000).default(5000).describe('Settled runs of one agent that the database keeps at most.'),
    auditDays: z.int().min(1).max(36_500).default(730).describe('How long the database keeps who did what.'),
  })
  .prefault({})
  .describe('What the database forgets; the ledger keeps its own history.');

export const schedulerConfigShape = {
  scheduler: z
    .strictObject({
      maxConcurrent: z.int().min(1).max(1000).default(5).describe('Agents that one service runs at once.'),
      perRepository: z
        .int()
        .min(1)
        .max(100)
        .nullable()
        .default(null)
        .describe('Agents of one repository at once; null: no limit of its own.'),
      labels: z
        .record(z.string().min(1).max(50), z.int().min(1).max(1000))
        .default({})
        .describe('How many runs of agents with a label may be queued or under way at once.'),
      order: z
        .enum(['aged', 'strict'])
        .default('aged')
        .describe('Who goes first: a head start for higher priorities, so that nothing starves, or always the higher one.'),
      leaseSeconds: z.int().min(5).max(600).default(15).describe('How long a service that does not answer keeps its runs.'),
      drainSeconds: z.int().min(0).max(86_400).default(60).describe('How long a service that is told to stop lets runs end by themselves.'),
      repositories: z
        .array(z.string().min(1).max(1000))
        .max(10_000)
        .default([])
        .describe('Further clones that a service started here looks after: paths, relative to the repository.'),
      retry,
      escalation,
      backup,
      retention,
    })
    .prefault({})
    .describe('When agents run again and when they ask for help.'),
};
