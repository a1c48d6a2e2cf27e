/** Where the branches of agents are on the remote, asked once, and what keeps anything from being proposed there. */
import type { RemoteAuth } from '../../git/remote-access.ts';
import { remoteHeads } from '../../git/remote-heads.ts';
import type { Repository } from '../../git/repository.ts';
import type { AgentId } from '../../ledger/outcome.ts';
import type { Refusal } from './delivery.ts';
import { PROPOSALS, proposalBranch } from './proposal-branch.ts';
import type { ProposalPort } from './proposal-port.ts';
import type { ProposalPlace } from './propose.ts';
import type { Sign } from './sign-commits.ts';

export interface ProposalTarget {
  /** Short name; null when HEAD is detached and the configuration names none. */
  readonly branch: string | null;
  /** Name of the remote, or null when the repository has none of that name. */
  readonly remote: string | null;
  /** The name that the configuration asks for. */
  readonly remoteName: string;
  /** How Git identifies itself; undefined where the machine has a way of its own. */
  readonly auth: RemoteAuth | undefined;
  /** The host, or why it cannot be spoken to. */
  readonly port: ProposalPort | Refusal;
  /** Commits that earlier runs proposed. */
  readonly proposedBefore: ReadonlySet<string>;
  /** Has the host make the commits and sign them; null where that is not asked for. */
  readonly sign: Sign | null;
}

/** What the remote is now. */
export interface ProposalsThere {
  /** Name of the remote. */
  readonly remote: string;
  /** Short name of the branch that is proposed for, and its commit. */
  readonly target: string;
  readonly tip: string;
  /** Where an agent's proposal for `tip` (or for an older commit of the branch) lives. */
  placeOf(agent: AgentId, tip?: string): ProposalPlace;
}

/** Asks the remote once for everything; a refusal when there is none to ask, or nobody to tell. */
export async function lookAtProposals(
  repository: Repository,
  target: ProposalTarget,
  ask: { readonly agents: readonly AgentId[]; readonly signal?: AbortSignal },
): Promise<ProposalsThere | Refusal> {
  const { branch, remote, remoteName, auth, port, proposedBefore, sign } = target;
  if (remote === null) {
    return {
      reason: `there is no remote "${remoteName}"`,
      advice: `add it with \`git remote add ${remoteName} <address>\`, or choose another delivery`,
    };
  }
  if (branch === null) {
    return { reason: 'HEAD is detached, so no branch is named', advice: 'check out a branch, or name one in delivery.branch' };
  }
  if (branch.startsWith(PROPOSALS)) {
    return { reason: `${branch} is a branch of an agent itself`, advice: 'run on the branch that it is for' };
  }
  if ('reason' in port) return port;
  // Both names of each agent's branch: which is the right one follows from the default branch.
  const names = ask.agents.flatMap((agent) => [proposalBranch(agent, branch, branch), proposalBranch(agent, branch, null)]);
  const answer = await remoteHeads({ repository, remote, branches: [branch, ...names], auth, signal: ask.signal });
  if (!answer.ok) {
    return { reason: `${remote} could not be asked: ${answer.reason}`, advice: 'run again when it can be reached; the commits wait' };
  }
  const { heads, defaultBranch } = answer;
  const tip = heads.get(branch);
  if (tip === undefined)
    return { reason: `${remote} has no branch ${branch}`, advice: `push it once with \`git push ${remote} ${branch}\`` };
  return {
    remote,
    target: branch,
    tip,
    placeOf: (agent, at = tip) => {
      const name = proposalBranch(agent, branch, defaultBranch);
      return {
        repository,
        port,
        remote,
        auth,
        target: branch,
        tip: at,
        agent,
        branch: name,
        at: heads.get(name) ?? null,
        proposedBefore,
        sign,
      };
    },
  };
}
