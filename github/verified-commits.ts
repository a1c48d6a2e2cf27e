/** A commit that GitHub makes on a branch, so that it is signed: by one call that also compares where the branch is. */
import type { GitHub } from './client.ts';
import { graphqlProblem } from './graphql-problem.ts';

export interface CommitRequest {
  /** Short name of a branch that is there. */
  readonly branch: string;
  /** Where it is; when it is elsewhere, nothing is done. */
  readonly expectedHead: string;
  /** Whole message. */
  readonly message: string;
  readonly additions: readonly { readonly path: string; readonly content: Buffer }[];
  readonly deletions: readonly string[];
}

export type CommitAnswer =
  | {
      readonly ok: true;
      readonly sha: string;
      /** GitHub's word for its signature, `valid`; `unsigned` when there is none. */
      readonly signature: string;
      readonly isVerified: boolean;
    }
  | { readonly ok: false; readonly isTransient: boolean; readonly reason: string };

const MUTATION = `mutation($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid signature { isValid state } } }
}`;

interface Made {
  readonly createCommitOnBranch: {
    readonly commit: { readonly oid: string; readonly signature: { readonly isValid: boolean; readonly state: string } | null } | null;
  } | null;
}

/** Makes the commit. Never throws what GitHub says. */
export async function createVerifiedCommit(github: GitHub, request: CommitRequest): Promise<CommitAnswer> {
  const { branch, expectedHead, additions, deletions } = request;
  const input = {
    branch: { repositoryNameWithOwner: `${github.owner}/${github.repo}`, branchName: branch },
    expectedHeadOid: expectedHead,
    message: messageParts(request.message),
    fileChanges: {
      additions: additions.map(({ path, content }) => ({ path, contents: content.toString('base64') })),
      deletions: deletions.map((path) => ({ path })),
    },
  };
  try {
    const { createCommitOnBranch } = await github.graphql<Made>(MUTATION, { input });
    const commit = createCommitOnBranch?.commit ?? null;
    if (commit === null) return { ok: false, isTransient: true, reason: 'GitHub did not say which commit it made' };
    const { oid, signature } = commit;
    return { ok: true, sha: oid, signature: signature?.state.toLowerCase() ?? 'unsigned', isVerified: signature?.isValid === true };
  } catch (error) {
    const { message, isTransient } = graphqlProblem(error);
    return { ok: false, isTransient, reason: message };
  }
}

/** GitHub puts an empty line between the two. */
function messageParts(message: string): { headline: string; body?: string } {
  const [headline = '', ...rest] = message.split('\n');
  const body = rest.join('\n').trim();
  return body === '' ? { headline } : { headline, body };
}
