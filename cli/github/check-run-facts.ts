/** From the report of a run to what is shown beside the commit. Pure. */
import { hasErrorsLeft } from '../../agents/exit-code.ts';
import type { AgentRunReport, CheckRunReport, RunReport } from '../../agents/run-report.ts';
import type { CheckFinding, CheckRunFacts } from '../../github/check-facts.ts';
import { agentSentence } from '../reporters/summary.ts';
import { count, OUTCOME_WORDS, REASON_WORDS } from '../wording.ts';

/** What the report does not say. */
export interface CheckRunTimes {
  /** Page of the run, or null. */
  readonly detailsUrl: string | null;
  /** When the run ended, ISO 8601. */
  readonly completedAt: string;
}

/** The commit that is on GitHub and that the run speaks of, and one entry for each agent. */
export interface ChecksOfRun {
  readonly sha: string;
  readonly runs: readonly CheckRunFacts[];
}

/** When the branch has the repairs, the check runs stand at its new end, else at the commit that was checked. */
export function checksOf(report: RunReport, times: CheckRunTimes): ChecksOfRun {
  const isRepaired = report.delivery.outcome === 'pushed';
  return { sha: isRepaired ? report.head : report.base, runs: report.runs.map((run) => factsOf(run, { ...times, isRepaired })) };
}

function factsOf(run: AgentRunReport, about: CheckRunTimes & { readonly isRepaired: boolean }): CheckRunFacts {
  const { isRepaired, detailsUrl, completedAt } = about;
  const findings = run.checks.flatMap((check) => findingsOf(check, isRepaired));
  findings.sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
  return {
    agent: run.agent,
    runId: run.runId,
    outcome: run.outcome,
    reason: run.reason,
    hasErrors: hasErrorsLeft(run),
    isRepaired,
    sentence: `${agentSentence(run)}${run.outcome === 'fixed' && !isRepaired ? '; the repair waits' : ''}`,
    checks: run.checks.map((check) => ({
      title: check.title,
      sentence: checkSentence(check),
      command: check.outcome === 'failed' ? check.command : null,
    })),
    notes: [...run.notes, ...(run.hint === null ? [] : [run.hint])],
    findings,
    detailsUrl,
    startedAt: run.durationMs > 0 ? new Date(Date.parse(completedAt) - run.durationMs).toISOString() : null,
    completedAt,
  };
}

/** What is so on the commit: a repair that is not part of it has repaired nothing there. */
function findingsOf(check: CheckRunReport, isRepaired: boolean): CheckFinding[] {
  return check.findings
    .filter((finding) => !finding.fixed || !isRepaired)
    .map(({ path, line, column, severity, rule, message, fixed }) => ({
      ...{ path, line, column, severity, rule, check: check.title },
      message: fixed ? `${message} (repaired, and the repair waits)` : message,
    }));
}

function checkSentence(check: CheckRunReport): string {
  const left = check.findings.filter((finding) => !finding.fixed);
  const errors = left.filter(({ severity }) => severity === 'error').length;
  const reason = check.reason === null || check.reason === 'errors-left' ? '' : `: ${REASON_WORDS[check.reason]}`;
  const numbers = [errors > 0 ? count(errors, 'error') : '', left.length > errors ? count(left.length - errors, 'warning') : ''];
  const shown = numbers.filter((number) => number !== '').join(' and ');
  return `${OUTCOME_WORDS[check.outcome]}${reason}${shown === '' ? '' : `; ${shown} left`}`;
}
