/** Sends metrics and a trace of each attempt to a collector by OTLP over HTTP. Loaded only where one is named. */
import { SpanKind, SpanStatusCode, trace, ROOT_CONTEXT, type Attributes } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, RandomIdGenerator, TracerProvider } from '@opentelemetry/sdk-trace';
import type { ClaimedRun } from '../../prisma/runs/run-row.ts';
import { metricsOf, type GaugeReading, type MetricSink } from '../../scheduler/metric-list.ts';
import type { FinishedAttempt } from '../../scheduler/runs/finish-runs.ts';
import type { ServiceObserver } from '../../scheduler/service-observer.ts';
import type { TelemetrySettings } from './telemetry-settings.ts';

export interface Telemetry {
  readonly sink: MetricSink;
  readonly observer: ServiceObserver;
  /** Sends what is left, and gives up on a collector that does not take it. */
  readonly close: () => Promise<void>;
}

export interface TelemetryAsk {
  readonly settings: TelemetrySettings;
  readonly gauges: () => Promise<readonly GaugeReading[]>;
  readonly version: string;
  readonly host: string;
  readonly nameOf: (repositoryId: string) => string;
  /** Milliseconds of a clock that never jumps. */
  readonly monotonic: () => number;
  /** Told once when the collector does not take what is sent, and again only after it did. */
  readonly onProblem: (error: unknown) => void;
}

const EXPORT_MS = 5_000;
const CLOSE_MS = 2_000;

export function openTelemetry(ask: TelemetryAsk): Telemetry {
  const { settings, host, version } = ask;
  const name = 'upkeep';
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': settings.serviceName, 'service.version': version, 'service.instance.id': host }))
    .merge(detectResources({ detectors: [envDetector] }));
  const told = tellOnce(ask.onProblem);
  const metricsExporter = quiet(new OTLPMetricExporter({ url: settings.metricsUrl, timeoutMillis: EXPORT_MS }), told);
  const traceExporter = quiet(new OTLPTraceExporter({ url: settings.tracesUrl, timeoutMillis: EXPORT_MS }), told);
  const reader = new PeriodicExportingMetricReader({
    exporter: metricsExporter,
    exportIntervalMillis: settings.metricsEveryMs,
    exportTimeoutMillis: Math.min(EXPORT_MS * 2, settings.metricsEveryMs),
  });
  const meters = new MeterProvider({ resource, readers: [reader] });
  const ids = new TriggerIds();
  const tracers = new TracerProvider({
    resource,
    idGenerator: ids,
    spanProcessors: [new BatchSpanProcessor({ exporter: traceExporter })],
  });
  const begun = new Map<string, number>();
  const tracer = tracers.getTracer(name, version);

  function traceAttempt(attempt: FinishedAttempt, isAccepted: boolean): void {
    const { run } = attempt;
    const since = begun.get(keyOf(run));
    begun.delete(keyOf(run));
    if (since === undefined) return;
    const startedAt = run.startedAt.getTime();
    const endedAt = startedAt + (ask.monotonic() - since);
    ids.traceId = traceIdOf(run.correlationId);
    const attributes = { ...attributesOf(attempt, isAccepted), 'upkeep.repository': ask.nameOf(run.repositoryId) };
    const startTime = Math.min(run.eligibleAt.getTime(), startedAt);
    const span = tracer.startSpan(`run ${run.agent}`, { root: true, kind: SpanKind.CONSUMER, startTime, attributes });
    ids.traceId = null;
    const within = trace.setSpan(ROOT_CONTEXT, span);
    tracer.startSpan('queue', { startTime }, within).end(startedAt);
    tracer.startSpan('carry', { startTime: startedAt }, within).end(endedAt);
    const isBad = !isAccepted || attempt.kind === 'crashed' || (attempt.kind === 'ended' && attempt.result.outcome === 'errored');
    if (isBad) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(endedAt);
  }

  return {
    sink: sinkOf(meters.getMeter(name, version), ask.gauges),
    observer: {
      claimed: (runs) => runs.forEach((run) => begun.set(keyOf(run), ask.monotonic())),
      finished: (attempts, { lost }) => attempts.forEach((attempt) => traceAttempt(attempt, !lost.includes(attempt.run.id))),
      lost: (run) => traceAttempt({ run, kind: 'crashed', message: '' }, false),
    },
    async close() {
      const limit = Promise.withResolvers<void>();
      const timer = setTimeout(() => limit.resolve(), CLOSE_MS);
      await Promise.race([Promise.allSettled([tracers.shutdown(), meters.shutdown()]), limit.promise]);
      clearTimeout(timer);
    },
  };
}

