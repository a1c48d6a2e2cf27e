/** What agents found, as it is published beside a commit. */
import type { CheckFinding, CheckRunFacts } from '../../github/check-facts.ts';

export const RUN_ID = '01980c5e-7b1a-7000-8000-000000000001';

/** A run that passed, but for what is given. */
export function checkFacts(facts: Partial<CheckRunFacts> = {}): CheckRunFacts {
  return {
    agent: 'backend',
    runId: RUN_ID,
    outcome: 'passed',
    reason: null,
    hasErrors: false,
    isRepaired: true,
    sentence: 'passed',
    checks: [],
    notes: [],
    findings: [],
    detailsUrl: 'https://github.com/acme/site/actions/runs/7',
    startedAt: '2026-01-02T12:00:00.000Z',
    completedAt: '2026-01-02T12:00:05.000Z',
    ...facts,
  };
}

/** An error on a line, but for what is given. */
export function checkFinding(finding: Partial<CheckFinding> = {}): CheckFinding {
  return {
    path: 'src/a.ts',
    line: 3,
    column: 1,
    severity: 'error',
    rule: 'no-var',
    message: 'Unexpected var.',
    check: 'ESLint',
    ...finding,
  };
}

/** That many errors, each on a line of its own. */
export function checkFindings(count: number): CheckFinding[] {
  return Array.from({ length: count }, (_, index) => checkFinding({ line: index + 1, message: `problem ${index + 1}` }));
}
