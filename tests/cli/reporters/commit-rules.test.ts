import { describe, expect, it } from 'vitest';
import { createPalette } from '../../../cli/palette.ts';
import { jobSummaryOf } from '../../../cli/reporters/job-summary.ts';
import { summaryOf } from '../../../cli/reporters/summary.ts';
import { runReport } from '../../support/run-report.ts';

const plain = createPalette(false);
const HOSTILE = '\x1b[31m::error::<b>|`%0A\n##[group]@team';

describe('the end of a run', () => {
  it('says once which hooks were passed over and why commitlint had no say, and is silent where all had theirs', () => {
    const unknown = { configuration: '.commitlintrc.json', verdict: 'unknown', refused: [], rules: [], why: HOSTILE } as const;
    const hooksPassedOver = [
      { name: 'pre-commit', manager: 'husky' },
      { name: 'commit-msg', manager: 'husky' },
      { name: 'post-merge', manager: null },
    ];
    const silent = runReport({ commitlint: { ...unknown, verdict: 'accepted', why: null } });
    const lines = summaryOf({ ...silent, commitlint: unknown, hooksPassedOver }, plain).split('\n');
    const added = lines.filter((line) => !summaryOf(silent, plain).split('\n').includes(line));
    expect(added).toEqual([
      expect.stringMatching(/^ {4}commit messages not checked: \.commitlintrc\.json could not be asked: ::error::/),
      '    hooks passed over: pre-commit, commit-msg (husky); post-merge',
    ]);
    expect(added.join()).not.toMatch(/\x1b|##\[/);
    const page = jobSummaryOf({ ...silent, commitlint: unknown, hooksPassedOver });
    expect(page).toContain('\n\nhooks passed over: pre\\-commit, commit\\-msg \\(husky\\); post\\-merge\n');
    expect(page).not.toContain('@team');
    expect(jobSummaryOf(silent)).not.toMatch(/hooks|commit messages/);
  });
});
