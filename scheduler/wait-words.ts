/** Why a run waits, in words. Pure. */
import type { WaitReason } from './wait-reason.ts';

/** No full stop; `isRetry`: it was tried before. */
export function waitWords(reason: WaitReason, isRetry: boolean): string {
  switch (reason.kind) {
    case 'agent-busy':
      return `run ${reason.runId} of the agent comes first`;
    case 'label-limit':
      return `as many runs with its labels (${reason.labels.join(', ')}) are under way as may be`;
    case 'not-before':
      return `${isRetry ? 'tried again' : 'starts'} not before ${reason.at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
    case 'repository-busy':
      return 'another run of the repository is under way in its clone';
    case 'no-service':
      return 'no service that looks after the repository takes runs now';
    case 'no-place':
      return `${reason.places === 1 ? '1 place of the service is' : `${reason.places} places of the service are all`} taken (scheduler.maxConcurrent)`;
    case 'next':
      return 'about to start';
  }
}
