import { describe, expect, it } from 'vitest';
import { makeEvent, uuidv7, type UpkeepEvent } from '../../ledger/event.ts';
import { fightOver } from '../../ledger/fold-written.ts';
import { emptyState, fold } from '../../ledger/fold.ts';
import { agentStateOf, LIMITS, pauseOf, type LedgerState } from '../../ledger/state.ts';
import { at, common, completed, failed, finding, originAt, tripped } from '../support/ledger-events.ts';

/** Folds each event as a batch of its own. */
function foldAll(...events: readonly unknown[]): LedgerState {
  return events.reduce<LedgerState>((state, event) => fold(state, { sequence: state.sequence + 1, events: [event] }), emptyState());
}
const backend = (state: LedgerState) => agentStateOf(state, 'backend', 'main');

describe('the streak', () => {
  it('counts failures that count and ends with success', () => {
    expect(backend(foldAll(failed({ minutes: 1 }), failed({ minutes: 2 }))).streak).toBe(2);
    expect(backend(foldAll(failed({ minutes: 1 }), failed({ minutes: 2, counts: false }))).streak).toBe(1);
    expect(backend(foldAll(failed({ minutes: 1 }), completed({ minutes: 2 }))).streak).toBe(0);
  });

  it('is left alone by errored and cancelled runs', () => {
    const errored = failed({ minutes: 2, outcome: 'errored', reason: 'network' });
    const cancelled = makeEvent('agent:cancelled', { ...common(), by: 'a person' }, originAt(3));
    expect(backend(foldAll(failed({ minutes: 1 }), errored, cancelled))).toMatchObject({
      streak: 1,
      decided: { outcome: 'failed' },
      last: { outcome: 'errored' },
    });
  });

  it('is kept by agent and branch', () => {
    const state = foldAll(failed({ minutes: 1 }), failed({ minutes: 2, branch: 'next' }), failed({ minutes: 3, agentId: 'docs' }));
    expect(Object.entries(state.agents).map(([name, agent]) => [name, agent.streak])).toEqual(
      expect.arrayContaining([
        ['backend@main', 1],
        ['backend@next', 1],
        ['docs@main', 1],
      ]),
    );
  });
});

describe('a late report', () => {
  const early = completed({ minutes: 4, runId: uuidv7(at(0)), key: 'old' });
  const failure = failed({ minutes: 3, runId: uuidv7(at(2)), key: 'new' });

  it('of an older success does not close a newer failure, but answers its key', () => {
    const agent = backend(foldAll(failed({ minutes: 1 }), failure, tripped({ minutes: 3 }), early));
    expect(agent).toMatchObject({ streak: 2, breaker: { open: true, key: 'new' }, decided: { outcome: 'failed' } });
    expect(agent.keys.find((record) => record.key === 'old')).toMatchObject({ outcome: 'passed' });
    expect(agent.keys[0]).toMatchObject({ key: 'new' });
  });

  it('of an older success’s recovery does not close the breaker either', () => {
    const recovered = makeEvent(
      'agent:recovered',
      { ...common('backend', uuidv7(at(0))), by: 'upkeep', reason: null, nextRunAt: null, commit: null },
      originAt(4),
    );
    expect(backend(foldAll(failure, tripped({ minutes: 3 }), recovered)).breaker).not.toBeNull();
  });

  it('of an older failure does not reopen what a newer run healed', () => {
    expect(backend(foldAll(completed({ minutes: 9 }), failed({ minutes: 10, runId: uuidv7(at(1)) })))).toMatchObject({
      streak: 0,
      decided: { outcome: 'passed' },
    });
  });

  it('is not believed to be late when the run had seen the failure, whatever its clock says', () => {
    const wrongClock = completed({ minutes: 4, runId: uuidv7(at(-60)), seen: 1 });
    expect(backend(foldAll(failure, wrongClock))).toMatchObject({ streak: 0, decided: { outcome: 'passed' } });
  });

  it('about an older commit decides nothing, however late it was started, but answers its key', () => {
    const outdated = completed({ minutes: 9, key: 'old', outdated: true });
    const agent = backend(foldAll(failed({ minutes: 1 }), failure, tripped({ minutes: 3 }), outdated));
    expect(agent).toMatchObject({ streak: 2, breaker: { open: true, key: 'new' }, decided: { outcome: 'failed' } });
    expect(agent.keys.find((record) => record.key === 'old')).toMatchObject({ outcome: 'passed' });
    expect(backend(foldAll(completed({ minutes: 1 }), failed({ minutes: 2, outdated: true })))).toMatchObject({ streak: 0 });
    expect(backend(foldAll(failed({ minutes: 2, outdated: true }))), 'with nothing to compare it with').toMatchObject({ streak: 1 });
  });

  it('is judged by arrival where run ids tell no time', () => {
    expect(backend(foldAll(failed({ runId: 'b' }), completed({ runId: 'a' }))).streak).toBe(0);
  });
});

