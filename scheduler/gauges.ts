/** What the gauges of a service show, read when somebody asks. */
import { queueDepths, type QueueDepth } from '../prisma/runs/queue-depths.ts';
import { schedulerCounts, type SchedulerCounts } from '../prisma/runs/scheduler-counts.ts';
import { connection, type ConnectionPool } from '../prisma/sql.ts';
import { askOnce } from './ask-once.ts';
import { boundedLabels, combinations, METRICS, type GaugeName, type GaugeReading, type Labels } from './metric-list.ts';

export interface GaugeSettings {
  readonly pool: ConnectionPool;
  /** Null until the service has started. */
  readonly service: () => ServiceFacts | null;
  readonly maxConcurrent: number;
  /** Monotonic; null: not yet. */
  readonly lastTickAt: () => number | null;
  readonly clock: { readonly wall: () => number; readonly monotonic: () => number };
  readonly onProblem: (what: string, error: unknown) => void;
}

export interface ServiceFacts {
  readonly skewMs: number;
  readonly nextDueAt: Date | null;
  readonly dispatcher: { readonly running: { readonly size: number } };
}

const FRESH_MS = 1_000;
const LIMIT_MS = 2_000;

interface Read {
  readonly depths: readonly QueueDepth[];
  readonly counts: SchedulerCounts;
}

/** Reads all gauges; from the database at most once a second. When that does not answer, its gauges are left out. */
export function createGauges(settings: GaugeSettings): () => Promise<GaugeReading[]> {
  const { pool, clock } = settings;
  const read = askOnce<Read>({
    ask: () =>
      connection(pool, async (sql) => {
        const [depths, counts] = await Promise.all([queueDepths(sql), schedulerCounts(sql)]);
        return { depths, counts };
      }),
    freshMs: FRESH_MS,
    limitMs: LIMIT_MS,
    monotonic: clock.monotonic,
    onProblem: (error) => settings.onProblem('the depth of the queue could not be read', error),
  });
  return async () => {
    const found = await read();
    return [
      ...ownReadings(settings),
      reading('upkeep_database_up', found === null ? 0 : 1),
      ...(found === null ? [] : sharedReadings(found)),
    ];
  };
}

function ownReadings({ pool, service, maxConcurrent, lastTickAt, clock }: GaugeSettings): GaugeReading[] {
  const facts = service();
  const last = lastTickAt();
  const { totalCount, idleCount, waitingCount, options } = pool;
  return [
    reading('upkeep_service_running', facts?.dispatcher.running.size ?? 0),
    reading('upkeep_service_capacity', maxConcurrent),
    ...(last === null ? [] : [reading('upkeep_last_tick_timestamp_seconds', (clock.wall() - (clock.monotonic() - last)) / 1000)]),
    ...(facts === null ? [] : [reading('upkeep_clock_skew_seconds', facts.skewMs / 1000)]),
    reading('upkeep_database_connections', totalCount - idleCount, { state: 'used' }),
    reading('upkeep_database_connections', idleCount, { state: 'idle' }),
    reading('upkeep_database_connections', waitingCount, { state: 'waiting' }),
    reading('upkeep_database_connections_limit', options.max),
  ];
}

function sharedReadings({ depths, counts }: Read): GaugeReading[] {
  const runs = combinations(METRICS.upkeep_runs).map((labels) => {
    const depth = depths.find(({ state, priority }) => state === labels['state'] && priority === labels['priority']);
    return reading('upkeep_runs', depth?.runs ?? 0, labels);
  });
  const oldest = Math.max(0, ...depths.flatMap(({ state, oldestMs }) => (state === 'queued' ? [oldestMs] : [])));
  const { nextDueAt } = counts;
  return [
    ...runs,
    reading('upkeep_oldest_queued_seconds', oldest / 1000),
    ...(['paused', 'tripped', 'errored'] as const).map((state) => reading('upkeep_agents', counts[state], { state })),
    ...(nextDueAt === null ? [] : [reading('upkeep_next_due_timestamp_seconds', nextDueAt.getTime() / 1000)]),
  ];
}

function reading(name: GaugeName, value: number, labels: Labels = {}): GaugeReading {
  return { name, value, labels: boundedLabels(name, labels) };
}
