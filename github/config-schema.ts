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

export const githubConfigShape = {
  github: z
    .strictObject({ ...checksShape, ...commentsShape })
    .prefault({})
    .describe('What Upkeep says and hears on GitHub.'),
};
