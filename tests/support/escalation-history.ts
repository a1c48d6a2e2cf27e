/** Histories of agents that fail and recover, folded, and what is planned after them. */
import { makeEvent, type EventData, type UpkeepEvent } from '../../ledger/event.ts';
import { failureOf } from '../../ledger/failure.ts';
import { fold } from '../../ledger/fold.ts';
import type { AgentId } from '../../ledger/outcome.ts';
import { agentStateOf, type EscalationKind, type LedgerState } from '../../ledger/state.ts';
import { planEscalations, type EscalateRequest, type Plan } from '../../scheduler/escalate.ts';
import { at, common, completed, failed, originAt, tripped } from './ledger-events.ts';

export type What = { readonly agentId?: AgentId; readonly branch?: string };

const NOW = at(60);
export const OWN_COMMIT = 'b'.repeat(40);

/** Folds each event as a batch of its own. */
export function after(state: LedgerState, ...events: readonly UpkeepEvent[]): LedgerState {
  return events.reduce((next, event) => fold(next, { sequence: next.sequence + 1, events: [event] }), state);
}

/** Two failures in a row at `minutes` and a minute later. */
export function red(minutes = 1, what: What & Partial<EventData<'agent:failed'>> = {}): UpkeepEvent[] {
  const { agentId = 'backend', branch = 'main' } = what;
  return [failed({ ...what, minutes }), failed({ ...what, minutes: minutes + 1 }), tripped({ agentId, branch, minutes: minutes + 1 })];
}

export function green(minutes: number, what: Parameters<typeof completed>[0] = {}): UpkeepEvent {
  return completed({ ...what, minutes });
}

export function inError(minutes = 1, reason: 'network' | 'timeout' = 'network', what: What = {}): UpkeepEvent[] {
  const { agentId = 'backend', branch = 'main' } = what;
  return [
    failed({ ...what, minutes, outcome: 'errored', reason, errors: 0 }),
    tripped({ agentId, branch, minutes, kind: 'operation', reason }),
  ];
}

/** The state after people were told of everything that fails now, in the issue `number`. */
export function told(
  state: LedgerState,
  number: number | null,
  what: What & { kind?: EscalationKind; minutes?: number } = {},
): LedgerState {
  const { agentId = 'backend', branch = 'main', kind = 'code', minutes = 3 } = what;
  const failure = failureOf(agentStateOf(state, agentId, branch), kind);
  const data = { ...common(agentId, '', branch), number, url: null, kind, streak: 2 };
  const digests = failure === null ? {} : { digest: failure.digest, failingSince: failure.since };
  return after(state, makeEvent('agent:escalated', { ...data, ...digests }, originAt(minutes)));
}

export function plan(state: LedgerState, change: Partial<EscalateRequest> = {}): Plan[] {
  return planEscalations({
    state,
    defaultBranch: 'main',
    policy: { threshold: 2, branches: [], quietHours: null, maxOpenIssues: 10 },
    speaks: true,
    now: NOW,
    ran: null,
    here: { attempt: 1, runUrl: null, webUrl: null },
    ...change,
  });
}