describe('keys', () => {
  it('of the tree that a commit produced are answered as well', () => {
    const state = foldAll(completed({ outcome: 'fixed', key: 'before', producedKey: 'after', commit: 'b'.repeat(40), delivered: false }));
    expect(backend(state).keys).toMatchObject([
      { key: 'after', outcome: 'passed', delivered: true },
      { key: 'before', outcome: 'fixed', delivered: false },
    ]);
  });

  it('become delivered when their commit arrives, and not when it is refused', () => {
    const commit = 'b'.repeat(40);
    const fixed = completed({ outcome: 'fixed', commit, delivered: false });
    const delivery = (type: 'delivery:pushed' | 'delivery:refused') =>
      makeEvent(type, { ...common(null), mode: 'push', commits: [commit], ref: 'refs/heads/main', reason: null }, originAt(2));
    expect(backend(foldAll(fixed, delivery('delivery:pushed'))).keys[0]?.delivered).toBe(true);
    expect(backend(foldAll(fixed, delivery('delivery:pushed'), delivery('delivery:refused'))).keys[0]?.delivered).toBe(false);
  });

  it('keep findings for the newest run only, errors first, bounded', () => {
    const many = Array.from({ length: 60 }, (_, index) => finding(`m${index}`, index === 59 ? 'error' : 'warning'));
    const agent = backend(
      foldAll(failed({ minutes: 1, key: 'a', findings: many.slice(0, 3) }), failed({ minutes: 2, key: 'b', findings: many })),
    );
    expect(agent.keys[0]?.findings).toHaveLength(LIMITS.findings);
    expect(agent.keys[0]?.findings[0]).toMatchObject({ message: 'm59' });
    expect(agent.keys[1]).toMatchObject({ key: 'a', findings: [] });
  });

  it('and runs are bounded', () => {
    const runs = Array.from({ length: 70 }, (_, index) => failed({ minutes: index, key: `k${index}` }));
    expect(backend(foldAll(...runs))).toMatchObject({ runs: { length: LIMITS.runs }, keys: { length: LIMITS.keys } });
  });
});

