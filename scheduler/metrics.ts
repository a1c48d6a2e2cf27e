/** Counts what a service does. Knows no library and no protocol: what is counted goes to sinks. */
import type { ClaimedRun, Fence } from '../prisma/runs/run-row.ts';
import { MADE_UP_AFTER_MS } from '../prisma/runs/schedule-rows.ts';
import type { EventRow } from '../prisma/runs/write-events.ts';
import { boundedLabels, type CounterName, type HistogramName, type Labels, type MetricSink } from './metric-list.ts';
import type { FinishedAttempt, FinishReport } from './runs/finish-runs.ts';
import type { ServiceObserver } from './service-observer.ts';

export interface ServiceMetrics {
  readonly observer: ServiceObserver;
  /** Events that this service wrote. */
  readonly onEvents: (events: readonly EventRow[]) => void;
  /** When the last look at what is due ended well, by the monotonic clock; null: not yet. */
  readonly lastTickAt: () => number | null;
}

/** `monotonic`: milliseconds of a clock that never jumps. */
export function createServiceMetrics(sinks: readonly MetricSink[], monotonic: () => number): ServiceMetrics {
  const begun = new Map<string, number>();
  let lastTickAt: number | null = null;

  const add = (name: CounterName, labels: Labels = {}, by = 1): void => {
    if (by > 0) for (const sink of sinks) sink.add(name, boundedLabels(name, labels), by);
  };
  const observe = (name: HistogramName, labels: Labels, ms: number): void => {
    // The clocks of two machines may disagree by a little.
    for (const sink of sinks) sink.observe(name, boundedLabels(name, labels), Math.max(ms, 0) / 1000);
  };

  function claimed(runs: readonly ClaimedRun[]): void {
    for (const run of runs) {
      const { priority, slotAt, requestedAt, eligibleAt, startedAt, attempt } = run;
      begun.set(keyOf(run), monotonic());
      observe('upkeep_start_latency_seconds', { priority }, startedAt.getTime() - eligibleAt.getTime());
      // A retry is late on purpose, and what was made up for could not be in time.
      if (slotAt !== null && attempt === 1 && requestedAt.getTime() - slotAt.getTime() <= MADE_UP_AFTER_MS)
        observe('upkeep_drift_seconds', {}, startedAt.getTime() - slotAt.getTime());
    }
  }

  function finished(attempts: readonly FinishedAttempt[], report: FinishReport): void {
    const settled = new Set(report.settled);
    const requeued = new Set(report.requeued);
    for (const attempt of attempts) {
      const { run } = attempt;
      const { agent } = run;
      const since = begun.get(keyOf(run));
      begun.delete(keyOf(run));
      const isAccepted = settled.has(run.id) || requeued.has(run.id);
      if (isAccepted && attempt.kind === 'crashed' && run.cancelBy === null) add('upkeep_runs_crashed_total', { agent });
      if (settled.has(run.id)) {
        const labels = { agent, outcome: outcomeOf(attempt) };
        add('upkeep_runs_settled_total', labels);
        if (since !== undefined) observe('upkeep_run_duration_seconds', labels, monotonic() - since);
      } else if (requeued.has(run.id)) {
        if (attempt.kind === 'ended') add('upkeep_runs_retried_total', { agent });
        if (attempt.kind === 'returned') add('upkeep_runs_returned_total', { agent });
      }
    }
    add('upkeep_late_writes_total', {}, report.lost.length);
  }

  return {
    observer: {
      claimed,
      finished,
      lost(run) {
        begun.delete(keyOf(run));
        add('upkeep_leases_lost_total');
      },
      recovered: ({ settled, requeued }) => add('upkeep_runs_recovered_total', {}, settled.length + requeued.length),
      looked(ms) {
        lastTickAt = monotonic();
        observe('upkeep_tick_duration_seconds', {}, ms);
      },
    },
    onEvents(events) {
      for (const { type, envelope } of events) {
        if (type !== 'agent:slot-dropped') continue;
        const { subject, data } = envelope as { readonly subject: string; readonly data: { readonly reason: string } };
        add('upkeep_slots_dropped_total', { agent: subject, reason: data.reason });
      }
    },
    lastTickAt: () => lastTickAt,
  };
}

function keyOf({ id, attempt }: Fence): string {
  return `${id} ${attempt}`;
}

/** As finish-runs.ts settles it. */
function outcomeOf(attempt: FinishedAttempt): string {
  if (attempt.kind === 'ended') return attempt.result.outcome;
  return attempt.kind === 'returned' || attempt.run.cancelBy !== null ? 'cancelled' : 'errored';
}
