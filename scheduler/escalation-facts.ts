/** From the ledger and from what ran to what an issue tells people. Pure. */
import type { AgentRunReport, CheckRunReport } from '../agents/run-report.ts';
import type { CloseAsk, EscalationFacts, EscalationRun, FailedCheck } from '../github/escalation-facts.ts';
import type { EscalationName } from '../github/escalation-marker.ts';
import { failureOf } from '../ledger/failure.ts';
import type { AgentState, FindingSummary, LastRun, LedgerState } from '../ledger/state.ts';

/** What one process ran. */
export interface Ran {
  readonly branch: string | null;
  readonly runs: readonly AgentRunReport[];
}

/** Where this process runs, as far as people are told. */
export interface Here {
  /** Which try of the same CI run this is, from 1. */
  readonly attempt: number;
  /** Page of the CI run, or null. */
  readonly runUrl: string | null;
  /** `https://github.com/owner/name`, or null. */
  readonly webUrl: string | null;
}

interface Around extends EscalationName {
  readonly request: { readonly state: LedgerState; readonly ran: Ran | null; readonly here: Here };
}

const LOG_LINES = 150;

/** What is to be told of a failure, or null when nothing fails. */
export function factsOf(memory: AgentState, around: Around): EscalationFacts | null {
  const { agent, branch, kind, request } = around;
  const failure = failureOf(memory, kind);
  const run = kind === 'code' ? memory.decided : memory.last;
  if (failure === null || run === null) return null;
  const report = reportOf(around, run);
  const told = kind === 'code' ? findingsOf(memory, run, report) : { findings: [], counts: { errors: 0, warnings: 0 } };
  return {
    agent,
    branch,
    kind,
    number: memory.escalations[kind]?.number ?? null,
    streak: kind === 'code' ? memory.streak : 0,
    since: { commit: kind === 'code' ? (memory.failing?.commit ?? null) : run.base, at: failure.since },
    reason: kind === 'code' ? null : (memory.inError?.reason ?? null),
    digest: failure.digest,
    checks: report === null ? [] : failedChecks(report),
    ...told,
    log: report === null ? '' : logOf(report),
    command: commandOf(agent, run.base),
    tried: triedOf(around, report),
    run: runOf(run, memory, around),
    commit: run.base,
    webUrl: request.here.webUrl,
  };
}

/** Why the issue of something that is well again is to be closed, or null while nothing proves that it is. */
export function closeAskOf(memory: AgentState, around: Around & { readonly how?: 'left' | 'off' }): CloseAsk | null {
  const { agent, branch, kind, request } = around;
  const healed = around.how === undefined ? healedBy(memory, kind) : ({ how: around.how, commit: null, delivered: true } as const);
  // An agent that was turned off before the ledger was begun anew has no run in it.
  const run = memory.decided ?? memory.last ?? (around.how === 'off' ? { runId: '', at: new Date(0).toISOString() } : null);
  if (healed === null || run === null) return null;
  const number = memory.escalations[kind]?.number ?? null;
  return { agent, branch, kind, number, ...healed, run: runOf(run, memory, around), webUrl: request.here.webUrl };
}

function healedBy(memory: AgentState, kind: EscalationName['kind']): Pick<CloseAsk, 'how' | 'commit' | 'delivered'> | null {
  const { decided, last } = memory;
  if (decided === null) return null;
  if (kind === 'operation') {
    // A person who brings it back into the schedule has not healed it: the next run shows.
    return last?.outcome === 'errored' ? null : { how: 'carried-out', commit: decided.base, delivered: true };
  }
  if (decided.outcome !== 'passed' && decided.outcome !== 'fixed') return null;
  if (decided.commit === null) return { how: 'passed', commit: decided.base, delivered: true };
  const delivered = memory.keys.every((record) => record.runId !== decided.runId || record.delivered);
  return { how: 'repaired', commit: decided.commit, delivered };
}

