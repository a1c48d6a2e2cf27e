/** What a settled run changes in the state of its agent on its branch. */
import { breakerNextTryAt } from './breaker.ts';
import type { EventOf } from './event.ts';
import { failingAfter } from './failure.ts';
import { withMeasures } from './measures.ts';
import { plainTime, startedBefore } from './run-order.ts';
import { LIMITS, type AgentState, type Breaker, type FindingSummary, type KeyRecord, type LastRun, type RunSummary } from './state.ts';
import { streakAfter } from './streak.ts';

/** An event that settles a run. */
export type SettledEvent = EventOf<'agent:completed'> | EventOf<'agent:failed'>;

/**
 * The agent's state after a run. A run that started before the one that decides now, or on an older commit, is late: its history and the answer
 * to its key are kept, but neither can it heal what failed after it, nor fail what was healed after it. A run that is settled again, as after a
 * crash between its report and the service's, takes the place of its first report and counts once.
 */
export function foldSettled(agent: AgentState, event: SettledEvent, sequence: number): AgentState {
  const { data } = event;
  const isLate = (held: LastRun | null): boolean => held !== null && (data.outdated === true || startedBefore(data, held));
  const late = isLate(agent.decided);
  const before = agent.runs.find(({ runId }) => runId !== '' && runId === data.runId);
  const last = lastRun(event, sequence);
  const state = {
    ...agent,
    sequence,
    runs: [runSummary(event), ...agent.runs.filter((run) => run.runId !== data.runId)].slice(0, LIMITS.runs),
    last: isLate(agent.last) ? agent.last : last,
    lastScheduledAt: later(agent.lastScheduledAt, startTime(event)),
    ...(data.nightly === undefined ? {} : { nightly: data.nightly }),
    ...(data.commitsRead === undefined ? {} : { commitsRead: data.commitsRead }),
    ...(data.measures === undefined || data.outcome === 'failed' ? {} : { measures: withMeasures(agent.measures, data.measures) }),
  };
  if (data.outcome !== 'passed' && data.outcome !== 'fixed' && data.outcome !== 'failed') {
    const crashed = isCrash(data) && !late && !(before !== undefined && isCrash(before));
    return { ...state, crashes: agent.crashes + (crashed ? 1 : 0) };
  }
  const keys = withAnswers(agent.keys, answers(event), late);
  if (late) return { ...state, keys };
  const isCounted = before?.outcome === 'failed' && data.outcome === 'failed';
  return {
    ...state,
    keys,
    decided: last,
    streak: isCounted ? agent.streak : streakAfter(agent.streak, data),
    failing: data.outcome !== 'failed' ? null : data.counts ? failingAfter(agent.failing, { ...data, at: event.time }) : agent.failing,
    breaker: data.outcome === 'failed' && agent.breaker ? (isCounted ? agent.breaker : failedAgain(agent.breaker, event)) : null,
    inError: null,
    crashes: 0,
  };
}

function isCrash({ outcome, reason }: Pick<RunSummary, 'outcome' | 'reason'>): boolean {
  return outcome === 'errored' && reason === 'internal';
}

/** The breaker after another failure: a new key begins its own waits. */
function failedAgain(breaker: Breaker, { data, time }: SettledEvent): Breaker {
  const attempts = breaker.key === null || breaker.key === data.key ? breaker.attempts + 1 : 0;
  return { ...breaker, attempts, key: data.key, nextTryAt: breakerNextTryAt(attempts, time) };
}

/** The keys that a run answers: the one it ran on and, when it committed, that of the tree it produced. */
function answers({ data, time }: SettledEvent): KeyRecord[] {
  const record: KeyRecord = {
    key: data.key,
    outcome: data.outcome,
    delivered: data.delivered || data.commit === null,
    runId: data.runId,
    at: plainTime(time),
    errors: data.errors,
    warnings: data.warnings,
    commit: data.commit,
    findings: clipFindings(data.findings),
  };
  // Without a key the results are not those of the tree that was looked at.
  const asked = data.key === '' ? [] : [record];
  if (data.producedKey === null || data.producedKey === data.key) return asked;
  // Whoever meets the produced tree meets the commit itself, so there is nothing left to deliver.
  const outcome = data.outcome === 'fixed' ? 'passed' : data.outcome;
  return [{ ...record, key: data.producedKey, outcome, delivered: true }, ...asked];
}

function withAnswers(keys: readonly KeyRecord[], fresh: readonly KeyRecord[], late: boolean): KeyRecord[] {
  const known = (list: readonly KeyRecord[], key: string) => list.some((record) => record.key === key);
  const merged = late
    ? [...keys.slice(0, 1), ...fresh.filter((record) => !known(keys, record.key)), ...keys.slice(1)]
    : [...fresh, ...keys.filter((record) => !known(fresh, record.key))];
  const newest = merged[0]?.runId;
  return merged
    .slice(0, LIMITS.keys)
    .map((record) => (record.runId === newest || record.findings.length === 0 ? record : { ...record, findings: [] }));
}

function clipFindings(findings: readonly FindingSummary[]): FindingSummary[] {
  const errorsFirst = [...findings.filter((f) => f.severity === 'error'), ...findings.filter((f) => f.severity !== 'error')];
  return errorsFirst
    .slice(0, LIMITS.findings)
    .map((f) => (f.message.length > LIMITS.message ? { ...f, message: `${f.message.slice(0, LIMITS.message - 1)}…` } : f));
}

function runSummary({ data, time }: SettledEvent): RunSummary {
  const { runId, outcome, reason, durationMs, commit, errors, warnings, fixed, trigger, coverage } = data;
  return { runId, outcome, reason, at: plainTime(time), durationMs, commit, errors, warnings, fixed, trigger, coverage };
}

function lastRun({ data, time }: SettledEvent, sequence: number): LastRun {
  const { runId, outcome, reason, commit, base, key } = data;
  return { outcome, reason, at: time, runId, commit, base, key, sequence };
}

function startTime({ data, time }: SettledEvent): string {
  return new Date(Date.parse(time) - data.durationMs).toISOString();
}

function later(a: string | null, b: string): string {
  return a !== null && a > b ? a : b;
}
