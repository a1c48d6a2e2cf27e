/** Asks GitHub to merge a pull request by itself once everything that is required has passed. */
import type { GitHub } from './client.ts';
import { graphqlProblem } from './graphql-problem.ts';

export type MergeMethod = 'merge' | 'squash' | 'rebase';

const MUTATION = `mutation($id: ID!, $mergeMethod: PullRequestMergeMethod!) {
  enablePullRequestAutoMerge(input: { pullRequestId: $id, mergeMethod: $mergeMethod }) { pullRequest { number } }
}`;

/** Why it does not, in a sentence; null when it does. Never throws what GitHub says. */
export async function enableAutomerge(github: GitHub, nodeId: string, method: MergeMethod): Promise<string | null> {
  try {
    await github.graphql(MUTATION, { id: nodeId, mergeMethod: method.toUpperCase() });
    return null;
  } catch (error) {
    const { message } = graphqlProblem(error);
    if (/clean status|unstable status|protected branch rules not configured/i.test(message)) {
      return 'nothing has to pass before it may be merged, and GitHub only waits for what is required: require a check or a review for the branch (Settings, Branches), or merge it by hand';
    }
    if (/auto.?merge is not allowed/i.test(message)) {
      return 'the repository does not allow it: turn on "Allow auto-merge" (Settings, General, Pull Requests)';
    }
    if (/merge method|not allowed on this repository/i.test(message)) {
      return `the repository does not merge by "${method}": allow that (Settings, General, Pull Requests), or set delivery.automerge to another one`;
    }
    return message;
  }
}
