import { describe, expect, it } from 'vitest';
import type { ClaimedRun } from '../../prisma/runs/run-row.ts';
import { METRICS, combinations, type Metric, type MetricSink } from '../../scheduler/metric-list.ts';
import { createServiceMetrics } from '../../scheduler/metrics.ts';
import type { FinishReport } from '../../scheduler/runs/finish-runs.ts';
import { resultOf } from '../support/queue-scene.ts';

const AT = Date.parse('2026-11-21T12:00:00Z');
const at = (ms: number): Date => new Date(AT + ms);

function runOf(change: Partial<ClaimedRun> = {}): ClaimedRun {
  return {
    ...{ id: 'run-1', attempt: 1, jobId: 'job', repositoryId: 'r', agentId: 'a', agent: 'qa', branch: 'main', trigger: 'schedule' },
    ...{ priority: 'HIGH', base: null, isForced: false, payloadVersion: 1, retries: 0, crashes: 0, correlationId: 'c', cancelBy: null },
    ...{ slotAt: at(0), requestedAt: at(10), eligibleAt: at(10), startedAt: at(35) },
    ...change,
  };
}

function reportOf(change: Partial<FinishReport> = {}): FinishReport {
  return { settled: [], requeued: [], lost: [], events: [], hasMore: false, ...change };
}

function scene() {
  const told: string[] = [];
  const line = (name: string, labels: object, value: number): number => told.push([name, ...Object.values(labels), value].join(' '));
  const sink: MetricSink = { add: line, observe: line };
  const clock = { now: 0 };
  return { told, clock, ...createServiceMetrics([sink], () => clock.now) };
}

describe('what a service counts', () => {
  it('is how late a run starts, how long it takes and how it ends', () => {
    const { told, clock, observer } = scene();
    const run = runOf();
    observer.claimed?.([run]);
    expect(told.splice(0)).toEqual(['upkeep_start_latency_seconds HIGH 0.025', 'upkeep_drift_seconds 0.035']);
    clock.now = 1_500;
    observer.finished?.([{ run, kind: 'ended', result: resultOf({ outcome: 'fixed' }) }], reportOf({ settled: [run.id] }));
    expect(told).toEqual(['upkeep_runs_settled_total qa fixed 1', 'upkeep_run_duration_seconds qa fixed 1.5']);
  });

  it('leaves out the drift of a retry, of what has no slot, and of what was made up for', () => {
    const { told, observer } = scene();
    observer.claimed?.([runOf({ attempt: 2 }), runOf({ slotAt: null }), runOf({ requestedAt: at(3_600_000), startedAt: at(3_600_005) })]);
    expect(told.filter((one) => one.includes('drift'))).toEqual([]);
  });

  it('has no latency below zero when the clocks of two machines disagree', () => {
    const { told, observer } = scene();
    observer.claimed?.([runOf({ eligibleAt: at(500), slotAt: null })]);
    expect(told).toEqual(['upkeep_start_latency_seconds HIGH 0']);
  });

  it.each([
    ['ended', { kind: 'ended', result: resultOf({ outcome: 'errored', reason: 'network' }) }, ['upkeep_runs_retried_total qa 1']],
    ['crashed', { kind: 'crashed', message: 'gone' }, ['upkeep_runs_crashed_total qa 1']],
    ['returned', { kind: 'returned' }, ['upkeep_runs_returned_total qa 1']],
  ] as const)('tells apart why an attempt that %s goes back to the queue', (_word, end, expected) => {
    const { told, observer } = scene();
    observer.finished?.([{ run: runOf(), ...end }], reportOf({ requeued: ['run-1'] }));
    expect(told).toEqual(expected);
  });

  it('is an outcome of errored for a crash too many, and of cancelled for what somebody cancelled', () => {
    const { told, observer } = scene();
    const cancelled = runOf({ id: 'run-2', cancelBy: 'ann' });
    observer.finished?.(
      [
        { run: runOf(), kind: 'crashed', message: 'gone' },
        { run: cancelled, kind: 'crashed', message: 'cancelled' },
      ],
      reportOf({ settled: ['run-1', 'run-2'] }),
    );
    expect(told).toEqual([
      'upkeep_runs_crashed_total qa 1',
      'upkeep_runs_settled_total qa errored 1',
      'upkeep_runs_settled_total qa cancelled 1',
    ]);
  });

  it('is nothing but a late write where the end was not accepted', () => {
    const { told, observer } = scene();
    const run = runOf();
    observer.finished?.([{ run, kind: 'ended', result: resultOf() }], reportOf({ lost: [run.id] }));
    expect(told).toEqual(['upkeep_late_writes_total 1']);
  });

  it('is leases that were lost, runs that were recovered, looks and dropped slots', () => {
    const { told, clock, observer, onEvents, lastTickAt } = scene();
    observer.lost?.(runOf());
    observer.recovered?.(reportOf({ settled: ['a'], requeued: ['b', 'c'] }));
    expect(lastTickAt()).toBeNull();
    clock.now = 77;
    observer.looked?.(12);
    const event = { id: '', time: '', repositoryId: null, agentId: null, runId: null };
    const dropped = { ...event, type: 'agent:slot-dropped', envelope: { subject: 'docs', data: { reason: 'overlap' } } };
    onEvents([dropped, { ...event, type: 'agent:queued', envelope: { subject: 'docs', data: {} } }]);
    expect(lastTickAt()).toBe(77);
    expect(told).toEqual([
      'upkeep_leases_lost_total 1',
      'upkeep_runs_recovered_total 3',
      'upkeep_tick_duration_seconds 0.012',
      'upkeep_slots_dropped_total docs overlap 1',
    ]);
  });

  it('keeps names that nobody listed out of its labels', () => {
    const { told, observer } = scene();
    observer.finished?.([{ run: runOf({ agent: 'x'.repeat(500) }), kind: 'returned' }], reportOf({ requeued: ['run-1'] }));
    expect(told).toEqual(['upkeep_runs_returned_total other 1']);
  });
});

describe('the list of metrics', () => {
  it('names units, and stays small whatever is looked after', () => {
    const entries: [string, Metric][] = Object.entries(METRICS);
    for (const [name, metric] of entries) {
      expect(name).toMatch(/^upkeep_[a-z_]+$/);
      expect(name.endsWith('_total'), name).toBe(metric.kind === 'counter');
      if (metric.kind === 'histogram') {
        expect(name).toMatch(/_seconds$/);
        expect(metric.buckets).toEqual([...metric.buckets].sort((a, b) => a - b));
      }
    }
    const series = entries.map(([, metric]) => combinations(metric).length * (metric.kind === 'histogram' ? metric.buckets.length + 3 : 1));
    expect(series.reduce((a, b) => a + b)).toBeLessThan(1_500);
  });
});
