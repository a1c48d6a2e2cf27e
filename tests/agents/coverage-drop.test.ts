import { describe, expect, it } from 'vitest';
import { coverageDrop } from '../../agents/coverage-drop.ts';
import { emptyState, emptyAgentState } from '../../ledger/state.ts';
import { agentWith, runEngine, wordCheck } from '../support/engine.ts';
import { repositoryWith } from '../support/git-repository.ts';

describe('coverageDrop', () => {
  it.each<[string, number | undefined, number | null, boolean]>([
    ['nothing was measured now', undefined, 90, false],
    ['nothing was measured before', 80, null, false],
    ['it rose', 91, 90, false],
    ['it fell by one point', 89, 90, false],
    ['it fell by more than one point', 88.9, 90, true],
  ])('%s', (...[, now, before, isError]) => {
    expect(coverageDrop('tests', now, before) !== null).toBe(isError);
  });

  it('fails the run of the agent that measured it, and keeps failing against the last green run', async () => {
    const tests = wordCheck({ id: 'tests', bad: 'never' });
    const measuring = {
      ...tests,
      inspect: async (context: Parameters<typeof tests.inspect>[0]) => ({ ...(await tests.inspect(context)), coverage: 70 }),
    };
    const run = (outcome: 'passed' | 'failed', coverage: number) => ({
      runId: outcome,
      outcome,
      reason: null,
      at: '2026-01-01T00:00:00Z',
      durationMs: 1,
      commit: null,
      errors: 0,
      warnings: 0,
      fixed: 0,
      trigger: null,
      coverage,
    });
    const memory = { ...emptyState(), agents: { 'qa@main': { ...emptyAgentState(), runs: [run('failed', 70), run('passed', 90)] } } };
    await using repository = await repositoryWith({ 'a.txt': 'x\n' });
    const { result, recorded } = await runEngine(repository, [agentWith('qa', [measuring])], { memory });
    expect(result.runs[0]).toMatchObject({ outcome: 'failed', checks: [{ findings: [{ rule: 'coverage-drop', severity: 'error' }] }] });
    expect(recorded[0]?.data).toMatchObject({ coverage: 70, errors: 1 });
  });
});
