import type { RunReport } from '../../agents/run-report.ts';
import type { ExplainedError } from '../explain-error.ts';

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
      proposals: report.delivery.proposals.map(({ agent, branch, state, commit, number, url, notes }) => ({
        ...{ agent, branch, state, commit, number, url, notes },
      })),
      verifications: report.delivery.verifications.map(({ agent, sha, isVerified, why }) => ({ agent, sha, isVerified, why })),
    },
    commitlint: report.commitlint,
    hooksPassedOver: report.hooksPassedOver,
    notes: report.notes,
    exitCode: report.exitCode,
  };
}

/** What is known of a run before it starts. */
export type KnownOfRun = Pick<RunReport, 'repository' | 'branch' | 'base'>;

/** The document of a run that could not start or broke off: what is known of it, no runs, and why. */
export function errorDocument(
  known: KnownOfRun | null,
  { code, message, exitCode }: Pick<ExplainedError, 'code' | 'message' | 'exitCode'>,
): Record<string, unknown> {
  const base = known?.base ?? null;
  return {
    schemaVersion: 1,
    repository: known?.repository ?? null,
    branch: known?.branch ?? null,
    base,
    head: base,
    runs: [],
    error: { code, message },
    exitCode,
  };
}
