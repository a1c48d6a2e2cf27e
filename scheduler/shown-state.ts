/** The one state that people see of an agent, derived from facts that are independent of each other. Pure. */

/** In the order in which they win. */
export const SHOWN_STATES = ['RUNNING', 'QUEUED', 'PAUSED', 'ERROR', 'TRIPPED', 'ACTIVE'] as const;
export type ShownState = (typeof SHOWN_STATES)[number];

/** Facts about one agent on one branch; running and queued never come from the ledger. */
export interface AgentFacts {
  readonly running: boolean;
  readonly queued: boolean;
  readonly paused: boolean;
  readonly inError: boolean;
  readonly tripped: boolean;
}

/** The first fact that holds names the state. */
export function shownState(facts: AgentFacts): ShownState {
  if (facts.running) return 'RUNNING';
  if (facts.queued) return 'QUEUED';
  if (facts.paused) return 'PAUSED';
  if (facts.inError) return 'ERROR';
  return facts.tripped ? 'TRIPPED' : 'ACTIVE';
}
