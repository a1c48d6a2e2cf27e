/** What people outside have not been told yet, derived from what is so and what they were told. */
import { failureOf, type Failure } from './failure.ts';
import type { AgentId } from './outcome.ts';
import type { Escalation, EscalationKind, LedgerState, OutboxEntry } from './state.ts';

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
  const action = actionFor(failureOf(agent, kind), issue);
  if (action === null) return null;
  const at = name.indexOf('@');
  return {
    action,
    agent: name.slice(0, at) as AgentId,
    branch: name.slice(at + 1),
    kind,
    number: issue?.number ?? null,
  };
}

function actionFor(failure: Failure | null, issue: Escalation | undefined): OutboxEntry['action'] | null {
  if (failure === null) return issue === undefined ? null : 'close';
  if (issue === undefined) return 'escalate';
  if (isTold(issue, failure)) return null;
  return issue.number === null ? 'escalate' : 'update';
}

/** What an event did not say is taken as told. */
function isTold(issue: Escalation, failure: Failure): boolean {
  const { digest = failure.digest, failingSince = failure.since } = issue;
  return digest === failure.digest && failingSince === failure.since;
}

function isSame(a: Omit<OutboxEntry, 'since'>, b: Omit<OutboxEntry, 'since'>): boolean {
  return a.action === b.action && a.agent === b.agent && a.branch === b.branch && a.kind === b.kind;
}
