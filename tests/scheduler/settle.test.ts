import { describe, expect, it } from 'vitest';
import type { EventData } from '../../ledger/event.ts';
import { makeEvent } from '../../ledger/event.ts';
import type { AgentState } from '../../ledger/state.ts';
import { emptyAgentState, emptyState } from '../../ledger/state.ts';
import { consequencesOf } from '../../scheduler/settle.ts';

const origin = { source: 'ci:1', correlationId: 'c', now: () => new Date('2026-03-01T12:00:00Z') };
const base = 'a'.repeat(40);

const settled: EventData<'agent:completed'> = {
  agentId: 'backend',
  jobId: 'j',
  runId: 'r',
  branch: 'main',
  status: '',
  outcome: 'passed',
  reason: null,
  trigger: 'push',
  base,
  key: 'k',
  producedKey: null,
  durationMs: 1,
  commit: null,
  delivered: true,
  errors: 0,
  warnings: 0,
  fixed: 0,
  findings: [],
  coverage: null,
  counts: true,
};

function follow(run: Partial<EventData<'agent:failed'>>, memory: Partial<AgentState> = {}): string[] {
  const data = { ...settled, ...run };
  const isFailure = data.outcome === 'failed' || data.outcome === 'errored';
  const event = isFailure
    ? makeEvent('agent:failed', { ...data, error: { code: 'E', message: 'm', reason: data.reason ?? 'errors-left' } }, origin)
    : makeEvent('agent:completed', data, origin);
  const state = { ...emptyState(), agents: { 'backend@main': { ...emptyAgentState(), ...memory } } };
  return consequencesOf([event], { state, threshold: 2, origin }).map((next) =>
    `${next.type} ${'kind' in next.data ? next.data.kind : ''}`.trim(),
  );
}

const breaker = { open: true as const, kind: 'code' as const, since: 'x', attempts: 0, key: 'k', nextTryAt: '2026-03-01T12:05:00Z' };

describe('consequencesOf', () => {
  it.each<[string, Partial<EventData<'agent:failed'>>, Partial<AgentState>, string[]]>([
    ['does nothing after a failure of an older commit', { outcome: 'failed', outdated: true }, { streak: 1 }, []],
    ['does nothing after a success of an older commit', { outdated: true }, { streak: 2, breaker }, []],
    ['does nothing after the first failure', { outcome: 'failed' }, {}, []],
    ['trips after the second failure in a row', { outcome: 'failed' }, { streak: 1 }, ['agent:tripped code']],
    ['trips only once', { outcome: 'failed' }, { streak: 2, breaker }, []],
    ['does not count a laptop', { outcome: 'failed', counts: false }, { streak: 5 }, []],
    ['recovers when it succeeds', { outcome: 'fixed' }, { streak: 3, breaker }, ['agent:recovered']],
    ['has nothing to recover from when it was fine', {}, {}, []],
    ['goes to ERROR when retries are used up', { outcome: 'errored', reason: 'network' }, {}, ['agent:tripped operation']],
    ['does not go to ERROR for what no retry heals', { outcome: 'errored', reason: 'dependencies-missing' }, {}, []],
  ])('%s', (...[, run, memory, expected]) => {
    expect(follow(run, memory)).toEqual(expected);
  });
});
