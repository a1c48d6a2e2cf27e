/** What the state of a ledger says about pauses, one by one. Pure. */
import { AGENT_IDS, type AgentId } from '../../ledger/outcome.ts';
import { agentStateOf, type LedgerState, type Pause } from '../../ledger/state.ts';

/** Whether an agent, or with null the whole repository, is paused. */
export interface LedgerPause {
  readonly agent: AgentId | null;
  readonly pause: Pause | null;
}

/** One for the repository and one an agent; a pause of the agent everywhere comes before one on the branch. */
export function pausesIn(state: LedgerState, branch: string, now: Date): LedgerPause[] {
  const holds = (pause: Pause | null | undefined): Pause | null =>
    pause === null || pause === undefined || (pause.until !== null && Date.parse(pause.until) <= now.getTime()) ? null : pause;
  return [
    { agent: null, pause: holds(state.paused['*']) },
    ...AGENT_IDS.map((agent) => ({ agent, pause: holds(state.paused[agent]) ?? holds(agentStateOf(state, agent, branch).pausedBy) })),
  ];
}
