/** Where proposals go, from the configuration, the memory and the environment. */
import type { ProposalTarget } from '../../agents/delivery/look-at-proposals.ts';
import { AGENT_IDS } from '../../ledger/outcome.ts';
import { agentStateOf } from '../../ledger/state.ts';
import type { LedgerState } from '../../ledger/state.ts';
import { runUrlOf } from '../ci/ci-context.ts';
import type { ResolvedConfig } from '../config-schema.ts';
import type { Environment } from '../environment.ts';
import { githubAccess } from '../github/github-access.ts';
import type { GitHubAccess } from '../github/github-access.ts';
import { proposalPort } from '../github/proposal-port.ts';
import { remoteAuth } from '../github/remote-auth.ts';
import type { Memory } from './memory.ts';

export interface ProposalTargetRequest {
  /** The branch that is checked. */
  readonly branch: string | null;
  readonly config: ResolvedConfig;
  readonly memory: Memory;
  readonly environment: Environment;
  /** Address of the remote, null when there is none. */
  readonly remoteAddress: string | null;
  readonly version: string;
  redact(text: string): string;
}

/** Opens nothing yet. `through`: what stands between us and GitHub. */
export function proposalTarget(
  request: ProposalTargetRequest,
  through: (access: GitHubAccess) => GitHubAccess = (access) => access,
): ProposalTarget {
  const { branch, config, memory, environment, remoteAddress } = request;
  const { remote: remoteName, branch: target, labels, automerge } = config.delivery;
  const runUrl = environment.github === null ? null : runUrlOf(environment.github);
  return {
    branch: target ?? branch,
    remote: memory.remote,
    remoteName,
    auth: remoteAuth(environment, remoteAddress),
    port: proposalPort({ access: through(accessOf(request)), policy: { labels, automerge }, runUrl }),
    proposedBefore: proposedBefore(memory.state, branch ?? 'HEAD'),
    sign: null,
  };
}

/** Whether and as whom GitHub can be spoken to. */
export function accessOf({ environment, remoteAddress, version, redact }: Omit<ProposalTargetRequest, 'config' | 'memory'>): GitHubAccess {
  return githubAccess({ environment, remoteUrl: remoteAddress, version, redact });
}

/** Commits of agents that the ledger knows: a branch that is at one of them is as we left it. */
function proposedBefore(state: LedgerState, branch: string): ReadonlySet<string> {
  const commits = AGENT_IDS.flatMap((id) => {
    const { proposal, keys } = agentStateOf(state, id, branch);
    return [proposal?.commit ?? null, ...keys.map(({ commit }) => commit)];
  });
  return new Set(commits.filter((commit) => commit !== null));
}
