/** Who may run: pauses of everything, of an agent, or of an agent on one branch. */
import type { EventOf } from './event.ts';
import { agentKey, emptyAgentState, type AgentState, type LedgerState } from './state.ts';

/** The state after a pause. No agent means all of them, an empty branch every branch. */
export function foldPaused(state: LedgerState, { data, time }: EventOf<'agent:paused'>, sequence: number): LedgerState {
  const pause = { by: data.by, reason: data.reason ?? null, since: time, until: data.nextRunAt ?? null };
  if (data.agentId === null || data.branch === '') {
    return { ...state, paused: { ...state.paused, [data.agentId ?? '*']: pause } };
  }
  const name = agentKey(data.agentId, data.branch);
  const agent = state.agents[name] ?? emptyAgentState();
  return { ...state, agents: { ...state.agents, [name]: { ...agent, sequence, pausedBy: pause } } };
}

/**
 * The state after a person resumed: an agent on one branch, an agent everywhere (empty branch), or all of them (no agent).
 * It also ends ERROR there. A pause everywhere is not ended by resuming one branch.
 */
export function foldResumed(state: LedgerState, { data }: EventOf<'agent:resumed'>): LedgerState {
  const { agentId, branch } = data;
  const everywhere = agentId === null || branch === '';
  const paused = agentId === null ? {} : Object.fromEntries(Object.entries(state.paused).filter(([name]) => name !== agentId));
  const isMeant = (name: string) =>
    agentId === null ? true : everywhere ? name.startsWith(`${agentId}@`) : name === agentKey(agentId, branch);
  const resume = (agent: AgentState): AgentState => ({ ...agent, pausedBy: null, inError: null, crashes: 0 });
  const agents = Object.entries(state.agents).map(([name, agent]) => [name, isMeant(name) ? resume(agent) : agent] as const);
  return { ...state, paused: everywhere ? paused : state.paused, agents: Object.fromEntries(agents) };
}
