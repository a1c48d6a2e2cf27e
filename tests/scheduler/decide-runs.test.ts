import { describe, expect, it } from 'vitest';
import type { Agent } from '../../agents/agent.ts';
import type { AgentState, KeyRecord, LedgerState } from '../../ledger/state.ts';
import { emptyAgentState, emptyState } from '../../ledger/state.ts';
import { decideRuns } from '../../scheduler/decide-runs.ts';
import type { DecideRequest, Decision } from '../../scheduler/decide-runs.ts';

const now = new Date('2026-03-01T12:00:00Z');
const backend: Agent = {
  id: 'backend',
  title: 'Backend',
  summary: '',
  priority: 'HIGH',
  schedule: '*/5 * * * *',
  triggers: ['push'],
  checks: [],
};

const answer: KeyRecord = {
  key: 'k1',
  outcome: 'passed',
  delivered: true,
  runId: 'r',
  at: now.toISOString(),
  errors: 0,
  warnings: 0,
  commit: null,
  findings: [],
};
const finding = { path: 'a.ts', line: 1, rule: 'eqeqeq', severity: 'error' as const, message: 'no', fingerprint: 'f', check: 'eslint' };
const failed: KeyRecord = { ...answer, outcome: 'failed', errors: 1, findings: [finding] };

const repair = 'c'.repeat(40);
const repaired: KeyRecord = { ...answer, outcome: 'fixed', commit: repair };
const proposal = (commit: string) => ({ number: 1, url: null, ref: 'refs/heads/upkeep/backend', commit, since: now.toISOString() });

function remembering(agent: Partial<AgentState>, state: Partial<LedgerState> = {}): LedgerState {
  return { ...emptyState(), ...state, agents: { 'backend@main': { ...emptyAgentState(), ...agent } } };
}

function decide(change: Partial<DecideRequest>): Decision {
  const [decision] = decideRuns({
    agents: [backend],
    branch: 'main',
    state: emptyState(),
    keys: { backend: 'k1' },
    trigger: 'manual',
    force: false,
    now,
    isDue: null,
    waiting: {},
    ...change,
  });
  if (decision === undefined) throw new Error('no decision');
  return decision;
}

const pause = { by: 'ada', reason: 'migration', since: '2026-03-01T10:00:00Z', until: null };
const breaker = {
  open: true as const,
  kind: 'code' as const,
  since: now.toISOString(),
  attempts: 0,
  key: 'k1',
  nextTryAt: '2026-03-01T12:05:00Z',
};

describe('decideRuns', () => {
  it.each<[string, Partial<DecideRequest>, string]>([
    ['runs an agent that never ran', {}, 'run'],
    ['runs on a key that was never answered', { state: remembering({ keys: [{ ...answer, key: 'other' }] }) }, 'run'],
    ['skips a key that passed', { state: remembering({ keys: [answer] }) }, 'unchanged'],
    ['runs on a key whose repair arrived and is gone again', { state: remembering({ keys: [repaired] }) }, 'run'],
    [
      'skips a key whose repair is on the branch ahead of the checked commit',
      { state: remembering({ keys: [repaired] }), repairedAhead: new Set([repair]) },
      'unchanged',
    ],
    ['skips a key whose repair is proposed', { state: remembering({ keys: [repaired], proposal: proposal(repair) }) }, 'unchanged'],
    [
      'runs when what is proposed is another repair',
      { state: remembering({ keys: [repaired], proposal: proposal('d'.repeat(40)) }) },
      'run',
    ],
    [
      'runs when a repair left errors',
      { state: remembering({ keys: [{ ...repaired, errors: 1 }] }), repairedAhead: new Set([repair]) },
      'run',
    ],
    ['runs when the fix was not delivered', { state: remembering({ keys: [{ ...answer, outcome: 'fixed', delivered: false }] }) }, 'run'],
    ['runs again on a key that failed', { state: remembering({ keys: [{ ...answer, outcome: 'failed', errors: 1 }] }) }, 'run'],
    ['skips an agent that has nothing to read, even with --force', { force: true, keys: { backend: 'nothing-applies' } }, 'not-applicable'],
    ['runs regardless with --force', { force: true, state: remembering({ keys: [answer] }, { paused: { backend: pause } }) }, 'run'],
    ['skips a paused agent', { state: remembering({}, { paused: { backend: pause } }) }, 'paused'],
    ['skips every agent when everything is paused', { state: remembering({}, { paused: { '*': pause } }) }, 'paused'],
    [
      'runs after a pause that ended',
      { state: remembering({}, { paused: { backend: { ...pause, until: '2026-03-01T11:00:00Z' } } }) },
      'run',
    ],
    ['skips an agent in ERROR', { state: remembering({ inError: { reason: 'network', since: '2026-03-01T10:00:00Z' } }) }, 'in-error'],
    [
      'runs an agent in ERROR when a person retries it',
      { trigger: 'retry', state: remembering({ inError: { reason: 'network', since: 'x' } }) },
      'run',
    ],
    ['skips an agent that does not listen to the trigger', { trigger: 'webhook' }, 'not-triggered'],
    ['skips an agent that is not due', { isDue: () => false }, 'not-due'],
    ['skips what is not due after what is unchanged', { isDue: () => false, state: remembering({ keys: [answer] }) }, 'unchanged'],
    [
      'runs an agent that a push touches',
      { trigger: 'push', touched: new Set(['backend' as const]), state: remembering({ keys: [failed] }) },
      'run',
    ],
    [
      'skips an agent that a push does not touch',
      { trigger: 'push', touched: new Set(), state: remembering({ keys: [failed] }) },
      'not-triggered',
    ],
    ['runs an agent that a push does not touch on a key that was never answered', { trigger: 'push', touched: new Set() }, 'run'],
    ['runs an agent that is due', { isDue: () => true, trigger: 'schedule' }, 'run'],
    ['holds the same key while the breaker is open', { state: remembering({ breaker }) }, 'tripped'],
    ['lets a new key through an open breaker', { keys: { backend: 'k2' }, state: remembering({ breaker }) }, 'run'],
    ['tries again when the breaker says so', { state: remembering({ breaker: { ...breaker, nextTryAt: '2026-03-01T11:59:00Z' } }) }, 'run'],
  ])('%s', (_, change, expected) => {
    const decision = decide(change);
    expect(decision.kind === 'run' ? 'run' : decision.reason).toBe(expected);
  });

  it('repeats the errors that a skip passes over', () => {
    expect(decide({ state: remembering({ breaker, keys: [failed] }) })).toMatchObject({ unresolvedErrors: 1, repeated: [finding] });
    expect(decide({ touched: new Set(), state: remembering({ keys: [failed] }) })).toMatchObject({
      unresolvedErrors: 1,
      repeated: [finding],
    });
  });

  it('asks for the time of an agent only when that alone decides', () => {
    const isDue = (): boolean => {
      throw new Error('nobody needs to know');
    };
    for (const state of [remembering({ keys: [answer] }), remembering({ breaker }), remembering({}, { paused: { backend: pause } })]) {
      expect(decide({ isDue, trigger: 'schedule', state }).kind).toBe('skip');
    }
  });

  it('hands over the commit that waits', () => {
    expect(decide({ waiting: { backend: 'abc' } })).toMatchObject({ kind: 'run', pending: 'abc' });
  });
});
