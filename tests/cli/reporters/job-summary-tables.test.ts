import { describe, expect, it } from 'vitest';
import { jobSummaryOf } from '../../../cli/reporters/job-summary.ts';
import { agentRun, checkRun, finding, NEXT_SHA, runReport, SHA } from '../../support/run-report.ts';

const PAGES = 'https://github.com/owner/name';
const report = runReport({
  runs: [
    agentRun({
      outcome: 'fixed',
      checks: [checkRun({ outcome: 'fixed', findings: [finding({ fixed: true })] })],
      commit: { sha: NEXT_SHA, subject: 'auto: Backend – fix 1 lint problem in 1 file', files: ['src/a.ts'] },
    }),
    agentRun({
      agent: 'qa',
      outcome: 'failed',
      checks: [
        checkRun({
          title: 'Tests',
          outcome: 'failed',
          findings: [finding({ path: 'tests/a.test.ts', line: 12 }), finding({ severity: 'warning', path: null, line: null })],
        }),
      ],
    }),
  ],
  delivery: { ...runReport().delivery, outcome: 'pushed', commits: [NEXT_SHA] },
});

describe('the page of a job', () => {
  it('has every check in a table of its own', () => {
    const text = jobSummaryOf(report);
    expect(text).toContain('<summary>2 checks</summary>');
    expect(text).toContain('| ESLint | backend | ✎ fixed | 0 | 0 | 1 | 1.2 s |');
    expect(text).toContain('| Tests | qa | ✖ failed | 1 | 1 | 0 | 1.2 s |');
  });

  it('links to the commits, and to the lines of the commit that was checked', () => {
    const text = jobSummaryOf(report, { pages: PAGES });
    expect(text).toContain(`### Upkeep: [123456789](${PAGES}/commit/${SHA}) on main`);
    expect(text).toContain(`| [tests/a.test.ts:12:1](${PAGES}/blob/${SHA}/tests/a.test.ts#L12) |`);
    expect(text).toContain(`- [abcdef123](${PAGES}/commit/${NEXT_SHA}) auto: Backend – fix 1 lint problem in 1 file (1 file)`);
  });

  it('names what nobody else can open, and links to nothing but pages', () => {
    const kept = jobSummaryOf({ ...report, delivery: { ...report.delivery, outcome: 'kept' } }, { pages: PAGES });
    expect(kept).toContain('- abcdef123 auto: Backend');
    expect(jobSummaryOf(report, { pages: 'javascript:alert(1)' })).not.toMatch(/\]\(/);
    const odd = checkRun({ findings: [finding({ path: 'a) [x](b/\ud800_*.ts' })] });
    const text = jobSummaryOf(runReport({ runs: [agentRun({ outcome: 'failed', checks: [odd] })] }), { pages: PAGES });
    expect(text).toContain('/a%29%20%5Bx%5D%28b/%EF%BF%BD%5F%2A.ts#L3)');
  });
});
