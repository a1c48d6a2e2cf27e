/**
 * What the token may. GitHub tells the permissions of nearly no token, and a repository's answer names the rights of its person instead;
 * so each right is asked for by a request that GitHub must refuse, for what it says: 403 when the token may not, else what is wrong with it.
 */
import type { GitHub } from './client.ts';
import { GitHubError } from './github-error.ts';

/** Words as in `permissions:` of a workflow. */
export type PermissionName = 'contents' | 'issues' | 'pull-requests' | 'checks' | 'statuses' | 'actions';

export interface PermissionAnswer {
  readonly name: PermissionName;
  /** `unknown`: GitHub did not say. `switched-off`: a setting forbids it whatever the token may. */
  readonly answer: 'granted' | 'missing' | 'switched-off' | 'unknown';
}

const NO_COMMIT = '0'.repeat(40);

/** Each is wrong in a way that holds whatever the repository is like, so nothing can come of it. */
const QUESTIONS: Readonly<Record<PermissionName, (github: GitHub, branch: string) => Promise<unknown>>> = {
  contents: ({ owner, repo, rest }) => rest.git.createRef({ owner, repo, ref: 'refs/heads/upkeep/doctor', sha: NO_COMMIT }),
  issues: ({ owner, repo, rest }) => rest.issues.create({ owner, repo, title: '' }),
  'pull-requests': ({ owner, repo, rest }, branch) => rest.pulls.create({ owner, repo, title: '', head: branch, base: branch }),
  checks: ({ owner, repo, rest }) => rest.checks.create({ owner, repo, name: 'upkeep/doctor', head_sha: NO_COMMIT }),
  statuses: ({ owner, repo, rest }) => rest.repos.createCommitStatus({ owner, repo, sha: NO_COMMIT, state: 'success' }),
  actions: ({ owner, repo, rest }, branch) => rest.actions.createWorkflowDispatch({ owner, repo, workflow_id: 0, ref: branch }),
};

/** Asks for each right; changes nothing. `branch` is any branch of the repository. Never throws GitHubError. */
export async function askPermissions(github: GitHub, names: readonly PermissionName[], branch: string): Promise<PermissionAnswer[]> {
  return Promise.all(
    names.map(async (name) => {
      try {
        await QUESTIONS[name](github, branch);
        return { name, answer: 'granted' as const };
      } catch (error) {
        if (!(error instanceof GitHubError)) throw error;
        return { name, answer: answerOf(error) };
      }
    }),
  );
}

function answerOf(error: GitHubError): PermissionAnswer['answer'] {
  if (/not permitted to create or approve pull requests/i.test(error.message)) return 'switched-off';
  switch (error.code) {
    case 'forbidden':
      return 'missing';
    // The request came as far as being looked at.
    case 'invalid':
    case 'not-found':
    case 'conflict':
    case 'disabled':
      return 'granted';
    default:
      return 'unknown';
  }
}
