/** Closes proposals whose agents did not run, because what they would look at is known to need no change. */
import type { Repository } from '../../git/repository.ts';
import type { UpkeepEvent } from '../../ledger/event.ts';
import type { EventOrigin } from '../../ledger/event.ts';
import type { AgentId } from '../../ledger/outcome.ts';
import type { ProposalReport } from '../run-report.ts';
import { withdrawnEvent } from './delivery-event.ts';
import { lookAtProposals } from './look-at-proposals.ts';
import type { ProposalTarget } from './look-at-proposals.ts';
import { withdraw } from './propose.ts';

export interface WithdrawStaleRequest {
  readonly repository: Repository;
  readonly target: ProposalTarget;
  readonly agents: readonly AgentId[];
  /** The commit by which they were found to be stale. */
  readonly base: string;
  /** Branch for the records. */
  readonly branch: string;
  readonly runId: string;
  readonly origin: EventOrigin;
}

/** What was done, and what is to be remembered of it: only what waits for a host that is away is tried again. */
export async function withdrawStale(request: WithdrawStaleRequest): Promise<{ proposals: ProposalReport[]; events: UpkeepEvent[] }> {
  const { repository, target, agents, base, branch, runId, origin } = request;
  const there = await lookAtProposals(repository, target, { agents });
  // Somebody who knows the newest commit closes them.
  if ('reason' in there || there.tip !== base) return { proposals: [], events: [] };
  const proposals: ProposalReport[] = [];
  for (const agent of agents) {
    const place = there.placeOf(agent);
    if (place.at === null) {
      const gone = { agent, branch: place.branch, state: 'closed', commit: null, number: null, url: null, advice: null } as const;
      proposals.push({ ...gone, notes: [`${place.branch} is gone from ${there.remote}`] });
    } else proposals.push(await withdraw({ ...place, at: place.at }, `${there.target} needs no change of it any more`));
  }
  const settled = proposals.filter(({ state }) => state !== 'waiting');
  return { proposals, events: settled.map((proposal) => withdrawnEvent(proposal, { branch, runId, origin })) };
}