describe('the breaker', () => {
  it('waits longer for the same key and begins anew with another', () => {
    const open = [failed({ minutes: 0 }), failed({ minutes: 1 }), tripped({ minutes: 1 })];
    expect(backend(foldAll(...open)).breaker).toMatchObject({ attempts: 0, nextTryAt: at(6).toISOString(), key: 'key' });
    expect(backend(foldAll(...open, failed({ minutes: 6 }))).breaker).toMatchObject({ attempts: 1, nextTryAt: at(16).toISOString() });
    expect(backend(foldAll(...open, failed({ minutes: 6 }), failed({ minutes: 7, key: 'other' }))).breaker).toMatchObject({
      attempts: 0,
      nextTryAt: at(12).toISOString(),
      key: 'other',
    });
  });

  it('closes with success, and the issue is still to be closed', () => {
    const escalated = makeEvent('agent:escalated', { ...common(), number: 7, url: 'https://x/7', kind: 'code', streak: 2 }, originAt(2));
    const red = foldAll(failed({ minutes: 1 }), tripped({ minutes: 1 }));
    expect(red.outbox).toMatchObject([{ action: 'escalate', agent: 'backend', branch: 'main', kind: 'code', since: 2 }]);
    const told = fold(red, { sequence: 3, events: [escalated] });
    expect(told.outbox).toEqual([]);
    const green = fold(told, { sequence: 4, events: [completed({ minutes: 5 })] });
    expect(backend(green)).toMatchObject({ breaker: null, escalations: { code: { number: 7 } } });
    expect(green.outbox).toMatchObject([{ action: 'close', number: 7, since: 4 }]);
    const closed = makeEvent('agent:escalation-closed', { ...common(), number: 7, url: null, kind: 'code', streak: 0 }, originAt(6));
    expect(fold(green, { sequence: 5, events: [closed] }).outbox).toEqual([]);
  });

  it('wants the issue brought up to date when something else fails, and not when it is the same', () => {
    const told = (state: LedgerState, number: number | null) => {
      const { digest, at: failingSince } = backend(state).failing ?? { digest: '', at: '' };
      const data = { ...common(), number, url: null, kind: 'code', streak: 2, digest, failingSince } as const;
      return fold(state, { sequence: state.sequence + 1, events: [makeEvent('agent:escalated', data, originAt(2))] });
    };
    const run = (minutes: number, ...names: string[]) =>
      failed({ minutes, errors: names.length, findings: names.map((name) => ({ ...finding(name), fingerprint: name })) });
    const red = foldAll(run(1, 'a', 'b'), tripped({ minutes: 1 }));
    const after = (state: LedgerState, ...events: UpkeepEvent[]) => fold(state, { sequence: state.sequence + 1, events });
    expect(after(told(red, 7), run(3, 'b', 'a')).outbox).toEqual([]);
    expect(after(told(red, 7), run(3, 'a', 'c')).outbox).toMatchObject([{ action: 'update', number: 7 }]);
    expect(backend(told(told(red, 7), 7)).escalations.code).toMatchObject({ number: 7, since: at(2).toISOString() });
    expect(after(told(red, null), run(3, 'a', 'c')).outbox).toMatchObject([{ action: 'escalate', number: null }]);
    const again = [completed({ minutes: 4 }), run(5, 'a', 'b'), tripped({ minutes: 5 })];
    expect(after(told(red, 7), ...again).outbox).toMatchObject([{ action: 'update', number: 7 }]);
  });

  it('remembers the commit since which it fails, of runs that count', () => {
    const [first, second] = ['1'.repeat(40), '2'.repeat(40)];
    const early = failed({ minutes: 0, base: '0'.repeat(40), counts: false });
    const red = foldAll(early, failed({ minutes: 1, base: first }), failed({ minutes: 2, base: second }));
    expect(backend(red).failing).toMatchObject({ commit: first, at: at(1).toISOString() });
    expect(backend(fold(red, { sequence: 4, events: [completed({ minutes: 3 })] })).failing).toBeNull();
  });

  it('is apart from ERROR, which a person’s resume ends', () => {
    const crashed = failed({ minutes: 1, outcome: 'errored', reason: 'internal' });
    const state = foldAll(crashed, tripped({ minutes: 2, kind: 'operation', reason: 'internal' }));
    expect(backend(state)).toMatchObject({ breaker: null, inError: { reason: 'internal' }, crashes: 1 });
    const resumed = makeEvent(
      'agent:resumed',
      { ...common('backend', '', ''), by: 'a person', reason: null, nextRunAt: null },
      originAt(3),
    );
    expect(backend(fold(state, { sequence: 3, events: [resumed] }))).toMatchObject({ inError: null, crashes: 0 });
  });
});

