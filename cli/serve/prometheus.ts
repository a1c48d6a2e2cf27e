/** What a service counts, as Prometheus reads it. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import {
  combinations,
  METRICS,
  metricsOf,
  type CounterName,
  type GaugeName,
  type GaugeReading,
  type HistogramName,
  type MetricSink,
} from '../../scheduler/metric-list.ts';
import type { MetricsPage } from './http/probe-routes.ts';

export interface Prometheus {
  readonly sink: MetricSink;
  readonly page: MetricsPage;
}

/** Every metric of the list, with those of the process beside them; `gauges` is asked at each scrape. */
export function createPrometheus(gauges: () => Promise<readonly GaugeReading[]>): Prometheus {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const registers = [register];
  const counters = new Map<CounterName, Counter>();
  for (const [name, metric] of metricsOf('counter')) {
    const counter = new Counter({ name, help: metric.help, labelNames: Object.keys(metric.labels), registers });
    for (const labels of combinations(metric)) counter.inc(labels, 0);
    counters.set(name, counter);
  }
  const histograms = new Map<HistogramName, Histogram>();
  for (const [name, { help, labels, buckets }] of metricsOf('histogram'))
    histograms.set(name, new Histogram({ name, help, labelNames: Object.keys(labels), buckets: [...buckets], registers }));
  const shown = new Map<GaugeName, Gauge>();
  for (const [name, { help, labels }] of metricsOf('gauge'))
    shown.set(name, new Gauge({ name, help, labelNames: Object.keys(labels), registers }));
  return {
    sink: {
      add: (name, labels, by) => counters.get(name)?.inc(labels, by),
      observe: (name, labels, value) => histograms.get(name)?.observe(labels, value),
    },
    page: {
      contentType: register.contentType,
      read: async () => {
        show(shown, await gauges());
        return register.metrics();
      },
    },
  };
}

/** What has no reading now is absent and not 0. */
function show(shown: ReadonlyMap<GaugeName, Gauge>, readings: readonly GaugeReading[]): void {
  for (const [name, gauge] of shown) {
    gauge.reset();
    // A reset gauge without labels is 0.
    if (Object.keys(METRICS[name].labels).length === 0) gauge.remove();
  }
  for (const { name, labels, value } of readings) shown.get(name)?.set(labels, value);
}
