import type { RunReport } from '../../agents/run-report.ts';

/** The document of `--json`, schema version 1; keys may be added within a version, never changed. */
export function jsonDocument(report: RunReport): Record<string, unknown> {
  return {
    schemaVersion: report.schemaVersion,
    repository: report.repository,
    branch: report.branch,
    base: report.base,
    head: report.head,
    runs: report.runs.map((run) => ({
      agent: run.agent,
      runId: run.runId,
      outcome: run.outcome,
      reason: run.reason,
      durationMs: Math.round(run.durationMs),
      checks: run.checks.map((check) => ({
        check: check.check,
        outcome: check.outcome,
        reason: check.reason,
        durationMs: Math.round(check.durationMs),
        command: check.command,
        findings: check.findings.map(({ path, line, column, rule, severity, message, fingerprint, fixed }) => ({
          path,
          line,
          column,
          rule,
          severity,
          message,
          fingerprint,
          fixed,
        })),
      })),
      commit: run.commit === null ? null : { sha: run.commit.sha, subject: run.commit.subject, files: run.commit.files },
    })),
    delivery: {
      mode: report.delivery.mode,
      outcome: report.delivery.outcome,
      branch: report.delivery.branch,
      reason: report.delivery.reason,
    },
    commitlint: report.commitlint,
    hooksPassedOver: report.hooksPassedOver,
    exitCode: report.exitCode,
  };
}
