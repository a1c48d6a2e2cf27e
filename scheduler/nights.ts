/** Whose checks of the night have their turn: those whose result depends on when they run, such as end-to-end tests. Pure, but for the calculator. */
import type { AgentId, Trigger } from '../ledger/outcome.ts';
import { agentStateOf, type LedgerState, type Nightly } from '../ledger/state.ts';
import type { Schedule } from './due.ts';
import { isPast } from './night-turn.ts';

export interface NightsRequest {
  /** Agents that have checks of the night here. */
  readonly agents: readonly AgentId[];
  readonly branch: string;
  readonly state: LedgerState;
  readonly trigger: Trigger;
  /** A person asks for them now. */
  readonly isAsked: boolean;
  /** Whether this is where they run by themselves: CI and a service, no laptop. */
  readonly runsByItself: boolean;
  readonly now: Date;
  scheduleOf(agent: AgentId): Schedule;
  /** Whether the agent has no other check here, so that no other run would note when the first night is. */
  hasNothingElse(agent: AgentId): boolean;
}

export interface Nights {
  /** Whose turn it is. */
  readonly due: ReadonlySet<AgentId>;
  /** What is to be remembered of an agent when it has run. */
  readonly next: Readonly<Partial<Record<AgentId, Nightly>>>;
}

export const NO_NIGHTS: Nights = { due: new Set(), next: {} };

/** Not the first night is made up for: an agent that is new here waits for the one to come. */
export async function nightsOf(request: NightsRequest): Promise<Nights> {
  const { agents, isAsked, runsByItself, trigger } = request;
  if (agents.length === 0 || (!isAsked && (!runsByItself || trigger === 'pull-request' || trigger === 'comment'))) return NO_NIGHTS;
  const due = new Set<AgentId>();
  const next: Partial<Record<AgentId, Nightly>> = {};
  for (const agent of agents) {
    const { cron, zone } = request.scheduleOf(agent);
    const schedule = `${cron} ${zone}`;
    const known = agentStateOf(request.state, agent, request.branch).nightly;
    const isNew = known === undefined || known.schedule !== schedule;
    const isDue = isAsked || (isNew ? request.hasNothingElse(agent) : isPast(known, request.now));
    if (!isDue && !isNew) continue;
    if (isDue) due.add(agent);
    if (!runsByItself) continue;
    // Only who has something to do needs the calculator.
    const slot = (await import('./due.ts')).nextSlot({ cron, zone }, request.now);
    if (slot !== null) next[agent] = { schedule, dueAt: slot.toISOString() };
  }
  return { due, next };
}
