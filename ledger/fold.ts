/** From events to state. Pure; the order is that of the sequence, then of the lines of a batch, never that of clocks. */
import type { EventData, UpkeepEvent } from './event.ts';
import {
  foldCancelled,
  foldDelivery,
  foldEscalated,
  foldEscalationClosed,
  foldProposal,
  foldRecovered,
  foldTripped,
  foldMadeAgain,
  foldUndone,
} from './fold-facts.ts';
import { foldPaused, foldResumed } from './fold-pauses.ts';
import { foldSettled, type SettledEvent } from './fold-settled.ts';
import { foldWritten } from './fold-written.ts';
import { isFoldable } from './foldable.ts';
import { outboxAfter } from './outbox.ts';
import { foldSchedule } from './set-schedule.ts';
import { agentKey, emptyAgentState, LIMITS, type AgentState, type LedgerState } from './state.ts';
import { trimAgents } from './trim.ts';

export { emptyState } from './state.ts';

/** Events that were appended together, under one number. Lines that are no events are counted as dead letters. */
export interface Batch {
  readonly sequence: number;
  readonly events: readonly unknown[];
}

/** The state after a batch. Give the batches in the order of their sequences. */
export function fold(state: LedgerState, batch: Batch): LedgerState {
  let next: LedgerState = { ...state, sequence: Math.max(state.sequence, batch.sequence) };
  for (const line of batch.events) {
    next = isFoldable(line) ? foldEvent(next, line, batch.sequence) : { ...next, deadLetters: next.deadLetters + 1 };
  }
  const trimmed = { ...next, agents: trimAgents(next.agents) };
  return { ...trimmed, outbox: outboxAfter(trimmed, batch.sequence) };
}

function foldEvent(state: LedgerState, event: UpkeepEvent, sequence: number): LedgerState {
  const update = (change: (agent: AgentState) => AgentState): LedgerState => withAgent(state, event, { sequence, change });
  switch (event.type) {
    case 'agent:completed':
    case 'agent:failed':
      return withCommit(
        update((agent) => foldSettled(agent, event, sequence)),
        event,
      );
    case 'agent:cancelled':
      return update((agent) => foldCancelled(agent, event));
    case 'agent:tripped':
      return update((agent) => foldTripped(agent, event));
    case 'agent:recovered':
      return update((agent) => foldRecovered(agent, event));
    case 'agent:escalated':
      return update((agent) => foldEscalated(agent, event));
    case 'agent:escalation-closed':
      return update((agent) => foldEscalationClosed(agent, event));
    case 'agent:paused':
      return foldPaused(state, event, sequence);
    case 'agent:resumed':
      return foldResumed(state, event);
    case 'agent:scheduled':
      return foldSchedule(state, event.data, event.time);
    case 'scheduler:keyed':
      return withTree(state, event.data);
    case 'delivery:proposed':
      return mapBranch(
        update((agent) => foldProposal(agent, event)),
        event.data.branch,
        (agent) => foldDelivery(agent, event),
      );
    case 'delivery:withdrawn':
      return update((agent) => foldProposal(agent, event));
    case 'delivery:pushed':
    case 'delivery:kept':
    case 'delivery:refused':
      return mapBranch(state, event.data.branch, (agent) => foldDelivery(agent, event));
    case 'delivery:undone':
      return { ...state, frozen: foldUndone(state.frozen, event) };
    default:
      return state;
  }
}

interface Update {
  readonly sequence: number;
  readonly change: (agent: AgentState) => AgentState;
}

function withAgent(state: LedgerState, { data }: UpkeepEvent, { sequence, change }: Update): LedgerState {
  if (data.agentId === null) return state;
  const name = agentKey(data.agentId, data.branch);
  const agent = change(state.agents[name] ?? emptyAgentState());
  return { ...state, agents: { ...state.agents, [name]: { ...agent, sequence } } };
}

function mapBranch(state: LedgerState, branch: string, change: (agent: AgentState) => AgentState): LedgerState {
  const agents = Object.entries(state.agents).map(([name, agent]) => [name, name.endsWith(`@${branch}`) ? change(agent) : agent] as const);
  return { ...state, agents: Object.fromEntries(agents) };
}

function withCommit(state: LedgerState, { data }: SettledEvent): LedgerState {
  if (data.agentId === null || data.commit === null || data.blobs === undefined) return state;
  const frozen = foldMadeAgain(state.frozen, { agent: data.agentId, changes: data.blobs });
  return { ...state, frozen, written: foldWritten(state.written, { agent: data.agentId, branch: data.branch, changes: data.blobs }) };
}

function withTree(state: LedgerState, data: EventData<'scheduler:keyed'>): LedgerState {
  const { branch, commit, tree, version, context, agents, speak } = data;
  const known = { branch, commit, tree, version, ...(typeof context === 'string' ? { context } : {}), agents, speak };
  const trees = [known, ...state.trees.filter((other) => other.branch !== branch)];
  return { ...state, trees: trees.slice(0, LIMITS.trees) };
}
