/** What people outside have not been told yet, derived from what is so and what they were told. */
import type { AgentId } from './outcome.ts';
import type { AgentState, EscalationKind, LedgerState, OutboxEntry } from './state.ts';

const KINDS: readonly EscalationKind[] = ['code', 'operation'];

/** The outbox after a batch; an entry that is still wanted keeps the sequence since which it is. */
export function outboxAfter(state: LedgerState, sequence: number): OutboxEntry[] {
  return Object.keys(state.agents)
    .sort()
    .flatMap((name) => KINDS.map((kind) => entryFor(state, name, kind)))
    .filter((entry) => entry !== null)
    .map((entry) => ({ ...entry, since: state.outbox.find((old) => isSame(old, entry))?.since ?? sequence }));
}

function entryFor(state: LedgerState, name: string, kind: EscalationKind): Omit<OutboxEntry, 'since'> | null {
  const agent = state.agents[name];
  if (agent === undefined) return null;
  const issue = agent.escalations[kind];
  const wanted = isWanted(agent, kind);
  if (wanted === (issue !== undefined)) return null;
  const at = name.indexOf('@');
  return {
    action: wanted ? 'escalate' : 'close',
    agent: name.slice(0, at) as AgentId,
    branch: name.slice(at + 1),
    kind,
    number: issue?.number ?? null,
  };
}

function isWanted(agent: AgentState, kind: EscalationKind): boolean {
  return kind === 'code' ? agent.breaker !== null : agent.inError !== null;
}

function isSame(a: Omit<OutboxEntry, 'since'>, b: Omit<OutboxEntry, 'since'>): boolean {
  return a.action === b.action && a.agent === b.agent && a.branch === b.branch && a.kind === b.kind;
}
