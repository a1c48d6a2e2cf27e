import type { Delivery } from '../../agents/delivery/delivery.ts';
import { localDelivery } from '../../agents/delivery/local-delivery.ts';
import { pushDelivery } from '../../agents/delivery/push-delivery.ts';
import { noDelivery, patchDelivery } from '../../agents/delivery/quiet-delivery.ts';
import type { RunContext } from '../../agents/run-context.ts';
import type { DeliveryMode } from '../../ledger/outcome.ts';
import type { ResolvedConfig } from '../config-schema.ts';
import type { Memory } from './memory.ts';

export interface DeliveryRequest {
  readonly context: RunContext;
  readonly mode: DeliveryMode;
  readonly branch: string | null;
  readonly config: ResolvedConfig;
  readonly memory: Memory;
  /** Folder for patches instead of the Git directory. */
  readonly rehearse: string | undefined;
}

/** The delivery that the configuration and the flags ask for. */
export function createDelivery(request: DeliveryRequest): Delivery {
  const { context, mode, branch, config, memory } = request;
  const target = config.delivery.branch ?? branch;
  switch (mode) {
    case 'local':
      return localDelivery(context, branch);
    case 'push':
      return pushDelivery(context, {
        branch: target,
        remote: memory.remote,
        remoteName: config.delivery.remote,
        ledger: memory.ledger,
        store: config.ledger.store,
        silence: memory.silence,
      });
    case 'patch':
      return patchDelivery(context, { branch, folder: request.rehearse ?? null });
    case 'none':
      return noDelivery(context, branch);
    case 'pull-request':
      // Refused while the flags are read; a configuration that asks for it reaches this only by a fault of ours.
      throw new TypeError('delivery pull-request is not part of the one-shot run');
  }
}
