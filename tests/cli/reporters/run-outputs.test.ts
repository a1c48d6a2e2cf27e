import { describe, expect, it } from 'vitest';
import { runOutputs } from '../../../cli/reporters/run-outputs.ts';
import { agentRun, checkRun, finding, NEXT_SHA, runReport, SHA } from '../../support/run-report.ts';
import type { AgentRunReport } from '../../../agents/run-report.ts';

const ended = (...runs: Partial<AgentRunReport>[]): Record<string, string> =>
  runOutputs(runReport({ runs: runs.map((run) => agentRun(run)) }));
const red = { checks: [checkRun({ outcome: 'failed', findings: [finding()] })] };

describe('the outputs of a run', () => {
  it('tell further steps how it ended, what it changed and where that is', () => {
    const report = runReport({
      exitCode: 1,
      head: NEXT_SHA,
      runs: [
        agentRun({ outcome: 'fixed' }),
        agentRun({ agent: 'qa', outcome: 'failed', ...red }),
        agentRun({ agent: 'docs', outcome: 'skipped', checks: [] }),
      ],
      delivery: { ...runReport().delivery, outcome: 'pushed', commits: [NEXT_SHA, SHA], patches: ['/a/1.patch', '/a/2.patch'] },
    });
    expect(runOutputs(report)).toEqual({
      'exit-code': '1',
      outcome: 'failed',
      agents: 'backend qa',
      failed: 'qa',
      delivery: 'pushed',
      commits: `${NEXT_SHA} ${SHA}`,
      head: NEXT_SHA,
      'pull-requests': '',
      patches: '/a/1.patch\n/a/2.patch',
    });
  });

  it('say the worst that happened, and never that a skip over errors is fine', () => {
    expect(ended({ outcome: 'passed' }, { outcome: 'fixed' })['outcome']).toBe('fixed');
    expect(ended({ outcome: 'passed' }, { outcome: 'errored' }, { outcome: 'failed' })['outcome']).toBe('errored');
    expect(ended({ outcome: 'skipped', reason: 'tripped', ...red })).toMatchObject({ outcome: 'failed', agents: '', failed: 'backend' });
    expect(ended()['outcome']).toBe('skipped');
  });

  it('name the pull requests that are open', () => {
    const base = { agent: 'docs' as const, branch: 'upkeep/docs', commit: null, url: null, notes: [], advice: null };
    const proposals = [
      { ...base, state: 'opened' as const, number: 7 },
      { ...base, state: 'closed' as const, number: 6 },
      { ...base, state: 'waiting' as const, number: null },
    ];
    expect(runOutputs(runReport({ delivery: { ...runReport().delivery, proposals } }))['pull-requests']).toBe('7');
  });
});