/** All runs of one trigger are one trace, whoever carries them out. */
class TriggerIds extends RandomIdGenerator {
  traceId: string | null = null;

  override generateTraceId = (): string => this.traceId ?? new RandomIdGenerator().generateTraceId();
}

function traceIdOf(correlationId: string): string | null {
  const hex = correlationId.replaceAll('-', '').toLowerCase();
  return /^[0-9a-f]{32}$/.test(hex) && !/^0+$/.test(hex) ? hex : null;
}

function attributesOf(attempt: FinishedAttempt, isAccepted: boolean): Attributes {
  const { run } = attempt;
  const ended = attempt.kind === 'ended' ? attempt.result : null;
  return {
    'upkeep.agent': run.agent,
    'upkeep.run.id': run.id,
    'upkeep.attempt': run.attempt,
    'upkeep.branch': run.branch,
    'upkeep.trigger': run.trigger,
    'upkeep.priority': run.priority,
    'upkeep.accepted': isAccepted,
    'upkeep.end': attempt.kind,
    ...(ended === null ? {} : { 'upkeep.outcome': ended.outcome }),
    ...(ended === null || ended.reason === null ? {} : { 'upkeep.reason': ended.reason }),
    ...(run.slotAt === null ? {} : { 'upkeep.slot': run.slotAt.toISOString() }),
  };
}

function keyOf({ id, attempt }: Pick<ClaimedRun, 'id' | 'attempt'>): string {
  return `${id} ${attempt}`;
}

type Meter = ReturnType<MeterProvider['getMeter']>;

function sinkOf(meter: Meter, gauges: TelemetryAsk['gauges']): MetricSink {
  const about = (name: string, description: string): { description: string; unit: string } => ({
    description,
    unit: name.includes('_seconds') ? 's' : '1',
  });
  const counters = new Map(metricsOf('counter').map(([name, { help }]) => [name, meter.createCounter(name, about(name, help))]));
  const histograms = new Map(
    metricsOf('histogram').map(([name, { help, buckets }]) => [
      name,
      meter.createHistogram(name, { ...about(name, help), advice: { explicitBucketBoundaries: [...buckets] } }),
    ]),
  );
  const shown = new Map(metricsOf('gauge').map(([name, { help }]) => [name, meter.createObservableGauge(name, about(name, help))]));
  meter.addBatchObservableCallback(
    async (result) => {
      for (const { name, value, labels } of await gauges()) {
        const gauge = shown.get(name);
        if (gauge !== undefined) result.observe(gauge, value, labels);
      }
    },
    [...shown.values()],
  );
  return {
    add: (name, labels, by) => counters.get(name)?.add(by, labels),
    observe: (name, labels, value) => histograms.get(name)?.record(value, labels),
  };
}

/** Null: it went well. */
type Told = (error: unknown) => void;

function tellOnce(onProblem: (error: unknown) => void): Told {
  let isTold = false;
  return (error) => {
    if (error !== null && !isTold) onProblem(error);
    isTold = error !== null;
  };
}

interface Exporter<Item> {
  export(items: Item, callback: (result: { readonly code: number; readonly error?: Error }) => void): void;
}

/** What is not taken is told by us; the library would print it at each try. */
function quiet<Item, One extends Exporter<Item>>(exporter: One, told: Told): One {
  const send = exporter.export.bind(exporter);
  exporter.export = (items, callback) =>
    send(items, ({ code, error }) => {
      told(code === 0 ? null : (error ?? new Error('the collector does not take what is sent')));
      callback({ code: 0 });
    });
  return exporter;
}
