/** The delivery that the configuration and the flags ask for, with the way that it takes when the first is closed. */
import type { Delivery } from '../../agents/delivery/delivery.ts';
import { localDelivery } from '../../agents/delivery/local-delivery.ts';
import { pullRequestDelivery } from '../../agents/delivery/pull-request-delivery.ts';
import { pushDelivery } from '../../agents/delivery/push-delivery.ts';
import { noDelivery, patchDelivery } from '../../agents/delivery/quiet-delivery.ts';
import type { RunContext } from '../../agents/run-context.ts';
import type { DeliveryMode } from '../../ledger/outcome.ts';
import { remoteAuth } from '../github/remote-auth.ts';
import { accessOf, proposalTarget } from './proposal-target.ts';
import type { ProposalTargetRequest } from './proposal-target.ts';

export interface DeliveryRequest extends Omit<ProposalTargetRequest, 'redact'> {
  readonly context: RunContext;
  readonly mode: DeliveryMode;
  /** Folder for patches instead of the Git directory. */
  readonly rehearse: string | undefined;
}

/** Opens nothing yet. */
export function createDelivery(request: DeliveryRequest): Delivery {
  const { context, mode, branch } = request;
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
  const access = accessOf({ ...request, redact: (text) => context.redact(text) });
  return pushDelivery(context, {
    branch: config.delivery.branch ?? branch,
    remote: memory.remote,
    remoteName: config.delivery.remote,
    ledger: memory.ledger,
    store: config.ledger.store,
    silence: memory.silence,
    auth: remoteAuth(environment, remoteAddress),
    pages: access.kind === 'ready' ? access.pages : null,
    propose: access.kind === 'ready' ? (why) => pullRequestDelivery(context, { ...targetOf(request), instead: why }) : null,
  });
}

function targetOf(request: DeliveryRequest): ReturnType<typeof proposalTarget> {
  return proposalTarget({ ...request, redact: (text) => request.context.redact(text) });
}
