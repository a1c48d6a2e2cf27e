/** The reports of agents that did not run: why, and the errors that are still there. */
import type { AgentRunReport, CheckRunReport } from '../../agents/run-report.ts';
import type { Finding } from '../../ledger/finding.ts';
import type { FindingSummary } from '../../ledger/state.ts';
import type { Decision } from '../../scheduler/decide-runs.ts';

/** A report with the remembered findings, so that a skip over errors is never shown as green. */
export function skippedReport(decision: Extract<Decision, { kind: 'skip' }>, since: string | null): AgentRunReport {
  // The gate runs this on the Node of the runner: nothing here may be younger than Node 20.
  const checks = [...new Set(decision.repeated.map((finding) => finding.check))];
  return {
    agent: decision.agent.id,
    runId: '',
    outcome: 'skipped',
    reason: decision.reason,
    durationMs: 0,
    checks: checks.map((check) => {
      const findings = decision.repeated.filter((finding) => finding.check === check);
      // A check that the configuration no longer has is known by its id alone.
      const title = decision.agent.checks.find(({ id }) => id === check)?.title ?? check;
      return rememberedCheck({ check, title }, findings);
    }),
    commit: null,
    hint: decision.hint,
    since,
    notes: [],
  };
}

function rememberedCheck(named: { check: string; title: string }, findings: readonly FindingSummary[]): CheckRunReport {
  const hasErrors = findings.some((finding) => finding.severity === 'error');
  return {
    ...named,
    outcome: hasErrors ? 'failed' : 'passed',
    reason: hasErrors ? 'errors-left' : null,
    durationMs: 0,
    command: null,
    findings: findings.map((summary): Finding => ({ ...summary, column: null, fixable: false, fixed: false })),
    hint: null,
    log: '',
  };
}
