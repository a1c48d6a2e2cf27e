import { describe, expect, it } from 'vitest';
import { exitCodeOf, type ExitInput } from '../../agents/exit-code.ts';
import type { DeliveryOutcome } from '../../agents/run-report.ts';
import type { Finding, Severity } from '../../ledger/finding.ts';
import type { Outcome, Reason } from '../../ledger/outcome.ts';

type Run = ExitInput['runs'][number];

function finding(severity: Severity, fixed = false): Finding {
  return { path: 'a.ts', line: 1, column: 1, rule: 'r', severity, message: 'm', fixable: fixed, fingerprint: '0'.repeat(16), fixed };
}

function run(outcome: Outcome, reason: Reason | null = null, findings: Finding[] = []): Run {
  const check = { check: 'eslint', title: 'ESLint', outcome, reason, durationMs: 1, command: null, findings, hint: null, log: '' };
  return { outcome, reason, checks: [check] };
}

function exit(runs: Run[], delivery: DeliveryOutcome = 'nothing', interrupted = false): number {
  return exitCodeOf({ runs, delivery: { outcome: delivery } }, interrupted);
}

describe('the exit code of a run', () => {
  const cases: [string, number, number][] = [
    ['clean', exit([run('passed'), run('skipped', 'unchanged')]), 0],
    ['no agent ran', exit([]), 0],
    ['fixed and delivered', exit([run('fixed', null, [finding('error', true)])], 'delivered'), 0],
    ['fixed, commits wait under a ref', exit([run('fixed')], 'kept'), 0],
    ['fixed, written as a patch because that was asked for', exit([run('fixed')], 'patch'), 0],
    ['warnings are left', exit([run('passed', null, [finding('warning')])]), 0],
    ['not applicable', exit([run('skipped', 'not-applicable')]), 0],
    ['a tool nobody asked for is missing', exit([run('skipped', 'tool-missing')]), 0],
    ['paused', exit([run('skipped', 'paused')]), 0],
    ['errors are left', exit([run('passed'), run('failed', 'errors-left', [finding('error')])]), 1],
    ['skipped as unchanged over errors that are left', exit([run('skipped', 'unchanged', [finding('error')])]), 1],
    ['skipped as tripped over errors that are left', exit([run('skipped', 'tripped', [finding('error')])]), 1],
    ['fixed in part', exit([run('fixed', null, [finding('error', true), finding('error')])], 'delivered'), 1],
    ['delivery refused', exit([run('fixed')], 'refused'), 4],
    ['delivery refused and errors are left', exit([run('failed', 'errors-left', [finding('error')])], 'refused'), 4],
    ['a check could not be carried out', exit([{ ...run('passed'), checks: run('errored', 'timeout').checks }], 'refused'), 3],
    ['a run could not be carried out', exit([run('errored', 'tool-crashed')]), 3],
    ['an agent stays in ERROR', exit([run('skipped', 'in-error')]), 3],
    ['interrupted by signal', exit([run('errored', 'tool-crashed')], 'refused', true), 130],
    ['interrupted as told by a run', exit([run('cancelled', 'interrupted')]), 130],
  ];
  it.each(cases)('%s', (_title, actual, expected) => {
    expect(actual).toBe(expected);
  });
});
