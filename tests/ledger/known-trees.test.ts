import { describe, expect, it } from 'vitest';
import { emptyState, fold } from '../../ledger/fold.ts';
import { decodeState, encodeState } from '../../ledger/state-file.ts';
import { agentStateOf, LIMITS, type LedgerState } from '../../ledger/state.ts';
import { failed, keyed } from '../support/ledger-events.ts';

const foldAll = (...events: readonly unknown[]): LedgerState =>
  events.reduce<LedgerState>((state, event) => fold(state, { sequence: state.sequence + 1, events: [event] }), emptyState());
const treeOf = (state: LedgerState, branch: string) => state.trees.find((known) => known.branch === branch);

describe('known trees', () => {
  it('are the newest one of each branch, of the branches that were looked at last', () => {
    const state = foldAll(keyed({ tree: 'b'.repeat(40) }), keyed({ branch: 'next' }), keyed({ tree: 'c'.repeat(40), version: '1.1.0' }));
    expect(state.trees.map((known) => known.branch)).toEqual(['main', 'next']);
    expect(treeOf(state, 'main')).toMatchObject({ tree: 'c'.repeat(40), version: '1.1.0', speak: { threshold: 2 } });
    expect(treeOf(state, 'main')?.agents[0]).toEqual(keyed().data.agents[0]);
    const many = foldAll(...Array.from({ length: LIMITS.trees + 3 }, (_, index) => keyed({ branch: `b${index}` })));
    expect(many.trees).toHaveLength(LIMITS.trees);
    expect(treeOf(many, 'b2')).toBeUndefined();
  });

  it('are nothing that people wait for, and no run', () => {
    const state = foldAll(failed(), keyed());
    expect([state.outbox, agentStateOf(state, 'backend', 'main').runs.length]).toEqual([[], 1]);
  });

  it('are read back as they were written', () => {
    const state = foldAll(keyed({ context: 'c0ffee' }), keyed({ branch: 'next' }));
    expect(state.trees.map(({ context }) => context)).toEqual([undefined, 'c0ffee']);
    expect(decodeState(encodeState(state))).toEqual({ ok: true, state });
  });

  it('are not taken from a line or a file of another shape', () => {
    const { data } = keyed();
    const torn = [{ agents: null }, { agents: [{ agentId: 'qa', key: 'k' }] }, { tree: 7 }].map((bad) => ({
      ...keyed(),
      data: { ...data, ...bad },
    }));
    expect(foldAll(...torn)).toMatchObject({ deadLetters: torn.length, trees: [] });
    const text = encodeState(foldAll(keyed()));
    expect(decodeState(text.replace('"triggers":[', '"triggers":{"a":[').replace(']}', ']}}'))).toEqual({ ok: false, reason: 'corrupt' });
    expect(decodeState(text.replace(/"trees":.*,\n/, '"trees":{},\n'))).toEqual({ ok: false, reason: 'corrupt' });
  });
});
