/** The branch of the remote on which an agent proposes its commit: its name, and whether it is still only ours. */
import { commitsBeyond, isPlainMerge } from '../../git/branch-commits.ts';
import type { BranchCommit } from '../../git/branch-commits.ts';
import { BOT_EMAIL, BOT_NAME } from '../../git/identity.ts';
import type { RemoteAuth } from '../../git/remote-access.ts';
import { fetchCommits } from '../../git/remote.ts';
import type { Repository } from '../../git/repository.ts';
import type { AgentId } from '../../ledger/outcome.ts';
import { parseAutoMessage } from '../auto-message.ts';

/** Under this are only branches of agents. */
export const PROPOSALS = 'upkeep/';

/** `upkeep/docs`; for a target other than the default branch `upkeep/docs--next`. */
export function proposalBranch(agent: AgentId, target: string, defaultBranch: string | null): string {
  return target === defaultBranch ? `${PROPOSALS}${agent}` : `${PROPOSALS}${agent}--${target}`;
}

/** Whether all that a branch has beyond its target was put there by us; `unknown`: the remote did not tell. */
export type BranchOwner = 'ours' | 'shared' | 'unknown';

export interface OwnerRequest {
  readonly repository: Repository;
  readonly remote: string;
  readonly auth: RemoteAuth | undefined;
  readonly branch: string;
  /** Where the branch is. */
  readonly sha: string;
  /** Where its target is; the repository has this commit. */
  readonly target: string;
  /** Commits that an earlier run proposed, by what the ledger remembers: nobody else has such ids. */
  readonly proposedBefore: ReadonlySet<string>;
}

/** More commits than this are not looked at: so many are not ours. */
const MOST_COMMITS = 50;

/** Looks at every commit of the branch beyond its target, fetching it unless the ledger knows its head. */
export async function ownerOf(request: OwnerRequest): Promise<BranchOwner> {
  const { repository, remote, auth, branch, sha, target } = request;
  if (sha === target || request.proposedBefore.has(sha)) return 'ours';
  const fetched = await fetchCommits({ repository, remote, branch, auth });
  if (!fetched.ok || fetched.sha !== sha) return 'unknown';
  const commits = await commitsBeyond(repository, { base: target, tip: sha, limit: MOST_COMMITS + 1 });
  if (commits.length > MOST_COMMITS) return 'shared';
  for (const commit of commits) if (!isOurs(commit) && !(await isPlainMerge(repository, commit))) return 'shared';
  return 'ours';
}

/** How GitHub signs itself in commits that it makes for others. */
const HOST = { name: /^GitHub( Enterprise)?$/, email: /^noreply@[\w.-]+$/ };

/**
 * Made by an agent and by nobody after it: an amended or rebased commit has a person as its committer. A commit that
 * GitHub made for us has GitHub as its committer, and whoever owns the token as its author; what people do on GitHub's
 * pages has no trailers of ours.
 */
function isOurs({ author, committer, message }: BranchCommit): boolean {
  if (parseAutoMessage(message) === null) return false;
  return (isBot(author) && isBot(committer)) || (HOST.name.test(committer.name) && HOST.email.test(committer.email));
}

function isBot(person: BranchCommit['author']): boolean {
  return person.name === BOT_NAME && person.email === BOT_EMAIL;
}
