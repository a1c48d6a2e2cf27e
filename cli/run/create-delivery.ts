/** The delivery that the configuration and the flags ask for, with the way that it takes when the first is closed. */
import { join } from 'node:path';
import type { Delivery } from '../../agents/delivery/delivery.ts';
import { localDelivery } from '../../agents/delivery/local-delivery.ts';
import type { ProposalTarget } from '../../agents/delivery/look-at-proposals.ts';
import { pullRequestDelivery } from '../../agents/delivery/pull-request-delivery.ts';
import { pushDelivery } from '../../agents/delivery/push-delivery.ts';
import { noDelivery, patchDelivery } from '../../agents/delivery/quiet-delivery.ts';
import { rehearsedProposals } from '../../agents/delivery/rehearsed-proposals.ts';
import type { RunContext } from '../../agents/run-context.ts';
import type { DeliveryMode } from '../../ledger/outcome.ts';
import type { GitHubAccess } from '../github/github-access.ts';
import { remoteAuth } from '../github/remote-auth.ts';
import { accessOf, proposalTarget } from './proposal-target.ts';
import type { ProposalTargetRequest } from './proposal-target.ts';
import { signing } from './signing.ts';

export interface DeliveryRequest extends Omit<ProposalTargetRequest, 'redact'> {
  readonly context: RunContext;
  readonly mode: DeliveryMode;
  /** Folder for patches instead of the Git directory. */
  readonly rehearse: string | undefined;
}

/** Opens nothing yet. */
export function createDelivery(request: DeliveryRequest): Delivery {
  const { context, mode, branch, rehearse } = request;
  if (rehearse !== undefined && request.config.delivery.mode === 'pull-request') return rehearsalOf(request, rehearse);
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
      return pullRequestDelivery(context, { ...targetOf(request), instead: null });
  }
}

function pushByConfig(request: DeliveryRequest): Delivery {
  const { context, branch, config, memory, environment, remoteAddress } = request;
  const access = accessOf(withRedaction(request));
  return pushDelivery(context, {
    branch: config.delivery.branch ?? branch,
    remote: memory.remote,
    remoteName: config.delivery.remote,
    ledger: memory.ledger,
    store: config.ledger.store,
    silence: memory.silence,
    auth: remoteAuth(environment, remoteAddress),
    sign: signOf(request),
    pages: access.kind === 'ready' ? access.pages : null,
    propose: access.kind === 'ready' ? (why) => pullRequestDelivery(context, { ...targetOf(request), instead: why }) : null,
  });
}

/** Reads go to GitHub as ever, the rest is written into the folder. */
function rehearsalOf(request: DeliveryRequest, folder: string): Delivery {
  const rehearsing = (access: GitHubAccess): GitHubAccess => {
    if (access.kind === 'none') return access;
    const open: typeof access.open = async (options) => {
      const { rehearsingFetch } = await import('../../github/rehearsal.ts');
      return access.open({ ...options, fetch: rehearsingFetch(join(folder, 'github'), fetch) });
    };
    return { ...access, open };
  };
  return rehearsedProposals(request.context, { target: proposalTarget(withRedaction(request), rehearsing), folder });
}

function targetOf(request: DeliveryRequest): ProposalTarget {
  return { ...proposalTarget(withRedaction(request)), sign: signOf(request) };
}

function signOf(request: DeliveryRequest): ReturnType<typeof signing> {
  return signing(request.context.repository, withRedaction(request));
}

function withRedaction(request: DeliveryRequest): ProposalTargetRequest {
  return { ...request, redact: (text) => request.context.redact(text) };
}