describe('pauses', () => {
  const pause = (agentId: 'backend' | null, branch: string) =>
    makeEvent('agent:paused', { ...common(agentId, '', branch), by: 'a person', reason: null, nextRunAt: null }, originAt(0));
  const resume = (agentId: 'backend' | null, branch: string) =>
    makeEvent('agent:resumed', { ...common(agentId, '', branch), by: 'a person', reason: null, nextRunAt: null }, originAt(1));
  const paused = (state: LedgerState) =>
    [pauseOf(state, 'backend', 'main', at(5)), pauseOf(state, 'backend', 'next', at(5)), pauseOf(state, 'docs', 'main', at(5))].map(
      (one) => one !== null,
    );

  it('hold on a branch, for an agent, or for all', () => {
    expect(paused(foldAll(pause('backend', 'main')))).toEqual([true, false, false]);
    expect(paused(foldAll(pause('backend', '')))).toEqual([true, true, false]);
    expect(paused(foldAll(pause(null, '')))).toEqual([true, true, true]);
  });

  it('end where they are resumed', () => {
    expect(paused(foldAll(pause('backend', 'main'), pause('backend', 'next'), resume('backend', 'main')))).toEqual([false, true, false]);
    expect(paused(foldAll(pause('backend', 'main'), pause('backend', ''), resume('backend', '')))).toEqual([false, false, false]);
    expect(paused(foldAll(pause('backend', 'main'), pause(null, ''), resume(null, '')))).toEqual([false, false, false]);
  });

  it('end by themselves at their time', () => {
    const until = makeEvent(
      'agent:paused',
      { ...common('backend', '', ''), by: 'a person', reason: null, nextRunAt: at(10).toISOString() },
      originAt(0),
    );
    const state = foldAll(until);
    expect([pauseOf(state, 'backend', 'main', at(9)), pauseOf(state, 'backend', 'main', at(11))]).toEqual([expect.anything(), null]);
  });
});

describe('what agents wrote', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string];
  const commit = (agentId: 'backend' | 'docs', from: string | null, to: string | null) =>
    completed({ agentId, commit: 'd'.repeat(40), outcome: 'fixed', blobs: [{ path: 'x', from, to }] });

  it('names both agents when a file is about to return to an earlier state', () => {
    const state = foldAll(commit('backend', a, b));
    expect(fightOver(state, 'main', { agent: 'docs', path: 'x', from: b, to: a })).toEqual(['docs', 'backend']);
    expect(fightOver(state, 'main', { agent: 'docs', path: 'x', from: b, to: c })).toBeNull();
    expect(
      fightOver(foldAll(commit('backend', a, b), commit('docs', b, c)), 'main', { agent: 'backend', path: 'x', from: c, to: a }),
    ).toEqual(['backend', 'docs']);
    expect(fightOver(foldAll(commit('backend', null, b)), 'main', { agent: 'docs', path: 'x', from: b, to: null })).toEqual([
      'docs',
      'backend',
    ]);
  });

  it('is no fight once a person changed the file', () => {
    expect(fightOver(foldAll(commit('backend', a, b)), 'main', { agent: 'backend', path: 'x', from: a, to: b })).toBeNull();
  });

  it('and a person undid is frozen', () => {
    const undone = makeEvent(
      'delivery:undone',
      {
        ...common(),
        mode: 'local',
        commits: [a],
        ref: 'refs/heads/main',
        reason: null,
        frozenKeys: ['k'],
        frozenBlobs: { x: b, ['__proto__']: c },
      },
      originAt(1),
    );
    expect(foldAll(undone).frozen['backend']).toMatchObject({ keys: ['k'] });
    expect(foldAll(undone).frozen['backend']?.blobs).toContainEqual({ path: 'x', blob: b });
  });
});

describe('bad lines', () => {
  it('are counted and change nothing', () => {
    const good = failed();
    const bad = [
      'text',
      null,
      7,
      [],
      {},
      { ...good, data: null },
      { ...good, data: { ...good.data, findings: [null] } },
      { ...good, data: { ...good.data, agentId: 'constructor' } },
      { ...good, time: 'soon' },
    ];
    const state = foldAll(...bad, good);
    expect(state.deadLetters).toBe(bad.length);
    expect(backend(state).streak).toBe(1);
  });

  it('are not those of a type that a newer version knows', () => {
    const unknown = { ...failed(), type: 'agent:dreamt' } as unknown as UpkeepEvent;
    expect(foldAll(unknown)).toMatchObject({ deadLetters: 0, agents: {} });
  });
});
