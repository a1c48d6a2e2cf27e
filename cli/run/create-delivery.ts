/** The delivery that the configuration and the flags ask for, with the way that it takes when the first is closed. */
import type { Delivery, Refusal } from '../../agents/delivery/delivery.ts';
import { localDelivery } from '../../agents/delivery/local-delivery.ts';
import { pullRequestDelivery } from '../../agents/delivery/pull-request-delivery.ts';
import { pushDelivery } from '../../agents/delivery/push-delivery.ts';
import { noDelivery, patchDelivery } from '../../agents/delivery/quiet-delivery.ts';
import type { RunContext } from '../../agents/run-context.ts';
import { AGENT_IDS } from '../../ledger/outcome.ts';
import type { DeliveryMode } from '../../ledger/outcome.ts';
import { agentStateOf } from '../../ledger/state.ts';
import type { LedgerState } from '../../ledger/state.ts';
import { runUrlOf } from '../ci/ci-context.ts';
import type { ResolvedConfig } from '../config-schema.ts';
import type { Environment } from '../environment.ts';
import { githubAccess } from '../github/github-access.ts';
import { proposalPort } from '../github/proposal-port.ts';
import type { Memory } from './memory.ts';

export interface DeliveryRequest {
  readonly context: RunContext;
  readonly mode: DeliveryMode;
  readonly branch: string | null;
  readonly config: ResolvedConfig;
  readonly memory: Memory;
  readonly environment: Environment;
  /** Address of the remote, null when there is none. */
  readonly remoteAddress: string | null;
  readonly version: string;
  /** Folder for patches instead of the Git directory. */
  readonly rehearse: string | undefined;
}

/** Opens nothing yet. */
export function createDelivery(request: DeliveryRequest): Delivery {
  const { context, mode, branch, config, memory } = request;
  switch (mode) {
    case 'local':
      return localDelivery(context, branch);
    case 'push':
      return pushByConfig(request);
    case 'patch':
      return patchDelivery(context, { branch, folder: request.rehearse ?? null });
    case 'none':
      return noDelivery(context, branch);
    case 'pull-request':
      return proposeByConfig(request, null);
  }

  function pushByConfig(ask: DeliveryRequest): Delivery {
    const access = accessOf(ask);
    return pushDelivery(context, {
      branch: config.delivery.branch ?? branch,
      remote: memory.remote,
      remoteName: config.delivery.remote,
      ledger: memory.ledger,
      store: config.ledger.store,
      silence: memory.silence,
      pages: access.kind === 'ready' ? access.pages : null,
      propose: access.kind === 'ready' ? (why) => proposeByConfig(ask, why) : null,
    });
  }
}

function proposeByConfig(request: DeliveryRequest, instead: Refusal | null): Delivery {
  const { context, branch, config, memory, environment } = request;
  const { remote: remoteName, branch: target, labels, automerge } = config.delivery;
  const runUrl = environment.github === null ? null : runUrlOf(environment.github);
  return pullRequestDelivery(context, {
    branch: target ?? branch,
    remote: memory.remote,
    remoteName,
    port: proposalPort({ access: accessOf(request), policy: { labels, automerge }, runUrl }),
    proposedBefore: proposedBefore(memory.state, branch ?? 'HEAD'),
    instead,
  });
}

function accessOf({ environment, remoteAddress, version, context }: DeliveryRequest): ReturnType<typeof githubAccess> {
  return githubAccess({ environment, remoteUrl: remoteAddress, version, redact: (text) => context.redact(text) });
}

/** Commits of agents that the ledger knows: a branch that is at one of them is as we left it. */
function proposedBefore(state: LedgerState, branch: string): ReadonlySet<string> {
  const commits = AGENT_IDS.flatMap((id) => {
    const { proposal, keys } = agentStateOf(state, id, branch);
    return [proposal?.commit ?? null, ...keys.map(({ commit }) => commit)];
  });
  return new Set(commits.filter((commit) => commit !== null));
}
