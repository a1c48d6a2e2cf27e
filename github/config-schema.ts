/** The part of the configuration that github/ owns: what is shown beside commits, and what comments may ask for. */
import { z } from 'zod';

const checksShape = {
  checks: z
    .enum(['check-runs', 'statuses', 'none'])
    .default('check-runs')
    .describe('How the result of each agent is shown beside a commit; commit statuses stand in where the token may not make check runs.'),
};

const commentsShape = {
  comments: z
    .boolean()
    .default(true)
    .describe('Whether people who may write to the repository steer agents by comments such as "/agent retry qa".'),
};

const startChecksShape = {
  startChecks: z
    .boolean()
    .default(true)
    .describe(
      "Whether workflows with checks that the branch requires are started on commits of agents by workflow_dispatch, where they came with a job's own token, which starts none.",
    ),
};

/** Keys of `delivery` that only pull requests and GitHub's own commits have. */
export const pullRequestShape = {
  labels: z
    .array(
      z
        .string()
        .min(1)
        .max(50)
        .regex(/^[^,\n]+$/, 'the name of a label, without a comma'),
    )
    .max(10)
    .default(['upkeep'])
    .describe('Labels of the pull requests of agents; those that the repository lacks are made.'),
  automerge: z
    .enum(['merge', 'squash', 'rebase'])
    .nullable()
    .default(null)
    .describe('How GitHub merges pull requests of agents by itself once all that the branch requires has passed; null: people merge them.'),
  verifiedCommits: z
    .boolean()
    .default(false)
    .describe(
      "Whether commits are made through GitHub's API, so that GitHub signs them; those that it cannot make are pushed as usual and the report says why.",
    ),
};

export const githubConfigShape = {
  github: z
    .strictObject({ ...checksShape, ...commentsShape, ...startChecksShape })
    .prefault({})
    .describe('What Upkeep says and hears on GitHub.'),
};
