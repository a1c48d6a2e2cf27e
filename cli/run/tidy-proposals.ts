/** Closes the pull requests of agents that do not run, or no longer by pull request, because nothing of them is needed. */
import { nothingToChange } from '../../agents/delivery/nothing-to-change.ts';
import { withdrawStale } from '../../agents/delivery/withdraw-stale.ts';
import type { RunAgentsResult } from '../../agents/run-agents.ts';
import type { ProposalReport } from '../../agents/run-report.ts';
import { createRedactor } from '../../agents/tools/redact.ts';
import type { Repository } from '../../git/repository.ts';
import { uuidv7 } from '../../ledger/event.ts';
import type { EventOrigin, UpkeepEvent } from '../../ledger/event.ts';
import { agentStateOf } from '../../ledger/state.ts';
import type { LedgerState } from '../../ledger/state.ts';
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

/** Proposals that a run by push left over: its agents pushed the change itself, or have nothing to change any more. */
export function leftOver(result: Pick<RunAgentsResult, 'runs' | 'delivery'>, state: LedgerState, branch: string): StaleProposal[] {
  // A run that proposes looks after its own.
  if (result.delivery.mode !== 'push') return [];
  const isPushed = result.delivery.outcome === 'pushed';
  return result.runs.flatMap((report) => {
    const { proposal } = agentStateOf(state, report.agent, branch);
    const isOver = nothingToChange(report) || (isPushed && report.commit !== null);
    return proposal !== null && isOver ? [{ agent: report.agent, proposal }] : [];
  });
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
