import { describe, expect, it } from 'vitest';
import { fold } from '../../ledger/fold.ts';
import { makeEvent } from '../../ledger/event.ts';
import type { Reason } from '../../ledger/outcome.ts';
import { emptyState, type LedgerState } from '../../ledger/state.ts';
import type { Decision } from '../../scheduler/decide-runs.ts';
import { staleProposals } from '../../scheduler/stale-proposals.ts';
import { backendAgent } from '../support/backend-agent.ts';
import { common, completed, originAt } from '../support/ledger-events.ts';

const commit = 'b'.repeat(40);
const fixed = completed({ minutes: 1, outcome: 'fixed', key: 'faulty', producedKey: 'repaired', commit, delivered: true });
const proposed = makeEvent(
  'delivery:proposed',
  { ...common('backend'), mode: 'pull-request', commits: [commit], ref: 'refs/heads/upkeep/backend', reason: null, number: 7, url: null },
  originAt(2),
);

function stateOf(...events: readonly unknown[]): LedgerState {
  return fold(emptyState(), { sequence: 1, events });
}

function skip(reason: Reason): Decision {
  return { agent: backendAgent, kind: 'skip', reason, hint: null, repeated: [], unresolvedErrors: 0 };
}

function stale(decision: Decision, key: string, state = stateOf(fixed, proposed)): readonly string[] {
  return staleProposals([decision], { state, branch: 'main', keys: { backend: key } }).map(({ agent }) => agent);
}

describe('a proposal', () => {
  it.each([
    ['is needed on the content it was made for', 'unchanged', 'faulty', []],
    ['is stale on the content that it makes: it was merged, or done by hand', 'unchanged', 'repaired', ['backend']],
    ['is left alone while the agent only waits', 'not-due', 'repaired', []],
    ['is left alone while the agent is paused', 'paused', 'repaired', []],
    ['is stale where the agent has nothing to read any more', 'not-applicable', 'nothing-applies', ['backend']],
  ] as const)('%s', (...row) => {
    const [, reason, key, agents] = row;
    expect(stale(skip(reason), key)).toEqual(agents);
  });

  it('is left to the run of its agent', () => {
    expect(stale({ agent: backendAgent, kind: 'run', pending: null }, 'repaired')).toEqual([]);
  });

  it('is stale on other content that needed no change', () => {
    const passed = completed({ minutes: 5, key: 'other' });
    expect(stale(skip('unchanged'), 'other', stateOf(fixed, proposed, passed))).toEqual(['backend']);
  });

  it('is none where nothing is open, or where it is open for another branch', () => {
    expect(stale(skip('unchanged'), 'repaired', stateOf(fixed))).toEqual([]);
    const elsewhere = { ...proposed, data: { ...proposed.data, branch: 'next' } };
    expect(stale(skip('unchanged'), 'repaired', stateOf(fixed, elsewhere))).toEqual([]);
  });
});
