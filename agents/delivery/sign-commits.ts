/**
 * Has the host make the commits again, so that it signs them: on a branch beside the target, where nobody looks, and under
 * new ids. What it cannot make, or makes differently, stays as it was made here.
 */
import { commitMessage, commitTree } from '../../git/commit.ts';
import { push } from '../../git/push.ts';
import type { RemoteAuth } from '../../git/remote-access.ts';
import { remoteHeads } from '../../git/remote-heads.ts';
import { fetchCommits } from '../../git/remote.ts';
import type { Repository } from '../../git/repository.ts';
import { treeIdOf } from '../../git/tree.ts';
import type { Placed } from '../integrate-runs.ts';
import type { CommitVerification } from '../run-report.ts';
import type { CommitPort } from './commit-port.ts';
import { hostCommit } from './host-commit.ts';
import { PROPOSALS } from './proposal-branch.ts';
import { refOf } from './propose.ts';

export interface SigningPlace {
  readonly repository: Repository;
  readonly remote: string;
  readonly auth: RemoteAuth | undefined;
  /** Short name of the branch that the commits are for. */
  readonly target: string;
  readonly commits: CommitPort;
  readonly now: () => Date;
}

/** Commits that stand one on the other, the first on `base`, which the remote has. */
export interface Chain {
  readonly base: string;
  readonly placed: readonly Placed[];
}

export type Sign = (chain: Chain) => Promise<Signed>;

export interface Signed {
  /** In the order in which they were given, each with the id that it has now. */
  readonly placed: readonly Placed[];
  readonly verifications: readonly CommitVerification[];
}

/** Signs what can be signed; the trees stay the same. */
export async function signCommits(place: SigningPlace, chain: Chain): Promise<Signed> {
  const desk = await openDesk(place);
  const placed: Placed[] = [];
  const verifications: CommitVerification[] = [];
  let [original, parent] = [chain.base, chain.base];
  for (const each of chain.placed) {
    const made = typeof desk === 'string' ? desk : await desk.make({ original, parent, sha: each.sha });
    const why = typeof made === 'string' ? made : null;
    const sha = typeof made === 'string' ? await onParent(place, { original, parent, sha: each.sha }) : made.sha;
    placed.push({ work: each.work, sha });
    verifications.push({ agent: each.work.request.agent.id, sha, isVerified: why === null, why });
    [original, parent] = [each.sha, sha];
  }
  if (typeof desk !== 'string') await desk.close();
  return { placed, verifications };
}

interface Link {
  /** The parent as it was made here, and as it is now: the same tree. */
  readonly original: string;
  readonly parent: string;
  readonly sha: string;
}

interface Desk {
  /** The commit as the host made it, or why not. */
  make(link: Link): Promise<{ sha: string } | string>;
  close(): Promise<void>;
}

/** The branch beside the target; a sentence when it cannot be had. */
async function openDesk(place: SigningPlace): Promise<Desk | string> {
  const { repository, remote, auth, commits } = place;
  const branch = `${PROPOSALS}verified/${place.target}`;
  const ref = refOf(branch);
  const look = await remoteHeads({ repository, remote, branches: [branch], auth });
  if (!look.ok) return `${remote} could not be asked: ${look.reason}`;
  // What an earlier run left there is ours as well.
  let at = look.heads.get(branch) ?? null;
  let closed: string | null = null;

  const make = async (link: Link): Promise<{ sha: string } | string> => {
    if (closed !== null) return closed;
    const commit = await hostCommit(repository, { parent: link.original, sha: link.sha });
    if (typeof commit === 'string') return commit;
    if (at !== link.parent) {
      const moved = await push({ repository, remote, auth, updates: [{ sha: link.parent, ref, expected: at }] });
      if (!moved.ok) return (closed = `${remote} did not take ${branch}: ${moved.reason}`);
      at = link.parent;
    }
    const made = await commits.commit({ branch, expectedHead: link.parent, ...commit });
    if (!made.ok) return (closed = made.reason);
    at = made.value.sha;
    if (!made.value.isVerified) return (closed = `GitHub did not sign it (${made.value.signature})`);
    const fetched = await fetchCommits({ repository, remote, branch, auth });
    if (!fetched.ok || fetched.sha !== at) return (closed = 'the commit that GitHub made could not be fetched');
    const [theirs, ours] = await Promise.all([treeIdOf(repository, at), treeIdOf(repository, link.sha)]);
    return theirs === ours ? { sha: at } : 'GitHub made other content of it';
  };

  return {
    make,
    close: async () => {
      // Left behind, it is replaced by the next run.
      if (at !== null) await push({ repository, remote, auth, updates: [{ sha: null, ref, expected: at }] });
    },
  };
}

/** The commit made here, on a parent that has another id now. */
async function onParent({ repository, now }: SigningPlace, { original, parent, sha }: Link): Promise<string> {
  if (parent === original) return sha;
  const [tree, message] = await Promise.all([treeIdOf(repository, sha), commitMessage(repository, sha)]);
  return commitTree({ repository, tree, parents: [parent], message: `${message}\n`, date: now() });
}
