/** Everything that is counted and measured about a service: one list for Prometheus, OpenTelemetry and the guide. */
import { AGENT_IDS, OUTCOMES, PRIORITIES } from '../ledger/outcome.ts';
import { DROP_REASONS } from './plan-slots.ts';

/** Stands for a label's value that is not in the list. */
export const OTHER = 'other';

interface MetricBase {
  /** One sentence; the unit is in the name. */
  readonly help: string;
  /** Label → its values, of which there are few. Names of repositories are none of them: they may be thousands, and are nobody else's business. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
}

export type Metric = MetricBase &
  (
    | { readonly kind: 'counter' }
    | { readonly kind: 'gauge' }
    /** `buckets`: upper bounds, in the unit of the name. */
    | { readonly kind: 'histogram'; readonly buckets: readonly number[] }
  );

const agent = AGENT_IDS;
const NONE = {};

export const METRICS = {
  upkeep_runs: {
    kind: 'gauge',
    help: 'Runs that are not settled, of every service of the database.',
    labels: { state: ['waiting', 'queued', 'delayed', 'running'], priority: PRIORITIES },
  },
  upkeep_oldest_queued_seconds: { kind: 'gauge', help: 'How long the run that may start and waits longest has waited.', labels: NONE },
  upkeep_agents: {
    kind: 'gauge',
    help: 'Agents that are kept from running; one may be so for several reasons.',
    labels: { state: ['paused', 'tripped', 'errored'] },
  },
  upkeep_service_running: { kind: 'gauge', help: 'Runs that this service carries out.', labels: NONE },
  upkeep_service_capacity: { kind: 'gauge', help: 'Runs that this service may carry out at once.', labels: NONE },
  upkeep_next_due_timestamp_seconds: {
    kind: 'gauge',
    help: 'When the next slot of any schedule comes; absent when none does.',
    labels: NONE,
  },
  upkeep_last_tick_timestamp_seconds: { kind: 'gauge', help: 'When what is due was last looked at with success.', labels: NONE },
  upkeep_clock_skew_seconds: { kind: 'gauge', help: "This machine's clock minus the database's.", labels: NONE },
  upkeep_database_up: { kind: 'gauge', help: 'Whether the database answered: 1 or 0.', labels: NONE },
  upkeep_database_connections: {
    kind: 'gauge',
    help: 'Connections of this service by use, and requests that wait for one.',
    labels: { state: ['used', 'idle', 'waiting'] },
  },
  upkeep_database_connections_limit: { kind: 'gauge', help: 'Connections that this service may open for its work.', labels: NONE },

  upkeep_runs_settled_total: {
    kind: 'counter',
    help: 'Runs that this service brought to an outcome.',
    labels: { agent, outcome: OUTCOMES },
  },
  upkeep_runs_retried_total: { kind: 'counter', help: 'Attempts that ended errored and are tried again.', labels: { agent } },
  upkeep_runs_crashed_total: { kind: 'counter', help: 'Attempts whose process ended without a result.', labels: { agent } },
  upkeep_runs_returned_total: { kind: 'counter', help: 'Attempts that were given back to the queue without a fault.', labels: { agent } },
  upkeep_runs_recovered_total: { kind: 'counter', help: 'Runs taken over from services that were gone.', labels: NONE },
  upkeep_leases_lost_total: { kind: 'counter', help: 'Runs that this service ended because they were not its own any more.', labels: NONE },
  upkeep_late_writes_total: { kind: 'counter', help: 'Ends of attempts that came too late and were fenced off.', labels: NONE },
  upkeep_slots_dropped_total: {
    kind: 'counter',
    help: 'Slots, or ranges of slots, that did not become a run.',
    labels: { agent, reason: DROP_REASONS },
  },

  upkeep_start_latency_seconds: {
    kind: 'histogram',
    help: 'From the moment a run might start until it was claimed.',
    labels: { priority: PRIORITIES },
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800],
  },
  upkeep_drift_seconds: {
    kind: 'histogram',
    help: 'How much later than the nominal time of its slot a run was claimed; neither retries nor slots that were made up for.',
    labels: NONE,
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200],
  },
  upkeep_run_duration_seconds: {
    kind: 'histogram',
    help: 'From the claim to the end of the attempt that settled a run.',
    labels: { agent, outcome: OUTCOMES },
    buckets: [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600],
  },
  upkeep_tick_duration_seconds: {
    kind: 'histogram',
    help: 'One look at what is due.',
    labels: NONE,
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof METRICS;
type NameOf<Kind> = { [Name in MetricName]: (typeof METRICS)[Name] extends { readonly kind: Kind } ? Name : never }[MetricName];
export type CounterName = NameOf<'counter'>;
export type GaugeName = NameOf<'gauge'>;
export type HistogramName = NameOf<'histogram'>;

export type Labels = Readonly<Record<string, string>>;

/** What a service counts goes here: Prometheus, OpenTelemetry. Neither throws nor waits. */
export interface MetricSink {
  readonly add: (name: CounterName, labels: Labels, by: number) => void;
  readonly observe: (name: HistogramName, labels: Labels, value: number) => void;
}

/** What a gauge shows now. */
export interface GaugeReading {
  readonly name: GaugeName;
  readonly labels: Labels;
  readonly value: number;
}

/** The metrics of a kind, in the order of the list. */
export function metricsOf<Kind extends Metric['kind']>(kind: Kind): (readonly [NameOf<Kind>, Extract<Metric, { readonly kind: Kind }>])[] {
  return Object.entries(METRICS).filter(([, metric]) => metric.kind === kind) as never;
}

/** The labels with every value that is not in the list as `other`. */
export function boundedLabels(name: MetricName, labels: Labels): Labels {
  const known: Metric['labels'] = METRICS[name].labels;
  return Object.fromEntries(
    Object.entries(labels).map(([label, value]) => [label, known[label]?.includes(value) === false ? OTHER : value]),
  );
}

/** Every combination of the values of a metric's labels, so that a series begins at 0 and not with its first event. */
export function combinations({ labels }: Metric): Labels[] {
  return Object.entries(labels).reduce<Labels[]>(
    (made, [label, values]) => made.flatMap((one) => values.map((value) => ({ ...one, [label]: value }))),
    [{}],
  );
}
