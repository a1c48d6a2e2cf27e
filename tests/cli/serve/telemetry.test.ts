/** Traces and metrics by OTLP, sent to a collector of the test. */
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openTelemetry, type TelemetryAsk } from '../../../cli/serve/telemetry.ts';
import { telemetryOf } from '../../../cli/serve/telemetry-settings.ts';
import type { ClaimedRun } from '../../../prisma/runs/run-row.ts';
import type { FinishReport } from '../../../scheduler/runs/finish-runs.ts';
import { resultOf } from '../../support/queue-scene.ts';

const START = Date.parse('2026-11-21T12:00:00Z');
const CORRELATION = '01936f2a-0000-7000-8000-0123456789ab';

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: number; readonly boolValue?: boolean };
}
interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly status: { readonly code?: number };
}
interface SentMetric {
  readonly name: string;
  readonly unit: string;
  readonly sum?: object;
  readonly gauge?: object;
  readonly histogram?: { readonly dataPoints: readonly { readonly explicitBounds: readonly number[] }[] };
}

/** Takes what is sent, and answers `status`. */
async function collector(status = 200) {
  const spans: SentSpan[] = [];
  const metrics: SentMetric[] = [];
  const paths: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      paths.push(request.url ?? '');
      const sent = JSON.parse(Buffer.concat(chunks).toString()) as {
        resourceSpans?: { scopeSpans: { spans: SentSpan[] }[] }[];
        resourceMetrics?: { scopeMetrics: { metrics: SentMetric[] }[] }[];
      };
      spans.push(...(sent.resourceSpans ?? []).flatMap(({ scopeSpans }) => scopeSpans.flatMap((one) => one.spans)));
      metrics.push(...(sent.resourceMetrics ?? []).flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((one) => one.metrics)));
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...{ spans, metrics, paths, url },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function sending(url: string, change: Partial<TelemetryAsk> = {}) {
  const settings = telemetryOf({ OTEL_EXPORTER_OTLP_ENDPOINT: url });
  if (settings === null) throw new Error('an endpoint was given');
  const clock = { now: 0 };
  const problems: string[] = [];
  const telemetry = openTelemetry({
    settings,
    gauges: async () => [{ name: 'upkeep_runs', labels: { state: 'queued', priority: 'LOW' }, value: 3 }],
    version: '1.2.3',
    host: 'here',
    nameOf: (id) => `acme/${id}`,
    monotonic: () => clock.now,
    onProblem: (error) => problems.push(String(error)),
    ...change,
  });
  return { ...telemetry, clock, problems };
}

function runOf(change: Partial<ClaimedRun> = {}): ClaimedRun {
  const at = (ms: number): Date => new Date(START + ms);
  return {
    ...{ id: 'run-1', attempt: 2, jobId: 'job', repositoryId: 'site', agentId: 'a', agent: 'qa', branch: 'main', trigger: 'schedule' },
    ...{ priority: 'HIGH', base: null, isForced: false, payloadVersion: 1, retries: 0, crashes: 0, cancelBy: null },
    ...{ correlationId: CORRELATION, slotAt: at(0), requestedAt: at(10), eligibleAt: at(10), startedAt: at(260) },
    ...change,
  };
}

const report: FinishReport = { settled: ['run-1'], requeued: [], lost: [], events: [], hasMore: false };
const valuesOf = ({ attributes }: SentSpan): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? value.boolValue]));
const millis = (nanos: string): number => Number(BigInt(nanos) / 1_000_000n) - START;

