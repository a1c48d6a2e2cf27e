/** What a service shows of itself over HTTP: it listens before anything is started or claimed, and until the end of the drain. */
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import type { EventRow } from '../../prisma/runs/write-events.ts';
import { schedulerCounts } from '../../prisma/runs/scheduler-counts.ts';
import { connection, type ConnectionPool } from '../../prisma/sql.ts';
import { createGauges, type ServiceFacts } from '../../scheduler/gauges.ts';
import type { GaugeReading } from '../../scheduler/metric-list.ts';
import { createServiceMetrics } from '../../scheduler/metrics.ts';
import { tellAll, type ServiceObserver } from '../../scheduler/service-observer.ts';
import { createStatusFeed, type StatusEvent } from '../../scheduler/status-feed.ts';
import { hostInUrl } from './http/listen-error.ts';
import { createReadiness } from './http/readiness.ts';
import { openHttpServer, type HttpServerOptions } from './http-server.ts';
import { createPrometheus } from './prometheus.ts';
import type { Telemetry } from './telemetry.ts';
import type { TelemetrySettings } from './telemetry-settings.ts';

/** Where to listen; port 0: any that is free. */
export type ListenAt = Pick<AddressInfo, 'port'> & { readonly host: string } & Pick<HttpServerOptions, 'tls' | 'isBehindProxy'>;

export interface ObservationSettings {
  readonly at: ListenAt;
  readonly maxConcurrent: number;
  /** `service:<host>`. */
  readonly source: string;
  readonly version: string;
  /** Null: nothing is sent. */
  readonly telemetry: TelemetrySettings | null;
  /** Aborted when the service is to stop: from then on it is not ready. */
  readonly signal: AbortSignal;
  /** Is told after the metrics. */
  readonly observer?: ServiceObserver;
  /** Told of each `scheduler:status`. */
  readonly onStatus?: (event: StatusEvent) => void;
  readonly onProblem: (what: string, error: unknown) => void;
  /** Routes beside ours. */
  readonly pages?: HttpServerOptions['pages'];
}

export interface Observation extends AsyncDisposable {
  /** `http://127.0.0.1:8788`. */
  readonly url: string;
  readonly port: number;
  readonly observer: ServiceObserver;
  /** Events that this service wrote. */
  readonly onEvents: (events: readonly EventRow[]) => void;
  /** The database is open. */
  readonly opened: (pool: ConnectionPool) => void;
  /** The service is at work; with the names of its repositories by id. */
  readonly started: (service: ServiceFacts, names: ReadonlyMap<string, string>) => void;
  /** The database is about to be closed: from now on nobody asks it. */
  readonly ended: () => void;
}

/** Six looks of the safety tick. */
const TICK_LIMIT_MS = 30_000;
const PING_LIMIT_MS = 2_000;

const clock = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
  later: (work: () => void, ms: number) => {
    const timer = setTimeout(work, ms).unref();
    return () => clearTimeout(timer);
  },
};

/** Throws a ListenError when it may not listen there. */
export async function openObservation(settings: ObservationSettings): Promise<Observation> {
  const { at, maxConcurrent, signal, source, onProblem } = settings;
  const known = {
    pool: null as ConnectionPool | null,
    service: null as ServiceFacts | null,
    names: new Map() as ReadonlyMap<string, string>,
    drainingSince: null as Date | null,
  };
  const readGauges = async (): Promise<readonly GaugeReading[]> => (await gauges?.()) ?? [];
  const prometheus = createPrometheus(readGauges);
  const nameOf = (id: string): string => known.names.get(id) ?? id;
  const telemetry = await openTelemetryOf(settings, { gauges: readGauges, nameOf });
  const metrics = createServiceMetrics([prometheus.sink, ...(telemetry === null ? [] : [telemetry.sink])], clock.monotonic);
  let gauges: ReturnType<typeof createGauges> | null = null;
  const status = createStatusFeed({
    read: () => connection(poolOf(known), schedulerCounts),
    onStatus: settings.onStatus ?? (() => undefined),
    onProblem: (error) => onProblem('the status of the scheduler could not be read', error),
    source,
    clock,
  });
  signal.addEventListener('abort', () => (known.drainingSince ??= new Date()), { once: true });
  const server = await openHttpServer({
    ...at,
    ...(settings.pages === undefined ? {} : { pages: settings.pages }),
    metrics: prometheus.page,
    status: () => statusOf(status.newest),
    health: createReadiness({
      pingDatabase: () => poolOf(known).query('SELECT 1'),
      lastTickAt: metrics.lastTickAt,
      drainingSince: () => known.drainingSince,
      tickLimitMs: TICK_LIMIT_MS,
      pingLimitMs: PING_LIMIT_MS,
      clock,
      onProblem: (what, error) => (known.pool === null ? undefined : onProblem(what, error)),
    }),
    onProblem,
  });
  const { changed } = status;
  const looks: ServiceObserver = { claimed: changed, finished: changed, recovered: changed, looked: changed };
  return {
    url: `${at.tls === undefined ? 'http' : 'https'}://${hostInUrl(server.host)}:${server.port}`,
    port: server.port,
    observer: tellAll([metrics.observer, looks, settings.observer ?? {}, telemetry?.observer ?? {}]),
    onEvents(events) {
      metrics.onEvents(events);
      changed();
    },
    opened(pool) {
      known.pool = pool;
      gauges = createGauges({ pool, service: () => known.service, maxConcurrent, lastTickAt: metrics.lastTickAt, clock, onProblem });
    },
    started(service, names) {
      known.service = service;
      known.names = names;
    },
    ended() {
      status.close();
      known.pool = null;
      gauges = null;
    },
    async [Symbol.asyncDispose]() {
      status.close();
      await Promise.all([server.close(), telemetry?.close()]);
    },
  };
}

/** Nothing of it is loaded where nothing is to be sent. */
async function openTelemetryOf(
  { telemetry, version, onProblem }: ObservationSettings,
  ask: { readonly gauges: () => Promise<readonly GaugeReading[]>; readonly nameOf: (repositoryId: string) => string },
): Promise<Telemetry | null> {
  if (telemetry === null) return null;
  const { openTelemetry } = await import('./telemetry.ts');
  return openTelemetry({
    ...ask,
    settings: telemetry,
    version,
    host: hostname(),
    monotonic: clock.monotonic,
    onProblem: (error) => onProblem(`traces and metrics are not taken at ${new URL(telemetry.tracesUrl).host}`, error),
  });
}

function poolOf({ pool }: { readonly pool: ConnectionPool | null }): ConnectionPool {
  if (pool === null) throw new Error('the database is not open yet');
  return pool;
}

/** Without the fields that each event has. */
function statusOf(event: StatusEvent | null): object | null {
  if (event === null) return null;
  const { running, queued, paused, tripped, errored, nextDueAt, driftMs } = event.data;
  return { at: event.time, running, queued, paused, tripped, errored, nextDueAt, driftMs };
}
