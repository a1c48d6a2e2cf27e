/** `agent serve`: a database, a queue, the clones to look after, and a service that runs their agents until it is told to stop. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createRedactor } from '../../agents/tools/redact.ts';
import { processIdentity } from '../../git/process-identity.ts';
import { listSchedules, type ListedSchedule } from '../../prisma/schedule-list.ts';
import type { UpkeepEvent } from '../../ledger/event.ts';
import type { ServiceRow } from '../../prisma/runs/service-rows.ts';
import type { EventRow } from '../../prisma/runs/write-events.ts';
import { admitWaiting } from '../../scheduler/runs/admit-waiting.ts';
import { createLocalWakes } from '../../scheduler/local-wakes.ts';
import { openQueue, type QueueSettings } from '../../scheduler/queue.ts';
import type { SchedulerContext } from '../../scheduler/scheduler-context.ts';
import { startService, type Service } from '../../scheduler/service.ts';
import { tellAll, type ServiceObserver } from '../../scheduler/service-observer.ts';
import type { StatusEvent } from '../../scheduler/status-feed.ts';
import type { Place } from '../../dashboard/server/auth/origins.ts';
import type { CommandContext } from '../command-context.ts';
import type { ResolvedConfig } from '../config-schema.ts';
import { backupFolderOf } from '../database/database-server.ts';
import { secretValues } from '../run/secret-values.ts';
import { packageFolder } from '../version.ts';
import { processExecutor } from './process-executor.ts';
import { closing } from './closing.ts';
import { keepHouse } from './keep-house.ts';
import { hearWebhooks } from './hear-webhooks.ts';
import { machineWatch } from './process-watch.ts';
import { openObservation, type ListenAt } from './observation.ts';
import { refreshClones } from './refresh-clones.ts';
import { configuredPaths, openClones, serveClones, type ServedAsk } from './served-clones.ts';
import { serveDashboard } from './serve-dashboard.ts';
import { openServiceDatabase } from './service-database.ts';
import { stateFolder } from './state-folder.ts';
import { telemetryOf } from './telemetry-settings.ts';

export interface ServeRequest {
  /** Folders of the clones, the one whose configuration the service goes by first. */
  readonly paths: readonly string[];
  /** Whether the clones that its configuration names are looked after as well. */
  readonly takesConfigured: boolean;
  readonly context: CommandContext;
  readonly listenAt: ListenAt;
  /** How people reach it. */
  readonly place: Place;
  /** Told when it is at work. */
  onReady(facts: ReadyFacts): Promise<void>;
  onEvents(events: readonly EventRow[], names: ReadonlyMap<string, string>): void;
  /** On the way of a run; not kept. */
  onProgress(event: UpkeepEvent, repository: string): void;
  onNote(note: string): void;
  onProblem(what: string, error: unknown): void;
  /** Told of each `scheduler:status`. */
  onStatus(event: StatusEvent): void;
  readonly observer: ServiceObserver;
}

export interface ReadyFacts {
  readonly service: Service;
  readonly serviceId: string;
  readonly context: SchedulerContext;
  readonly names: ReadonlyMap<string, string>;
  readonly place: string;
  /** Where its dashboard, probes and metrics are. */
  readonly url: string;
  /** Of the link that makes the first administrator; null: there is one. */
  readonly claimPath: string | null;
  /** The schedules of its repositories. */
  readonly list: () => Promise<ListedSchedule[]>;
}

/** A run that is told to stop gets so long to tidy up. */
const STOP_GRACE_MS = 10_000;
/** Connections besides those of claims and ends; one of them hears for the dashboard. */
const SPARE_CONNECTIONS = 8;

