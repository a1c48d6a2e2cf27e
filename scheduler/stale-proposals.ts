/** Which open proposals the branch does not need any more, by what is remembered: their agents are skipped, so no run would close them. Pure. */
import type { AgentId } from '../ledger/outcome.ts';
import type { LedgerState, OpenProposal } from '../ledger/state.ts';
import { agentStateOf } from '../ledger/state.ts';
import type { Decision } from './decide-runs.ts';

export interface StaleProposal {
  readonly agent: AgentId;
  readonly proposal: OpenProposal;
}

/** Proposals of agents that ended well on this content without a change, or that have nothing to read in it. */
export function staleProposals(
  decisions: readonly Decision[],
  ask: { readonly state: LedgerState; readonly branch: string; readonly keys: Readonly<Record<string, string>> },
): StaleProposal[] {
  return decisions.flatMap((decision) => {
    const { proposal, keys } = agentStateOf(ask.state, decision.agent.id, ask.branch);
    if (proposal === null || decision.kind !== 'skip') return [];
    const { reason } = decision;
    // `fixed` means that the content needs what is proposed, `passed` that it does not.
    const answer = keys.find((record) => record.key === ask.keys[decision.agent.id]);
    const isStale = reason === 'not-applicable' || (reason === 'unchanged' && answer?.outcome === 'passed');
    return isStale ? [{ agent: decision.agent.id, proposal }] : [];
  });
}
