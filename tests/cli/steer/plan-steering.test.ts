/** What a retry means by what is remembered, and how long a pause lasts. */
import { describe, expect, it } from 'vitest';
import { pauseEvent, resumeEvent, type Decider } from '../../../scheduler/steer/steer-events.ts';
import { endOf, planRetries } from '../../../cli/steer/plan-steering.ts';
import { resumedWords } from '../../../cli/steer/resume-words.ts';
import { eventSchema } from '../../../ledger/event-schema.ts';
import { agentKey, emptyAgentState, emptyState, type AgentState, type LedgerState } from '../../../ledger/state.ts';

const now = new Date('2026-01-02T12:00:00Z');
const pause = { by: 'ada', reason: null, since: '2026-01-02T11:00:00.000Z', until: null };
const inError = { reason: 'network', since: '2026-01-02T11:00:00.000Z' };
const breaker = {
  open: true,
  kind: 'code',
  since: '2026-01-02T11:00:00.000Z',
  attempts: 1,
  nextTryAt: '2026-01-02T13:00:00.000Z',
  key: 'k',
} as const;

function stateWith(qa: Partial<AgentState>, more: Partial<LedgerState> = {}): LedgerState {
  return { ...emptyState(), agents: { [agentKey('qa', 'main')]: { ...emptyAgentState(), ...qa } }, ...more };
}

describe('a retry', () => {
  it.for<[string, LedgerState, object]>([
    ['brings back what is in ERROR', stateWith({ inError }), { kind: 'back', inError: true }],
    ['leaves a pause, also over ERROR', stateWith({ inError }, { paused: { '*': pause } }), { kind: 'paused', inError: true, pause }],
    ['leaves a pause of the agent on the branch', stateWith({ pausedBy: pause }), { kind: 'paused', inError: false }],
    ['does not close a breaker', stateWith({ breaker }), { kind: 'waits' }],
    ['is needed by nobody who is in the schedule', stateWith({}), { kind: 'none', pause: null }],
    ['passes over a pause that has ended', stateWith({ inError, pausedBy: { ...pause, until: now.toISOString() } }), { kind: 'back' }],
  ])('%s', ([, state, expected]) => {
    expect(planRetries(['qa'], { state, branch: 'main', now })).toMatchObject([{ agent: 'qa', ...expected }]);
    expect(planRetries(['qa'], { state: { ...state, paused: {} }, branch: 'next', now })).toMatchObject([{ kind: 'none' }]);
  });
});

describe('a resume', () => {
  const words = { where: ' in this clone', quote: '' };
  it.for<[string, 'qa' | null, LedgerState, LedgerState, string]>([
    ['lets an agent run', 'qa', emptyState(), emptyState(), 'may run again in this clone'],
    [
      'does not hide a pause of all',
      'qa',
      stateWith({}, { paused: { '*': pause } }),
      emptyState(),
      'stays paused by ada: agent resume ends that',
    ],
    [
      'does not hide a pause of everyone',
      null,
      stateWith({}, { paused: { '*': pause } }),
      stateWith({}, { paused: { '*': pause } }),
      'stays paused by ada: agent resume --shared ends that',
    ],
    [
      'names the agents that stay paused',
      null,
      stateWith({ pausedBy: pause }, { paused: { docs: pause } }),
      stateWith({}, { paused: { docs: pause } }),
      'may run again in this clone, but qa stays paused by ada: agent resume qa --branch main ends that; docs stays paused by ada: agent resume docs --shared ends that',
    ],
  ])('%s', ([, agent, state, shared, expected]) => {
    expect(resumedWords(agent, { state, shared, branch: 'main', now }, words)).toBe(expected);
  });
});

describe('a decision', () => {
  const decider: Decider = {
    by: 'ada',
    reason: 'upstream is broken',
    branch: null,
    origin: { source: 'ci:1', correlationId: 'c', now: () => now },
  };
  it('becomes an event of the ledger', () => {
    const until = '2026-01-02T14:00:00.000Z';
    const paused = pauseEvent('docs', decider, until);
    expect(paused).toMatchObject({
      type: 'agent:paused',
      subject: 'docs',
      data: { agentId: 'docs', branch: '', by: 'ada', nextRunAt: until },
    });
    const resumed = resumeEvent(null, { ...decider, branch: 'next', reason: null });
    expect(resumed).toMatchObject({ type: 'agent:resumed', subject: 'upkeep', data: { agentId: null, branch: 'next', reason: null } });
    for (const event of [paused, resumed]) expect(eventSchema.safeParse(event).error).toBeUndefined();
  });
});

describe('the length of a pause', () => {
  it('is read in minutes, hours, days and weeks', () => {
    const lengths = ['45m', '90min', '2h', '3d', '1w'].map((length) => Date.parse(endOf(length, now)) - now.getTime());
    expect(lengths).toEqual([45, 90, 120, 4320, 10_080].map((minutes) => minutes * 60_000));
  });
  it.each(['', '0h', '5', 'soon', '-2h', '99999h', '1y'])('is refused as %j', (bad) => {
    expect(() => endOf(bad, now)).toThrow('expected a length such as 45m');
  });
});
