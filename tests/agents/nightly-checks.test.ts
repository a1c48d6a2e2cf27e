/** A check that depends on when it runs: its turn, and what is remembered of it. */
import { expect, it } from 'vitest';
import type { Check, CheckReport } from '../../agents/checks/check.ts';
import { fold } from '../../ledger/fold.ts';
import { agentStateOf, emptyState, type Nightly } from '../../ledger/state.ts';
import { agentWith, policyOf, runEngine, wordCheck } from '../support/engine.ts';
import { repositoryWith } from '../support/git-repository.ts';

const NEXT: Nightly = { schedule: '0 2 * * * UTC', dueAt: '2026-11-23T02:00:00.000Z' };
const DAILY = wordCheck({ id: 'daily', bad: 'bad' });

/** Tells how often it ran, and ends as it is told. */
function nightCheck(end: Partial<CheckReport>): { check: Check; runs: () => number } {
  let runs = 0;
  const check: Check = {
    ...wordCheck({ id: 'at-night', bad: 'never' }),
    isNightly: true,
    inspect: () => {
      runs += 1;
      return Promise.resolve({ outcome: 'passed', reason: null, findings: [], command: null, log: '', ...end });
    },
  };
  return { check, runs: () => runs };
}

const RED: Partial<CheckReport> = {
  outcome: 'failed',
  reason: 'errors-left',
  findings: [
    {
      path: null,
      line: null,
      column: null,
      rule: 'r',
      severity: 'error',
      message: 'm',
      fingerprint: 'f'.repeat(16),
      fixable: false,
      fixed: false,
    },
  ],
};

it.each<[string, { due: boolean; end: Partial<CheckReport>; runs: number; outcome: string; isOver: boolean }]>([
  ['runs when it has its turn, which is over when it passed', { due: true, end: {}, runs: 1, outcome: 'passed', isOver: true }],
  [
    'has had its turn when the machine lacks what it needs',
    { due: true, end: { outcome: 'skipped', reason: 'tool-missing' }, runs: 1, outcome: 'passed', isOver: true },
  ],
  ['keeps its turn until it passes', { due: true, end: RED, runs: 1, outcome: 'failed', isOver: false }],
  [
    'keeps its turn when it could not be carried out',
    { due: true, end: { outcome: 'errored', reason: 'network' }, runs: 1, outcome: 'errored', isOver: false },
  ],
  ['does not run with the others by day; the night to come is noted', { due: false, end: RED, runs: 0, outcome: 'passed', isOver: true }],
])('%s', async (_title, { due, end, runs, outcome, isOver }) => {
  await using repository = await repositoryWith({ 'a.txt': 'good\n' });
  const { check, runs: counted } = nightCheck(end);
  const agent = agentWith('qa', [DAILY, check]);
  const { result, recorded } = await runEngine(repository, [agent], {
    policy: policyOf([agent], { nightly: new Set(due ? ['qa'] : []) }),
    nights: { due: new Set(), next: { qa: NEXT } },
  });
  expect([result.runs[0]?.outcome, counted()]).toEqual([outcome, runs]);
  const state = fold(emptyState(), { sequence: 1, events: recorded });
  expect(agentStateOf(state, 'qa', 'main').nightly).toEqual(isOver ? NEXT : undefined);
});

it('is never taken from memory: what it says depends on when it is asked', async () => {
  await using repository = await repositoryWith({ 'a.txt': 'good\n' });
  const { check, runs } = nightCheck({});
  const agent = agentWith('qa', [check]);
  const ask = { policy: policyOf([agent], { nightly: new Set(['qa']) }), runsAfresh: false } as const;
  await runEngine(repository, [agent], ask);
  await runEngine(repository, [agent], ask);
  expect(runs()).toBe(2);
});

it('measures what later runs are compared with, and tells of what is much more', async () => {
  await using repository = await repositoryWith({ 'a.txt': 'good\n', 'package.json': '{}\n' });
  const bundle = (value: number): Check => ({
    ...DAILY,
    inspect: () =>
      Promise.resolve({
        ...{ outcome: 'passed', reason: null, findings: [], command: null, log: '' },
        measured: [{ kind: 'bundle', path: 'package.json', value, detail: 'a.js' }],
      }),
  });
  const first = await runEngine(repository, [agentWith('frontend', [bundle(100_000)])]);
  const state = fold(emptyState(), { sequence: 1, events: first.recorded });
  expect(agentStateOf(state, 'frontend', 'main').measures).toEqual({ 'bundle:package.json': [100_000] });
  const second = await runEngine(repository, [agentWith('frontend', [bundle(150_000)])], { memory: state, state });
  expect(second.result.runs[0]?.checks[0]?.findings).toMatchObject([{ rule: 'bundle-size', path: 'package.json', severity: 'warning' }]);
  const agent = agentWith('frontend', [bundle(150_000)]);
  const policy = policyOf([agent], { checks: { daily: { rules: { 'bundle-size': 'error' } } } });
  const strict = await runEngine(repository, [agent], { state, policy });
  expect(strict.result.runs[0]).toMatchObject({ outcome: 'failed' });
});
