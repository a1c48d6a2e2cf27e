/** Closes, before anything else is done, the pull requests of agents that will not run because nothing is to be changed. */
import { withdrawStale } from '../../agents/delivery/withdraw-stale.ts';
import type { ProposalReport } from '../../agents/run-report.ts';
import { createRedactor } from '../../agents/tools/redact.ts';
import type { Repository } from '../../git/repository.ts';
import { uuidv7 } from '../../ledger/event.ts';
import type { EventOrigin, UpkeepEvent } from '../../ledger/event.ts';
import type { StaleProposal } from '../../scheduler/stale-proposals.ts';
import { proposalTarget } from './proposal-target.ts';
import type { ProposalTargetRequest } from './proposal-target.ts';
import { secretValues } from './secret-values.ts';

export interface TidyRequest extends Omit<ProposalTargetRequest, 'redact' | 'remoteAddress'> {
  readonly repository: Repository;
  readonly base: string;
  readonly stale: readonly StaleProposal[];
  readonly origin: EventOrigin;
  emit(event: UpkeepEvent): void;
}

/** What became of them; recorded already. */
export async function tidyProposals(request: TidyRequest): Promise<readonly ProposalReport[]> {
  const { repository, base, stale, origin, memory, environment, branch } = request;
  const { remoteAddress } = memory;
  const redact = createRedactor(secretValues(environment.variables));
  const { proposals, events } = await withdrawStale({
    repository,
    target: proposalTarget({ ...request, remoteAddress, redact }),
    agents: stale.map(({ agent }) => agent),
    base,
    branch: branch ?? 'HEAD',
    runId: uuidv7(origin.now()),
    origin,
  });
  for (const event of events) request.emit(event);
  if (events.length > 0) await memory.record(events);
  return proposals;
}
