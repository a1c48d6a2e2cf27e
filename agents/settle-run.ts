/** What one agent's run came to: its report for people and its settled event for the ledger. Pure. */
import type { EventOf, EventOrigin } from '../ledger/event.ts';
import { makeEvent } from '../ledger/event.ts';
import { fingerprintFindings } from '../ledger/finding.ts';
import type { Finding } from '../ledger/finding.ts';
import type { Outcome, Reason, Trigger } from '../ledger/outcome.ts';
import { coverageDrop } from './coverage-drop.ts';
import { keptMeasures, measureDrafts } from './compare-measures.ts';
import { findingsOf } from './divide-findings.ts';
import type { Inspection } from './inspector.ts';
import { mainAgent } from './plan-checks.ts';
import type { AgentRunRequest, AgentWork } from './run-agent.ts';
import { wantedSeverity } from './run-policy.ts';
import type { RunPolicy } from './run-policy.ts';
import type { AgentRunReport, CheckRunReport } from './run-report.ts';

/** Findings that an event carries at most, errors first. */
const SUMMARISED = 50;

export type SettledEvent = EventOf<'agent:completed'> | EventOf<'agent:failed'>;

/** The agent's own results before and after its repair. */
export interface Results {
  readonly before: readonly Inspection[];
  readonly after: readonly Inspection[];
}

/** Puts checks, findings and commit of one run together. */
export function agentReport(work: AgentWork, results: Results, ask: { policy: RunPolicy; placedSha: string | null }): AgentRunReport {
  const { agent, runId } = work.request;
  const checks = results.after.map((inspection) => {
    const earlier = results.before.find((other) => other.planned.check === inspection.planned.check);
    return checkReport(agent.id, inspection, { earlier, policy: ask.policy, known: work.request });
  });
  const { outcome, reason } = outcomeOf(checks, work.commit !== null);
  return {
    agent: agent.id,
    runId,
    outcome,
    reason,
    durationMs: work.durationMs,
    checks,
    commit:
      work.commit === null
        ? null
        : { sha: ask.placedSha ?? work.commit.sha, subject: work.commit.subject, files: work.commit.changes.map((change) => change.path) },
    hint: null,
    since: null,
    notes: work.notes,
  };
}

function checkReport(
  agent: AgentRunReport['agent'],
  inspection: Inspection,
  ask: { earlier: Inspection | undefined; policy: RunPolicy; known: Pick<AgentRunRequest, 'coverage' | 'measures'> },
): CheckRunReport {
  const { planned, report, durationMs } = inspection;
  const left = [...findingsOf(agent, inspection, ask.policy), ...comparedFindings(agent, inspection, ask)];
  const leftIds = new Set(left.map((finding) => finding.fingerprint));
  const earlier = ask.earlier === undefined || ask.earlier === inspection ? [] : findingsOf(agent, ask.earlier, ask.policy);
  const fixed: Finding[] = earlier
    .filter((finding) => finding.fixable && !leftIds.has(finding.fingerprint))
    .map((finding) => ({ ...finding, fixed: true }));
  const hasErrors = left.some((finding) => finding.severity === 'error');
  const settled =
    report.outcome === 'errored' || report.outcome === 'skipped'
      ? report.outcome
      : hasErrors
        ? 'failed'
        : fixed.length > 0
          ? 'fixed'
          : 'passed';
  return {
    check: planned.check.id,
    title: planned.check.title,
    outcome: settled,
    reason: settled === 'failed' ? 'errors-left' : report.outcome === settled ? report.reason : null,
    durationMs,
    command: report.command,
    findings: [...left, ...fixed],
    hint: report.hint ?? null,
    log: report.log,
    ...(planned.detection.origin === 'bundled' ? { isBundled: true } : {}),
    ...(report.isIncomplete === true ? { isIncomplete: true } : {}),
  };
}

/** What is worse than in the last runs on the branch. Measured by one agent for all: the first that lists the check tells it. */
function comparedFindings(
  agent: AgentRunReport['agent'],
  { planned, report, isRemembered }: Inspection,
  { policy, known }: { policy: RunPolicy; known: Pick<AgentRunRequest, 'coverage' | 'measures'> },
): Finding[] {
  const { id } = planned.check;
  const isMain = mainAgent(planned) === agent;
  const drop = isMain ? coverageDrop(id, report.coverage, known.coverage) : null;
  const drafts = isMain && isRemembered !== true ? measureDrafts(report.measured ?? [], known.measures) : [];
  const more = fingerprintFindings(id, drafts).flatMap((finding) => {
    const wanted = wantedSeverity(finding.rule, policy.checks[id]) ?? (policy.strict ? 'error' : finding.severity);
    return wanted === 'off' ? [] : [{ ...finding, severity: wanted }];
  });
  return drop === null ? more : [drop, ...more];
}

