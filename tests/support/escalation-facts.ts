/** Facts of an escalation for tests, complete but for what a test is about. */
import type { CloseAsk, EscalationFacts, EscalationPolicy } from '../../github/escalation-facts.ts';
import type { FindingSummary } from '../../ledger/state.ts';

export const COMMIT = 'c'.repeat(40);
export const FIRST_COMMIT = 'f'.repeat(40);
export const NOW = new Date('2026-03-01T12:00:00.000Z');

export function findingNamed(name: string, over: Partial<FindingSummary> = {}): FindingSummary {
  return { path: 'src/a.ts', line: 3, rule: 'no-undef', severity: 'error', message: name, fingerprint: name, check: 'eslint', ...over };
}

export function factsOf(over: Partial<EscalationFacts> = {}): EscalationFacts {
  const findings = over.findings ?? [findingNamed("'foo' is not defined.")];
  return {
    agent: 'qa',
    branch: 'main',
    kind: 'code',
    number: null,
    streak: 2,
    since: { commit: FIRST_COMMIT, at: '2026-03-01T10:00:00.000Z' },
    reason: null,
    digest: digestOf(findings),
    checks: [{ title: 'ESLint', outcome: 'failed', reason: null, command: 'npx eslint src' }],
    findings,
    counts: {
      errors: findings.filter(({ severity }) => severity === 'error').length,
      warnings: findings.filter(({ severity }) => severity === 'warning').length,
    },
    log: 'src/a.ts\n  3:1  error\n',
    command: `npx agent run qa --base ${COMMIT} --no-fix --force`,
    tried: ['2 findings were repaired'],
    run: { id: 'run-2', attempt: 1, url: 'https://github.test/acme/app/actions/runs/7', at: NOW.toISOString(), sequence: 10 },
    commit: COMMIT,
    webUrl: 'https://github.test/acme/app',
    ...over,
  };
}

/** What another run tells that knows the ledger up to `sequence`. */
export function laterFacts(sequence: number, over: Partial<EscalationFacts> = {}): EscalationFacts {
  const facts = factsOf(over);
  return { ...facts, run: { ...facts.run, id: `run-${sequence}`, sequence } };
}

export function closeAsk(over: Partial<CloseAsk> = {}): CloseAsk {
  return {
    agent: 'qa',
    branch: 'main',
    kind: 'code',
    number: null,
    how: 'passed',
    commit: 'a'.repeat(40),
    delivered: true,
    run: { id: 'run-3', attempt: 1, url: null, at: '2026-03-01T13:00:00.000Z', sequence: 20 },
    webUrl: 'https://github.test/acme/app',
    ...over,
  };
}

export function policyOf(over: Partial<EscalationPolicy> = {}): EscalationPolicy {
  return { labels: ['upkeep'], assignees: [], reopenDays: 14, now: NOW, ...over };
}

function digestOf(findings: readonly FindingSummary[]): string {
  return findings.map((finding) => finding.fingerprint).join(',');
}
