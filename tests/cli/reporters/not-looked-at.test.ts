import { expect, it } from 'vitest';
import { createPalette } from '../../../cli/palette.ts';
import { summaryOf } from '../../../cli/reporters/summary.ts';
import { agentRun, checkRun, runReport } from '../../support/run-report.ts';

it('the summary says what could not be looked at, and what would change that', () => {
  const lacking = checkRun({ title: 'End-to-end tests', outcome: 'skipped', reason: 'tool-missing', hint: 'Install a browser.' });
  const other = checkRun({ title: 'Tests', outcome: 'skipped', reason: 'not-applicable', hint: 'There is no test.' });
  const part = checkRun({ title: 'Generated documents', outcome: 'passed', hint: 'npm run toc ended.', isIncomplete: true });
  const lines = summaryOf(
    runReport({ runs: [agentRun({ checks: [lacking, other, part, { ...part, isIncomplete: false }] })] }),
    createPalette(false),
  );
  expect(lines).toContain('    End-to-end tests skipped: Install a browser.\n');
  expect(lines.split('    Generated documents in part: npm run toc ended.\n')).toHaveLength(2);
  expect(lines).not.toContain('There is no test');
});
