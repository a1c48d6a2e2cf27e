/** The report of runs that a service carried out: as that of `agent run`, from what the database keeps of them. Pure. */
import { emptyDelivery } from '../../agents/delivery/delivery.ts';
import { exitCodeOf } from '../../agents/exit-code.ts';
import type { AgentRunReport, CheckRunReport, DeliveryOutcome, DeliveryReport, RunReport } from '../../agents/run-report.ts';
import type { UpkeepEvent } from '../../ledger/event.ts';
import type { Severity } from '../../ledger/finding.ts';
import type { AgentId, Outcome, Reason } from '../../ledger/outcome.ts';
import type { CheckRow } from '../../prisma/runs/write-checks.ts';
import type { ReportedRun } from '../../prisma/runs/run-report-rows.ts';

export interface QueuedFacts {
  /** What the service calls the repository. */
  readonly repository: string;
  readonly branch: string;
  readonly runs: readonly ReportedRun[];
  readonly checks: readonly CheckRow[];
  /** In order. */
  readonly events: readonly UpkeepEvent[];
}

export function queuedReport({ repository, branch, runs, checks, events }: QueuedFacts): RunReport {
  const delivery = deliveryOf(events, branch);
  const base = runs.find(({ checkedBase }) => checkedBase !== null)?.checkedBase ?? '';
  const reports = runs.map((run) => agentReport(run, { checks, events }));
  const isOnBranch = delivery.outcome === 'delivered' || delivery.outcome === 'pushed';
  return {
    schemaVersion: 1,
    ...{ repository, branch, base, delivery },
    head: (isOnBranch ? delivery.commits.at(-1) : undefined) ?? base,
    runs: reports,
    uncommitted: [],
    recovered: [],
    commitlint: null,
    hooksPassedOver: [],
    exitCode: exitCodeOf({ runs: reports, delivery }, false),
    notes: [],
  };
}

function agentReport(run: ReportedRun, { checks, events }: Pick<QueuedFacts, 'checks' | 'events'>): AgentRunReport {
  const told = events.find((event) => event.type === 'agent:completed' && event.data.runId === run.id);
  const files = told?.type === 'agent:completed' ? (told.data.blobs ?? []).map(({ path }) => path) : [];
  return {
    agent: run.agent as AgentId,
    runId: run.id,
    outcome: (run.outcome ?? 'cancelled') as Outcome,
    reason: run.reason as Reason | null,
    durationMs: run.durationMs ?? 0,
    checks: checks.filter(({ runId }) => runId === run.id).map(checkReport),
    // Its subject is in the repository.
    commit: run.commit === null ? null : { sha: run.commit, subject: '', files },
    hint: run.message,
    since: null,
    notes: [],
  };
}

function checkReport({ check, outcome, reason, durationMs, command, findings }: CheckRow): CheckRunReport {
  return {
    ...{ check, durationMs: durationMs ?? 0, command },
    title: check,
    outcome: outcome as Outcome,
    reason: reason as Reason | null,
    findings: findings.map(({ isFixed, severity, ...finding }) => ({
      ...finding,
      severity: severity as Severity,
      fixable: isFixed,
      fixed: isFixed,
    })),
    hint: null,
    log: '',
  };
}

type Delivered = Extract<UpkeepEvent, { type: 'delivery:pushed' | 'delivery:proposed' | 'delivery:kept' | 'delivery:refused' }>;
const OUTCOMES: Readonly<Record<Delivered['type'], DeliveryOutcome>> = {
  'delivery:pushed': 'pushed',
  'delivery:proposed': 'proposed',
  'delivery:kept': 'kept',
  'delivery:refused': 'refused',
};

/** The last word about the commits. */
function deliveryOf(events: readonly UpkeepEvent[], branch: string): DeliveryReport {
  const last = events.findLast((event): event is Delivered => event.type in OUTCOMES);
  if (last === undefined) return emptyDelivery('push', branch);
  const { mode, commits, reason, ref } = last.data;
  const outcome = last.type === 'delivery:pushed' && mode === 'local' ? 'delivered' : OUTCOMES[last.type];
  return { ...emptyDelivery(mode, branch), outcome, reason, commits, ref: outcome === 'kept' ? ref : null };
}
