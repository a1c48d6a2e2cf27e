/** What an agent proposes, from events to state.json and back. */
import { describe, expect, it } from 'vitest';
import { makeEvent } from '../../ledger/event.ts';
import { emptyState, fold } from '../../ledger/fold.ts';
import { decodeState, encodeState } from '../../ledger/state-file.ts';
import { agentStateOf, type LedgerState } from '../../ledger/state.ts';
import { at, common, completed, originAt } from '../support/ledger-events.ts';

function foldAll(...events: readonly unknown[]): LedgerState {
  return events.reduce<LedgerState>((state, event) => fold(state, { sequence: state.sequence + 1, events: [event] }), emptyState());
}
const backend = (state: LedgerState) => agentStateOf(state, 'backend', 'main');

function proposed(commit: string, more: { minutes?: number; number?: number; branch?: string } = {}) {
  const { minutes = 2, number = 7, branch = 'main' } = more;
  const pull = { number, url: `https://github.com/o/r/pull/${number}` };
  const data = { ...common('backend', 'run', branch), mode: 'pull-request' as const, commits: [commit], ref: 'refs/heads/upkeep/backend' };
  return makeEvent('delivery:proposed', { ...data, reason: null, ...pull }, originAt(minutes));
}

describe('a proposal', () => {
  const commit = 'b'.repeat(40);
  const withdrawn = makeEvent(
    'delivery:withdrawn',
    {
      ...common('backend'),
      mode: 'pull-request',
      commits: [],
      ref: 'refs/heads/upkeep/backend',
      reason: 'not needed',
      number: 7,
      url: null,
    },
    originAt(9),
  );

  it('is open until it is withdrawn, since it was first made', () => {
    const open = foldAll(proposed(commit, { minutes: 2 }), proposed('c'.repeat(40), { minutes: 5 }));
    expect(backend(open).proposal).toEqual({
      number: 7,
      url: 'https://github.com/o/r/pull/7',
      ref: 'refs/heads/upkeep/backend',
      commit: 'c'.repeat(40),
      since: at(2).toISOString(),
    });
    expect(backend(fold(open, { sequence: 9, events: [withdrawn] })).proposal).toBeNull();
  });

  it('of another branch or another pull request is another one', () => {
    const state = foldAll(
      proposed(commit, { branch: 'next' }),
      proposed(commit, { minutes: 2 }),
      proposed(commit, { minutes: 6, number: 8 }),
    );
    expect(backend(state).proposal).toMatchObject({ number: 8, since: at(6).toISOString() });
    expect(state.agents['backend@next']?.proposal).toMatchObject({ number: 7 });
  });

  it('is written to state.json and read back, and is missing from one of an earlier version', () => {
    const state = foldAll(proposed(commit));
    const text = encodeState(state);
    expect(decodeState(text)).toEqual({ ok: true, state });
    const earlier = text.replace(/,"proposal":\{[^}]*\}/, '');
    expect(earlier).not.toBe(text);
    const decoded = decodeState(earlier);
    expect(decoded.ok ? backend(decoded.state).proposal : 'corrupt').toBeNull();
  });

  it('delivers the key that it was made for', () => {
    const fixed = completed({ outcome: 'fixed', commit, delivered: false });
    expect(backend(foldAll(fixed, proposed(commit))).keys[0]?.delivered).toBe(true);
  });
});