/** One shell line for any clone; no text of others gets into it. */
function commandOf(agent: string, commit: string): string {
  const base = /^[0-9a-f]{40,64}$/.test(commit) ? ` --base ${commit}` : '';
  return `npx agent run ${agent}${base} --no-fix --force`;
}

function runOf(run: Pick<LastRun, 'runId' | 'at'>, memory: AgentState, around: Around): EscalationRun {
  const { state, here } = around.request;
  const isOurs = reportOf(around, run) !== null;
  return {
    id: run.runId,
    attempt: isOurs ? here.attempt : 1,
    url: isOurs ? here.runUrl : null,
    at: run.at,
    sequence: state.sequence,
    ...(memory.escalations[around.kind]?.adopted === true ? { isByTime: true } : {}),
  };
}

function reportOf({ agent, branch, request }: Around, run: Pick<LastRun, 'runId'>): AgentRunReport | null {
  if (request.ran === null || request.ran.branch !== branch) return null;
  return request.ran.runs.find((report) => report.agent === agent && report.runId === run.runId) ?? null;
}

function failedChecks(report: AgentRunReport): FailedCheck[] {
  return failing(report).map(({ title, outcome, reason, command }) => ({
    title,
    outcome: outcome === 'failed' ? 'failed' : 'errored',
    reason,
    command,
  }));
}

function failing(report: AgentRunReport): CheckRunReport[] {
  return report.checks.filter(({ outcome }) => outcome === 'failed' || outcome === 'errored');
}

/** All findings of the run where this process has them, else those that the ledger kept. */
function findingsOf(
  memory: AgentState,
  run: LastRun,
  report: AgentRunReport | null,
): { findings: FindingSummary[]; counts: EscalationFacts['counts'] } {
  const record = memory.keys.find((key) => key.runId === run.runId);
  const findings = report === null ? [...(record?.findings ?? [])] : summaries(report);
  const count = (severity: FindingSummary['severity']) => findings.filter((finding) => finding.severity === severity).length;
  const counts =
    report === null && record !== undefined
      ? { errors: record.errors, warnings: record.warnings }
      : { errors: count('error'), warnings: count('warning') };
  return { findings, counts };
}

function summaries(report: AgentRunReport): FindingSummary[] {
  const left = report.checks.flatMap(({ check, findings }) =>
    findings
      .filter((finding) => !finding.fixed)
      .map(({ path, line, rule, severity, message, fingerprint }) => ({ path, line, rule, severity, message, fingerprint, check })),
  );
  return left.sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
}

/** The end of what each failing check said. */
function logOf(report: AgentRunReport): string {
  const said = failing(report).filter(({ log }) => log.trim() !== '');
  const share = Math.max(20, Math.floor(LOG_LINES / Math.max(1, said.length)));
  const ends = said.map(({ title, log }) => {
    const lines = log.trimEnd().split('\n').slice(-share).join('\n');
    return said.length === 1 ? lines : `== ${title} ==\n${lines}`;
  });
  return ends.join('\n\n');
}

function triedOf({ kind }: Around, report: AgentRunReport | null): string[] {
  const after =
    kind === 'code'
      ? ['the same content is tried again after 5 minutes, 10, 20 and so on up to a day; anything else at once']
      : ['the run was tried again, with growing pauses, until its retries were used up'];
  if (report === null) return after;
  const findings = report.checks.flatMap((check) => check.findings);
  const fixed = findings.filter((finding) => finding.fixed).length;
  const repairable = findings.some((finding) => finding.fixable && !finding.fixed);
  return [
    ...(fixed > 0 ? [`${fixed} ${fixed === 1 ? 'finding was' : 'findings were'} repaired${inCommit(report)}`] : []),
    ...(kind === 'code' && !repairable ? ['nothing that is left is known to be safe to repair'] : []),
    ...report.notes,
    ...after,
  ];
}

function inCommit({ commit }: AgentRunReport): string {
  return commit === null ? '' : ` by ${commit.sha.slice(0, 9)}`;
}
