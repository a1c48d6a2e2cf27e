/** The issues that the ledger knows, of every agent on every branch. Pure. */
import { AGENT_IDS, type AgentId } from '../ledger/outcome.ts';
import type { AgentState, Escalation, EscalationKind, LedgerState } from '../ledger/state.ts';

export const ESCALATION_KINDS: readonly EscalationKind[] = ['code', 'operation'];

export interface RememberedAgent {
  readonly agent: AgentId;
  readonly branch: string;
  readonly memory: AgentState;
}

/** Every agent on every branch that the ledger remembers. */
export function rememberedAgents(state: LedgerState): RememberedAgent[] {
  return Object.entries(state.agents).flatMap(([name, memory]) => {
    const at = name.indexOf('@');
    const agent = AGENT_IDS.find((id) => id === name.slice(0, at));
    return agent === undefined ? [] : [{ agent, branch: name.slice(at + 1), memory }];
  });
}

export interface KnownEscalation extends RememberedAgent {
  readonly kind: EscalationKind;
  readonly issue: Escalation;
}

/** What people were told, or were to be told. */
export function escalationsOf(state: LedgerState): KnownEscalation[] {
  return rememberedAgents(state).flatMap((one) =>
    ESCALATION_KINDS.flatMap((kind) => {
      const issue = one.memory.escalations[kind];
      return issue === undefined ? [] : [{ ...one, kind, issue }];
    }),
  );
}
