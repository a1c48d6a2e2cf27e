/** What of a run's report is shown beside the commit, and beside which. */
import { describe, expect, it } from 'vitest';
import { checksOf } from '../../../cli/github/check-run-facts.ts';
import { conclusionOf } from '../../../github/check-facts.ts';
import type { RunReport } from '../../../agents/run-report.ts';
import { agentRun, checkRun, finding, NEXT_SHA, runReport, SHA } from '../../support/run-report.ts';

const about = { detailsUrl: 'https://github.com/acme/site/actions/runs/7', completedAt: '2026-01-02T12:00:05.000Z' };
const commit = { sha: NEXT_SHA, subject: 'auto: Backend – fix 1 problem', files: ['src/a.ts'] };
const fixed = agentRun({
  outcome: 'fixed',
  commit,
  checks: [
    checkRun({
      outcome: 'fixed',
      findings: [finding({ fixed: true }), finding({ severity: 'warning', rule: 'max-len', message: 'Too long.' })],
    }),
  ],
});

function delivered(outcome: RunReport['delivery']['outcome'], head = SHA): RunReport {
  const report = runReport({ runs: [fixed], head });
  return { ...report, delivery: { ...report.delivery, outcome } };
}

describe('a report of a run', () => {
  it('speaks of the commit with the repairs when they were pushed', () => {
    const { sha, runs } = checksOf(delivered('pushed', NEXT_SHA), about);
    expect(sha).toBe(NEXT_SHA);
    expect(runs).toMatchObject([
      {
        agent: 'backend',
        runId: '0192',
        sentence: 'fixed 1 problem in 1 file (abcdef123); 1 warning left',
        checks: [{ title: 'ESLint', sentence: 'fixed; 1 warning left', command: null }],
        findings: [{ rule: 'max-len', check: 'ESLint' }],
        startedAt: '2026-01-02T12:00:03.500Z',
        ...about,
      },
    ]);
    expect(runs.map(conclusionOf)).toEqual(['success']);
  });
  it.for(['kept', 'patch', 'refused', 'delivered', 'none'] as const)(
    'speaks of the commit that was checked, with what is wrong on it, when the repair is %s',
    (outcome) => {
      const { sha, runs } = checksOf(delivered(outcome), about);
      expect(sha).toBe(SHA);
      expect(runs[0]?.findings.map(({ message }) => message)).toEqual(['Unexpected var. (repaired, and the repair waits)', 'Too long.']);
      expect(runs[0]?.sentence).toMatch(/; the repair waits$/);
      expect(runs.map(conclusionOf)).toEqual(['neutral']);
    },
  );
  it('is red for an agent that was skipped over errors', () => {
    const skipped = agentRun({
      runId: '',
      outcome: 'skipped',
      reason: 'unchanged',
      durationMs: 0,
      hint: 'repair what is left',
      checks: [checkRun({ outcome: 'failed', reason: 'errors-left', command: null, findings: [finding()] })],
    });
    const { runs } = checksOf(runReport({ runs: [skipped] }), about);
    expect(runs).toMatchObject([{ hasErrors: true, startedAt: null, notes: ['repair what is left'], findings: [{ severity: 'error' }] }]);
    expect(runs.map(conclusionOf)).toEqual(['failure']);
  });
  it('puts errors first and tells how to see them', () => {
    const check = checkRun({ outcome: 'failed', reason: 'errors-left', findings: [finding({ severity: 'warning' }), finding()] });
    const { runs } = checksOf(runReport({ runs: [agentRun({ outcome: 'failed', reason: 'errors-left', checks: [check] })] }), about);
    expect(runs[0]?.findings.map(({ severity }) => severity)).toEqual(['error', 'warning']);
    expect(runs[0]?.checks).toEqual([{ title: 'ESLint', sentence: 'failed; 1 error and 1 warning left', command: 'npx eslint .' }]);
  });
});
