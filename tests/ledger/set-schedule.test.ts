import { describe, expect, it } from 'vitest';
import { makeEvent, type EventData } from '../../ledger/event.ts';
import { emptyState, fold } from '../../ledger/fold.ts';
import { scheduleSetFor } from '../../ledger/set-schedule.ts';
import type { LedgerState } from '../../ledger/state.ts';
import { common, originAt } from '../support/ledger-events.ts';

const set = (over: Partial<EventData<'agent:scheduled'>> = {}) =>
  makeEvent('agent:scheduled', { ...common('qa'), branch: '', cron: '0 2 * * *', zone: 'Europe/Berlin', by: 'ann', ...over }, originAt(0));

function stateAfter(...events: readonly unknown[]): LedgerState {
  return events.reduce<LedgerState>((state, event, index) => fold(state, { sequence: index + 1, events: [event] }), emptyState());
}

describe('a schedule that a person set', () => {
  it('holds until the default is set again', () => {
    expect(scheduleSetFor(stateAfter(set()), 'qa')).toMatchObject({ cron: '0 2 * * *', zone: 'Europe/Berlin', by: 'ann' });
    expect(scheduleSetFor(stateAfter(set(), set({ isDefault: true })), 'qa')).toBeNull();
    expect(scheduleSetFor(stateAfter(set()), 'docs')).toBeNull();
  });

  it('may have a priority, and one that nobody knows counts as none', () => {
    expect(scheduleSetFor(stateAfter(set({ priority: 'HIGH' })), 'qa')?.priority).toBe('HIGH');
    expect(scheduleSetFor(stateAfter(set({ priority: 'URGENT' as 'HIGH' })), 'qa')).not.toHaveProperty('priority');
  });

  it('makes trees be looked at again, whose next slots were worked out before', () => {
    const agents = [{ agentId: 'qa' as const, key: 'k', triggers: [], lastRunAt: null, dueAt: null }];
    const speak = { threshold: 2, branches: [], quietHours: null, maxOpenIssues: 1 } as unknown as EventData<'scheduler:keyed'>['speak'];
    const tree = { commit: 'a'.repeat(40), tree: 'b'.repeat(40), version: '1.0.0', agents, speak };
    const keyed = makeEvent('scheduler:keyed', { ...common(null), ...tree }, originAt(0));
    expect(stateAfter(keyed).trees).toHaveLength(1);
    expect(stateAfter(keyed, set()).trees).toEqual([]);
  });
});
