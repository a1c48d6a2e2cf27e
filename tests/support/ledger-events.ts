/** Events for tests of the ledger, complete but for what a test is about. */
import { makeEvent, uuidv7, type EventData, type EventOf, type UpkeepEvent } from '../../ledger/event.ts';
import { AGENT_IDS, TRIGGERS, type AgentId } from '../../ledger/outcome.ts';

/** A point in time every test may count from. */
export const START = Date.UTC(2026, 8, 1, 10, 0, 0);

export function at(minutes: number): Date {
  return new Date(START + minutes * 60_000);
}

const SHA = 'a'.repeat(40);

/** An origin whose clock stands. */
export function originAt(minutes: number) {
  return { source: 'ci:1', correlationId: 'c', now: () => at(minutes) };
}

export function common(agentId: AgentId | null = 'backend', runId = 'run', branch = 'main') {
  return { agentId, jobId: runId, runId, branch, status: 'x' };
}

type Settled = Partial<EventData<'agent:completed'>> & { readonly minutes?: number };

/** A run that ended well at `minutes`, its id made when it began a minute before. */
export function completed(over: Settled = {}): EventOf<'agent:completed'> {
  const { minutes = 0, ...data } = over;
  return makeEvent(
    'agent:completed',
    { ...common('backend', uuidv7(at(minutes - 1))), ...settled('passed'), ...data } as EventData<'agent:completed'>,
    originAt(minutes),
  );
}

/** A run that ended `failed`, or as `over` says. */
export function failed(over: Settled = {}): EventOf<'agent:failed'> {
  const { minutes = 0, ...data } = over;
  return makeEvent(
    'agent:failed',
    {
      ...common('backend', uuidv7(at(minutes - 1))),
      ...settled('failed'),
      reason: 'errors-left',
      errors: 1,
      error: { code: 'errors-left', message: 'errors are left', reason: 'errors-left' },
      ...data,
    } as EventData<'agent:failed'>,
    originAt(minutes),
  );
}

function settled(outcome: 'passed' | 'failed') {
  return {
    outcome,
    reason: null,
    trigger: 'push',
    base: SHA,
    key: 'key',
    producedKey: null,
    durationMs: 60_000,
    commit: null,
    delivered: true,
    errors: 0,
    warnings: 0,
    fixed: 0,
    findings: [],
    coverage: null,
    counts: true,
  } as const;
}

export function tripped(over: Partial<EventData<'agent:tripped'>> & { readonly minutes?: number } = {}): UpkeepEvent {
  const { minutes = 0, ...data } = over;
  return makeEvent(
    'agent:tripped',
    { ...common('backend', ''), by: 'upkeep', reason: 'failed twice', nextRunAt: null, streak: 2, kind: 'code', ...data },
    originAt(minutes),
  );
}

export function finding(message: string, severity: 'error' | 'warning' = 'error') {
  return { path: 'src/a.ts', line: 1, rule: 'no-undef', severity, message, fingerprint: 'f'.repeat(16), check: 'eslint' };
}

/** The keys that the tree of a branch has; no agent has run unless `over` says otherwise. */
export function keyed(over: Partial<EventData<'scheduler:keyed'>> & { readonly minutes?: number } = {}): EventOf<'scheduler:keyed'> {
  const { minutes = 0, ...data } = over;
  const agents = AGENT_IDS.map((agentId) => ({ agentId, key: 'key', triggers: [...TRIGGERS], lastRunAt: null, dueAt: null }));
  const speak = { threshold: 2, branches: [], quietHours: null, maxOpenIssues: 10 };
  return makeEvent(
    'scheduler:keyed',
    { ...common(null), commit: SHA, tree: SHA, version: '1.0.0', agents, speak, ...data },
    originAt(minutes),
  );
}
