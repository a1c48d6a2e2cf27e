import { describe, expect, it } from 'vitest';
import { makeEvent, uuidv7 } from '../../ledger/event.ts';
import { emptyState, fold } from '../../ledger/fold.ts';
import { agentStateOf, type AgentState, type LedgerState } from '../../ledger/state.ts';
import { at, common, completed, failed, originAt, tripped } from '../support/ledger-events.ts';

/** The backend agent after these events, each in a batch of its own. */
function backendAfter(...events: readonly unknown[]): AgentState {
  const all = events.reduce<LedgerState>((state, event) => fold(state, { sequence: state.sequence + 1, events: [event] }), emptyState());
  return agentStateOf(all, 'backend', 'main');
}

describe('a run that is settled again', () => {
  const runId = uuidv7(at(1));
  const again = (minutes: number) => failed({ minutes, runId });

  it('counts once, for the streak, the breaker and the crashes', () => {
    expect(backendAfter(again(2), again(3))).toMatchObject({ streak: 1, runs: [{ runId }] });
    const before = [failed({ minutes: 1 }), tripped({ minutes: 1 })];
    expect(backendAfter(...before, again(2), again(3))).toMatchObject({
      streak: 2,
      breaker: backendAfter(...before, again(2)).breaker,
    });
    const crash = failed({ minutes: 2, runId, outcome: 'errored', reason: 'internal' });
    expect(backendAfter(crash, crash).crashes).toBe(1);
  });

  it('is what it was settled as last, and not cancelled any more', () => {
    const cancelled = makeEvent('agent:cancelled', { ...common('backend', runId), by: 'ann' }, originAt(4));
    expect(backendAfter(again(2), completed({ minutes: 3, runId }), cancelled)).toMatchObject({
      streak: 0,
      decided: { outcome: 'passed' },
      runs: [{ runId, outcome: 'passed' }],
    });
    expect(backendAfter(cancelled, completed({ minutes: 3, runId })).runs).toMatchObject([{ outcome: 'passed' }]);
  });
});
