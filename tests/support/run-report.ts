/** Reports and events of runs, as the engine would make them. */
import type { AgentRunReport, CheckRunReport, RunReport } from '../../agents/run-report.ts';
import { makeEvent, type EventData, type EventOf, type EventType } from '../../ledger/event.ts';
import type { Finding } from '../../ledger/finding.ts';

export const SHA = '1234567890abcdef1234567890abcdef12345678';
export const NEXT_SHA = 'abcdef1234567890abcdef1234567890abcdef12';

export function finding(changes: Partial<Finding> = {}): Finding {
  return {
    path: 'src/a.ts',
    line: 3,
    column: 1,
    rule: 'no-var',
    severity: 'error',
    message: 'Unexpected var.',
    fixable: true,
    fingerprint: 'a'.repeat(16),
    fixed: false,
    ...changes,
  };
}

export function checkRun(changes: Partial<CheckRunReport> = {}): CheckRunReport {
  return {
    check: 'eslint',
    title: 'ESLint',
    outcome: 'passed',
    reason: null,
    durationMs: 1200,
    command: 'npx eslint .',
    findings: [],
    hint: null,
    log: '',
    ...changes,
  };
}

export function agentRun(changes: Partial<AgentRunReport> = {}): AgentRunReport {
  return {
    agent: 'backend',
    runId: '0192',
    outcome: 'passed',
    reason: null,
    durationMs: 1500,
    checks: [checkRun()],
    commit: null,
    hint: null,
    since: null,
    notes: [],
    ...changes,
  };
}

export function runReport(changes: Partial<RunReport> = {}): RunReport {
  return {
    schemaVersion: 1,
    repository: 'owner/name',
    branch: 'main',
    base: SHA,
    head: SHA,
    uncommitted: [],
    recovered: [],
    runs: [agentRun()],
    delivery: {
      mode: 'local',
      outcome: 'nothing',
      branch: 'main',
      reason: null,
      commits: [],
      ref: null,
      patches: [],
      advice: null,
      proposals: [],
      verifications: [],
    },
    commitlint: null,
    hooksPassedOver: [],
    exitCode: 0,
    notes: [],
    ...changes,
  };
}

export function event<T extends EventType>(type: T, data: Partial<EventData<T>>): EventOf<T> {
  const common = { agentId: 'backend', jobId: 'j', runId: 'r', branch: 'main', status: 'running' };
  return makeEvent(type, { ...common, ...data } as EventData<T>, { source: 'laptop:test', correlationId: 'c', now: () => new Date(0) });
}