/** Errors that are left are certain, so they come before a check that could not be carried out. */
export function outcomeOf(
  checks: readonly Pick<CheckRunReport, 'outcome' | 'reason'>[],
  committed: boolean,
): { outcome: Outcome; reason: Reason | null } {
  if (checks.some((check) => check.outcome === 'failed')) return { outcome: 'failed', reason: 'errors-left' };
  const errored = checks.find((check) => check.outcome === 'errored');
  if (errored !== undefined) return { outcome: 'errored', reason: errored.reason };
  if (committed) return { outcome: 'fixed', reason: null };
  if (checks.length === 0) return { outcome: 'skipped', reason: 'not-applicable' };
  return { outcome: 'passed', reason: null };
}

/** Everything about a run that its event needs and its report does not have. */
export interface Settlement {
  readonly report: AgentRunReport;
  readonly results: Results;
  readonly work: AgentWork;
  readonly branch: string;
  readonly trigger: Trigger;
  readonly key: string;
  /** Key of the delivered tree; null while it is not delivered. */
  readonly producedKey: string | null;
  readonly delivered: boolean;
  /** Whether the commit stands on the branch itself, and not only where people may take it. */
  readonly onBranch: boolean;
  readonly counts: boolean;
  readonly seen: number | null;
  readonly origin: EventOrigin;
}

/** The event that the ledger keeps of this run. */
export function settledEvent(settlement: Settlement): SettledEvent {
  const { report, work, origin } = settlement;
  const open = report.checks.flatMap((check) =>
    check.findings.filter((finding) => !finding.fixed).map((finding) => ({ check: check.check, finding })),
  );
  const count = (severity: Finding['severity']): number => open.filter(({ finding }) => finding.severity === severity).length;
  const data = {
    agentId: report.agent,
    jobId: report.runId,
    runId: report.runId,
    branch: settlement.branch,
    status: report.outcome,
    outcome: report.outcome,
    reason: report.reason,
    trigger: settlement.trigger,
    base: work.request.base,
    key: settlement.key,
    producedKey: settlement.producedKey,
    durationMs: Math.round(report.durationMs),
    commit: report.commit?.sha ?? null,
    delivered: settlement.delivered,
    errors: count('error'),
    warnings: count('warning'),
    fixed: report.checks.reduce((sum, check) => sum + check.findings.filter((finding) => finding.fixed).length, 0),
    findings: open
      .sort((a, b) => (a.finding.severity === b.finding.severity ? 0 : a.finding.severity === 'error' ? -1 : 1))
      .slice(0, SUMMARISED)
      .map(({ check, finding }) => ({
        path: finding.path,
        line: finding.line,
        rule: finding.rule,
        severity: finding.severity,
        message: finding.message.slice(0, 300),
        fingerprint: finding.fingerprint,
        check,
      })),
    coverage: settlement.results.after.map((inspection) => inspection.report.coverage).find((coverage) => coverage !== undefined) ?? null,
    counts: settlement.counts,
    ...nightOf(settlement),
    ...commitsOf(settlement),
    ...measuresOf(settlement),
    ...(settlement.seen === null ? { outdated: true } : { seen: settlement.seen }),
    blobs:
      settlement.delivered && settlement.onBranch
        ? (work.commit?.changes ?? []).slice(0, 200).map((change) => ({ path: change.path, from: change.oldOid, to: change.newOid }))
        : [],
  };
  if (report.outcome === 'failed' || report.outcome === 'errored') {
    const reason = report.reason ?? 'internal';
    const hint = report.checks.find((check) => check.outcome === 'errored')?.hint;
    const message =
      report.outcome === 'errored' && hint !== undefined && hint !== null
        ? hint
        : `${data.errors} error${data.errors === 1 ? '' : 's'} left`;
    return makeEvent('agent:failed', { ...data, error: { code: `AGENT-${reason.toUpperCase()}`, message, reason } }, origin);
  }
  return makeEvent('agent:completed', data, origin);
}

/** The turn of the checks of the night is over when all of them ended, and none badly. */
function nightOf({ work, results }: Settlement): Pick<SettledEvent['data'], 'nightly'> {
  const { nightly } = work.request;
  const ran = results.after.filter(({ planned }) => planned.check.isNightly === true);
  const isOver = ran.every(({ report }) => report.outcome === 'passed' || report.outcome === 'skipped');
  return nightly === null || !isOver ? {} : { nightly };
}

/** Where nothing bad was found in them, or nobody knew yet which commits are new, the next run begins after this one. */
function commitsOf({ work, results }: Settlement): Pick<SettledEvent['data'], 'commitsRead'> {
  const { agent, base, notesCommits } = work.request;
  if (!notesCommits || !agent.checks.some(({ readsCommits }) => readsCommits === true)) return {};
  const ran = results.after.filter(({ planned }) => planned.check.readsCommits === true);
  return ran.every(({ report }) => report.outcome === 'passed' || report.outcome === 'skipped') ? { commitsRead: base } : {};
}

function measuresOf({ report, results }: Settlement): Pick<SettledEvent['data'], 'measures'> {
  const measured = results.after.flatMap((inspection) =>
    inspection.isRemembered === true || mainAgent(inspection.planned) !== report.agent ? [] : (inspection.report.measured ?? []),
  );
  return measured.length === 0 ? {} : { measures: keptMeasures(measured) };
}
