/** What people read of pull requests: in the terminal, in CI, on the page of the job, in the document. */
import { describe, expect, it } from 'vitest';
import type { DeliveryReport, ProposalReport } from '../../../agents/run-report.ts';
import { createPalette } from '../../../cli/palette.ts';
import { jobSummaryOf } from '../../../cli/reporters/job-summary.ts';
import { jsonDocument } from '../../../cli/reporters/json-document.ts';
import { eventLine } from '../../../cli/reporters/plain-lines.ts';
import { summaryOf } from '../../../cli/reporters/summary.ts';
import { event, runReport, SHA } from '../../support/run-report.ts';

const url = 'https://github.test/acme/site/pull/12';
const opened: ProposalReport = {
  agent: 'docs',
  branch: 'upkeep/docs',
  state: 'opened',
  commit: SHA,
  number: 12,
  url,
  notes: [],
  advice: null,
};
const kept: ProposalReport = {
  ...opened,
  agent: 'qa',
  branch: 'upkeep/qa',
  state: 'taken-over',
  commit: null,
  number: null,
  url: null,
  notes: ['upkeep/qa has commits of a person'],
};

function reportOf(more: Partial<DeliveryReport>): ReturnType<typeof runReport> {
  const delivery = { ...runReport().delivery, mode: 'pull-request', outcome: 'proposed', commits: [SHA], ...more } as const;
  return runReport({ runs: [], delivery });
}

describe('pull requests', () => {
  it('have a line each under the delivery, with their address', () => {
    expect(summaryOf(reportOf({ proposals: [opened, kept] }), createPalette(false)).split('\n')).toEqual([
      'delivery: 1 commit – proposed by pull request (main)',
      `    docs: pull request opened: ${url}`,
      '    qa: pull request left alone: upkeep/qa – upkeep/qa has commits of a person',
      '',
    ]);
  });

  it('are told although no commit was delivered, and nothing is said twice', () => {
    const closed = { ...opened, state: 'closed', commit: null, notes: ['#12 was merged'] } as const;
    expect(summaryOf(reportOf({ outcome: 'nothing', commits: [], proposals: [closed] }), createPalette(false))).toContain(
      `docs: pull request closed: ${url} – #12 was merged`,
    );
    const refused = { ...kept, state: 'refused', notes: ['not permitted'] } as const;
    const text = summaryOf(reportOf({ outcome: 'refused', reason: 'not permitted', proposals: [refused] }), createPalette(false));
    expect(text.match(/not permitted/g)).toHaveLength(1);
  });

  it('are links on the page of the job, as far as the address is one', () => {
    const page = jobSummaryOf(reportOf({ proposals: [opened, { ...kept, url: 'javascript:alert(1)', number: 3 }] }));
    expect(page).toContain(`- docs: pull request opened: upkeep/docs ([#12](${url}))`);
    expect(page).not.toContain('](javascript');
  });

  it('are followed by what GitHub signed and what it did not, and why', () => {
    const verifications = [
      { agent: 'docs', sha: SHA, isVerified: true, why: null },
      { agent: 'qa', sha: SHA, isVerified: false, why: 'GitHub cannot make a symbolic link (a|b)' },
    ] as const;
    const report = reportOf({ verifications });
    expect(summaryOf(report, createPalette(false))).toContain(
      '\n    signed by GitHub: 1 of 2 commits; qa: GitHub cannot make a symbolic link (a|b)\n',
    );
    expect(jobSummaryOf(report)).toContain('signed by GitHub: 1 of 2 commits; qa: GitHub cannot make a symbolic link \\(a\\|b\\)');
    expect(jsonDocument(report)).toMatchObject({ delivery: { verifications } });
  });

  it('stand in the document', () => {
    expect(jsonDocument(reportOf({ proposals: [opened] }))).toMatchObject({
      delivery: { outcome: 'proposed', proposals: [{ agent: 'docs', branch: 'upkeep/docs', state: 'opened', number: 12, url }] },
    });
  });

  it('are a line an event in CI', () => {
    const data = { agentId: 'docs', mode: 'pull-request', ref: 'refs/heads/upkeep/docs', number: 12 } as const;
    expect(eventLine(event('delivery:proposed', { ...data, commits: [SHA], reason: null, url }))).toBe(
      `docs          proposed: 1 commit, ${url}`,
    );
    expect(eventLine(event('delivery:withdrawn', { ...data, commits: [], reason: 'not needed', url: null }))).toBe(
      'docs          withdrawn: refs/heads/upkeep/docs – not needed',
    );
  });
});
