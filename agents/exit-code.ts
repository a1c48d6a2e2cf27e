import type { AgentRunReport, RunReport } from './run-report.ts';

/** What the exit code depends on. */
export interface ExitInput {
  readonly runs: readonly Pick<AgentRunReport, 'outcome' | 'reason' | 'checks'>[];
  readonly delivery: Pick<RunReport['delivery'], 'outcome'> & Partial<Pick<RunReport['delivery'], 'ref'>>;
}

/** Exit code of `agent run`, the first that applies: 130 interrupted, 2 configuration, 3 not carried out, 4 delivery refused, 1 errors left, 0. */
export function exitCodeOf(report: ExitInput, interrupted: boolean): number {
  const ends = report.runs.flatMap((run) => [run, ...run.checks]);
  if (interrupted || ends.some((end) => end.outcome === 'cancelled' && end.reason === 'interrupted')) return 130;
  const errored = ends.filter((end) => end.outcome === 'errored' || (end.outcome === 'skipped' && end.reason === 'in-error'));
  if (errored.length > 0) return 3;
  if (isRefused(report.delivery)) return 4;
  return report.runs.some(hasErrorsLeft) ? 1 : 0;
}

/** A push after which commits wait did not take all of them. */
function isRefused({ outcome, ref = null }: ExitInput['delivery']): boolean {
  return outcome === 'refused' || (outcome === 'pushed' && ref !== null);
}

/** Errors that only the repair of this run is without: where it cannot be put on the branch, the branch has them still. */
export function repairedErrors(runs: ExitInput['runs']): number {
  const findings = runs.flatMap((run) => run.checks.flatMap((check) => check.findings));
  return findings.filter((finding) => finding.severity === 'error' && finding.fixed).length;
}

/** Whether errors are left, also those that an unchanged agent repeats: a skip over them is never green. */
export function hasErrorsLeft(run: ExitInput['runs'][number]): boolean {
  if (run.outcome === 'failed') return true;
  return run.checks.some(
    (check) => check.outcome === 'failed' || check.findings.some((finding) => finding.severity === 'error' && !finding.fixed),
  );
}
