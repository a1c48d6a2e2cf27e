import { describe, expect, it } from 'vitest';
import type { CheckReport } from '../../agents/checks/check.ts';
import { regressions } from '../../agents/worse.ts';
import type { FindingDraft } from '../../ledger/finding.ts';
import { fingerprintFindings } from '../../ledger/finding.ts';

function report(drafts: readonly Partial<FindingDraft>[], outcome?: CheckReport['outcome']): CheckReport {
  const findings = fingerprintFindings(
    'eslint',
    drafts.map((draft) => ({ path: 'src/a.ts', rule: 'eqeqeq', severity: 'error' as const, message: 'expected ===', ...draft })),
  );
  return { outcome: outcome ?? (findings.length > 0 ? 'failed' : 'passed'), reason: null, findings, command: null, log: '' };
}

function compare(before: CheckReport, after: CheckReport): string[] {
  return regressions(new Map([['eslint', before]]), new Map([['eslint', after]])).map((regression) => regression.message);
}

describe('regressions', () => {
  it('finds nothing when an error was there before', () => {
    expect(compare(report([{}]), report([{}]))).toEqual([]);
  });

  it('names an error that is new', () => {
    expect(compare(report([]), report([{}]))).toEqual(['src/a.ts: eqeqeq: expected ===']);
  });

  it('does not blame a repaired line that still has its other problem', () => {
    expect(compare(report([{ identity: 'var a = b == c' }]), report([{ identity: 'const a = b == c' }]))).toEqual([]);
  });

  it('sees one error more of the same rule in the same file', () => {
    expect(compare(report([{ identity: 'one' }]), report([{ identity: 'one' }, { identity: 'two' }]))).toHaveLength(1);
  });

  it('lets warnings come and go', () => {
    expect(compare(report([]), report([{ severity: 'warning' }]))).toEqual([]);
  });

  it('sees a check that can no longer be carried out', () => {
    expect(compare(report([]), { ...report([], 'errored'), reason: 'tool-crashed', hint: 'it crashed' })).toEqual(['it crashed']);
  });

  it('compares with nothing when the check could not be carried out before', () => {
    expect(compare(report([], 'errored'), report([{}]))).toEqual([]);
  });
});