/** Runs until the signal of the context; a second one is the caller's. Throws UsageError, ListenError, ConfigError and DatabaseError before it is at work. */
export async function serve(request: ServeRequest): Promise<void> {
  const { context } = request;
  const { environment, version, signal } = context;
  const asked = await openClones(request.paths, context, new Date());
  const [first] = asked.values();
  if (first === undefined) return;
  const more = request.takesConfigured ? configuredPaths(first) : [];
  const clones = more.length === 0 ? asked : await openClones([...request.paths, ...more], context, new Date());
  const config = first.config.scheduler;
  const source = `service:${hostname()}`;
  const webhooks = hearWebhooks({
    variables: environment.variables,
    stateFolder: stateFolder(environment),
    onProblem: (what, error) => request.onProblem(what, error),
  });
  const telling = {
    onNote: (note: string) => request.onNote(note),
    onProblem: (what: string, error: unknown) => request.onProblem(what, error),
  };
  const redact = createRedactor(secretValues(environment.variables));
  const dashboard = await serveDashboard({
    context,
    place: request.place,
    beside: webhooks.pages,
    redact,
    onOrdered: (events) => tellEvents(events),
    onProblem: telling.onProblem,
  });
  await using observation = await openObservation({
    at: request.listenAt,
    maxConcurrent: config.maxConcurrent,
    source,
    version,
    telemetry: telemetryOf(environment.variables),
    signal,
    observer: request.observer,
    onStatus: (event) => {
      dashboard.onStatus(event);
      request.onStatus(event);
    },
    onProblem: telling.onProblem,
    pages: dashboard.pages,
  });
  await using place = await openServiceDatabase(context, {
    poolSize: SPARE_CONNECTIONS + 4,
    onProblem: (error) => request.onProblem('a connection to the database broke', error),
  });
  const { pool } = place.database;
  await using _asked = closing(pool, async () => {
    await dashboard.ended();
    observation.ended();
  });
  observation.opened(pool);
  dashboard.opened(place.database);
  await using queue = closing(await openQueue(pool, queueSettings(config, telling)), (open) => open.close());
  const scheduler: SchedulerContext = {
    pool,
    queue: queue.value,
    labelLimits: config.labels,
    retry: retryOf(config),
    source,
    local: createLocalWakes(),
  };
  let names: ReadonlyMap<string, string> = new Map();
  const tellEvents = (events: readonly EventRow[]): void => {
    observation.onEvents(events);
    dashboard.onEvents();
    request.onEvents(events, names);
  };
  const asking: ServedAsk = {
    ...{ pool, context, signal, onNote: telling.onNote },
    onForeign: (events) => {
      dashboard.onEvents();
      request.onEvents(events.filter(isRecent), names);
    },
    // A service that stops waits for no remote.
    onProblem: (what, error) => (signal.aborted ? undefined : telling.onProblem(what, error)),
  };
  const served = await serveClones(clones, asking, new Date());
  ({ names } = served);
  // After a restore all runs wait.
  await admitWaiting(scheduler);
  let running: Service | null = null;
  const row = serviceRow({ version, maxConcurrent: config.maxConcurrent });
  await using started = closing(
    await startService({
      context: scheduler,
      row,
      executor: processExecutor({
        command: [process.execPath, join(packageFolder(), 'bin', 'agent.js')],
        env: environment.variables,
        cloneOf: (id) => served.pathOf(id),
        source,
        retryLimit: config.retry.limit,
        graceMs: STOP_GRACE_MS,
        redact,
        onBegin: (runIds) => dashboard.logs.begin(runIds),
        onLog: (runIds, check, text) => dashboard.logs.append(runIds, check, text),
      }),
      watch: machineWatch(),
      leaseMs: config.leaseSeconds * 1000,
      without: () => served.others(),
      onEvents: tellEvents,
      observer: tellAll([observation.observer, dashboard.observer]),
      onProgress: (event, repositoryId) => {
        const agentId = running?.dispatcher.running.get(event.data.runId)?.agentId ?? null;
        dashboard.onProgress(event, { repositoryId, agentId });
        request.onProgress(event, names.get(repositoryId) ?? '');
      },
      ...telling,
      clock: { wall: () => Date.now(), monotonic: () => performance.now() },
    }),
    (service) => service.stop(),
  );
  const { value: service } = started;
  running = service;
  observation.started(service, names);
  const house = { database: place.database, config, backupFolder: backupFolderOf(environment), source, ...telling };
  await using _keeper = closing(keepHouse(house), (keeper) => keeper.stop());
  const looks = { served, skewMs: () => service.skewMs, onLooked: () => service.tick(), onProblem: telling.onProblem };
  await using refreshing = closing(refreshClones(looks), (one) => one.stop());
  context.beforeEnd?.(() => service.stop());
  await served.announce(row.id);
  const triggers = { context: scheduler, onEvents: tellEvents, onNote: telling.onNote };
  await webhooks.begin(observation.port, () => ({ ...triggers, repositories: served.triggered() }));
  dashboard.started(scheduler, served);
  const list = (): Promise<ListedSchedule[]> => listSchedules(place.database.prisma, [...names.keys()]);
  await request.onReady({
    service,
    serviceId: row.id,
    context: scheduler,
    names,
    place: place.place,
    url: observation.url,
    claimPath: await dashboard.claimPath(),
    list,
  });
  if (!signal.aborted) await once(signal, 'abort');
  request.onNote(stopNote(service, config.drainSeconds));
  await service.drain(config.drainSeconds * 1000);
  // What was decided last goes to the ledgers of the clones.
  await refreshing.value.look();
}

/** A ledger that is read for the first time tells of years. */
const RECENT_MS = 300_000;

function isRecent({ time }: EventRow): boolean {
  return Date.now() - new Date(time).getTime() < RECENT_MS;
}

type Telling = Pick<ServeRequest, 'onProblem'>;

function queueSettings({ order, perRepository }: ResolvedConfig['scheduler'], telling: Telling): QueueSettings {
  return { order, perRepository, onProblem: (error) => telling.onProblem('the queue could not look after itself', error) };
}

function serviceRow(about: Pick<ServiceRow, 'version' | 'maxConcurrent'>): ServiceRow {
  const { pid, startedAt, bootId } = processIdentity();
  return { id: randomUUID(), host: hostname(), pid, processStartedAt: startedAt, bootId, ...about };
}

function retryOf({ retry }: ResolvedConfig['scheduler']): SchedulerContext['retry'] {
  return { limit: retry.limit, maxMs: retry.maxSeconds * 1000, random: () => Math.random() };
}

function stopNote({ dispatcher }: Service, drainSeconds: number): string {
  const { size } = dispatcher.running;
  if (size === 0) return 'stopping';
  return `stopping: ${size} under way may end within ${drainSeconds} s, then they go back to the queue; a second Ctrl-C ends at once`;
}