describe('telemetry', () => {
  it('sends an attempt as a span with its time in the queue and its time under way, in the trace of its trigger', async () => {
    await using to = await collector();
    const sender = sending(to.url);
    const run = runOf();
    sender.observer.claimed?.([run]);
    sender.clock.now = 1_500;
    sender.observer.finished?.([{ run, kind: 'ended', result: resultOf({ outcome: 'fixed' }) }], report);
    await sender.close();
    const [whole, ...parts] = to.spans.toSorted((a, b) => (b.parentSpanId === undefined ? 1 : 0) - (a.parentSpanId === undefined ? 1 : 0));
    if (whole === undefined) throw new Error('no span came');
    expect(to.spans.every(({ traceId }) => traceId === CORRELATION.replaceAll('-', ''))).toBe(true);
    expect([whole.name, millis(whole.startTimeUnixNano), millis(whole.endTimeUnixNano)]).toEqual(['run qa', 10, 1_760]);
    expect(parts.every(({ parentSpanId }) => parentSpanId === whole.spanId)).toBe(true);
    expect(parts.map((span) => [span.name, millis(span.startTimeUnixNano), millis(span.endTimeUnixNano)]).sort()).toEqual([
      ['carry', 260, 1_760],
      ['queue', 10, 260],
    ]);
    expect(valuesOf(whole)).toMatchObject({
      'upkeep.agent': 'qa',
      'upkeep.attempt': 2,
      'upkeep.repository': 'acme/site',
      'upkeep.outcome': 'fixed',
      'upkeep.accepted': true,
    });
    expect(sender.problems).toEqual([]);
  });

  it('marks what was fenced off, and what crashed', async () => {
    await using to = await collector();
    const sender = sending(to.url);
    const [late, crashed] = [runOf({ id: 'late' }), runOf({ id: 'crashed' })];
    sender.observer.claimed?.([late, crashed]);
    sender.observer.finished?.(
      [
        { run: late, kind: 'ended', result: resultOf() },
        { run: crashed, kind: 'crashed', message: 'gone' },
      ],
      { ...report, lost: ['late'], requeued: ['crashed'] },
    );
    await sender.close();
    const whole = to.spans.filter(({ name }) => name === 'run qa');
    expect(whole.map((span) => [valuesOf(span)['upkeep.run.id'], valuesOf(span)['upkeep.accepted'], span.status.code])).toEqual([
      ['late', false, 2],
      ['crashed', true, 2],
    ]);
  });

  it('sends the metrics of the list by their names', async () => {
    await using to = await collector();
    const sender = sending(to.url);
    sender.sink.add('upkeep_runs_settled_total', { agent: 'qa', outcome: 'fixed' }, 1);
    sender.sink.observe('upkeep_drift_seconds', {}, 0.2);
    await sender.close();
    const sent = new Map(to.metrics.map((metric) => [metric.name, metric]));
    expect(sent.get('upkeep_runs_settled_total')?.sum).toMatchObject({ dataPoints: [{ asDouble: 1 }], isMonotonic: true });
    expect(sent.get('upkeep_drift_seconds')?.unit).toBe('s');
    expect(sent.get('upkeep_drift_seconds')?.histogram?.dataPoints[0]?.explicitBounds[0]).toBe(0.05);
    expect(sent.get('upkeep_runs')?.gauge).toMatchObject({ dataPoints: [{ asDouble: 3 }] });
  });

  it('tells once of a collector that refuses', async () => {
    await using to = await collector(400);
    const sender = sending(to.url);
    const run = runOf();
    sender.observer.claimed?.([run]);
    sender.observer.finished?.([{ run, kind: 'ended', result: resultOf() }], report);
    await sender.close();
    expect(to.paths.sort()).toEqual(['/v1/metrics', '/v1/traces']);
    expect(sender.problems).toHaveLength(1);
  });

  it('is not held up by a collector that is gone', async () => {
    // Nobody listens there. A port that was free a moment ago may be a server of another test by now.
    const sender = sending('http://127.0.0.1:1');
    const run = runOf();
    sender.observer.claimed?.([run]);
    sender.observer.finished?.([{ run, kind: 'ended', result: resultOf() }], report);
    const at = performance.now();
    await sender.close();
    expect(performance.now() - at).toBeLessThan(20_000);
    expect(sender.problems.length).toBeLessThanOrEqual(1);
  });
});

describe('where telemetry goes', () => {
  it('is nowhere without an address, and where the environment says else', () => {
    expect(telemetryOf({})).toBeNull();
    expect(telemetryOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_SDK_DISABLED: 'true' })).toBeNull();
    expect(telemetryOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/', OTEL_SERVICE_NAME: 'agents' })).toEqual({
      tracesUrl: 'http://c:4318/v1/traces',
      metricsUrl: 'http://c:4318/v1/metrics',
      serviceName: 'agents',
      metricsEveryMs: 60_000,
    });
    const own = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://t/x' };
    expect(telemetryOf(own)).toMatchObject({ tracesUrl: 'http://t/x', metricsUrl: 'http://c:4318/v1/metrics' });
  });

  it('is refused where it is no address, and where it is for another protocol', () => {
    expect(() => telemetryOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' })).toThrow('expected the address of a collector');
    const grpc = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
    expect(() => telemetryOf(grpc)).toThrow('expected http/json');
  });

  it('loads the libraries for it only behind one door, which is opened late', () => {
    const root = join(import.meta.dirname, '..', '..', '..');
    const sources = globSync('{agents,cli,git,github,ledger,prisma,scheduler}/**/*.ts', { cwd: root });
    const withImport = (pattern: RegExp): string[] => sources.filter((path) => pattern.test(readFileSync(join(root, path), 'utf8')));
    expect(withImport(/from '@opentelemetry\//)).toEqual(['cli/serve/telemetry.ts']);
    expect(withImport(/^import (?!type).*\/telemetry\.ts'/m)).toEqual([]);
  });
});
