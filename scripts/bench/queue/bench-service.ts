/** A service on a database of the benchmark's: everything that `agent serve` has but clones, with an executor in this process. */
import { randomUUID } from 'node:crypto';
import { openDatabase, type Database } from '../../../prisma/client.ts';
import { migrate } from '../../../prisma/migrate.ts';
import type { ClaimedRun } from '../../../prisma/runs/run-row.ts';
import type { CarriedEnd, Executor } from '../../../scheduler/executor.ts';
import { createLocalWakes } from '../../../scheduler/local-wakes.ts';
import { openQueue } from '../../../scheduler/queue.ts';
import { runEvent } from '../../../scheduler/runs/run-events.ts';
import type { SchedulerContext } from '../../../scheduler/scheduler-context.ts';
import type { ServiceObserver } from '../../../scheduler/service-observer.ts';
import { startService, type Service } from '../../../scheduler/service.ts';

/** As by default. */
export const LEASE_MS = 15_000;

export interface BenchScheduler {
  readonly database: Database;
  readonly context: SchedulerContext;
  close(): Promise<void>;
}

/** Opens a database and its queue; what goes wrong in the background ends the benchmark. */
export async function openScheduler(url: string): Promise<BenchScheduler> {
  await migrate(url);
  const database = await openDatabase(url);
  const { pool } = database;
  const queue = await openQueue(pool, { order: 'aged', perRepository: null, onProblem: (error) => fail('the queue has a problem', error) });
  return {
    database,
    context: {
      ...{ pool, queue, labelLimits: {}, source: 'service:bench', local: createLocalWakes() },
      retry: { limit: 3, maxMs: 300_000, random: Math.random },
    },
    async close() {
      await queue.close();
      await database.close();
    },
  };
}

/** Starts a service; a problem of it ends the benchmark. */
export async function startBenchService(
  context: SchedulerContext,
  how: { readonly executor: Executor; readonly maxConcurrent: number; readonly observer?: ServiceObserver },
): Promise<Service> {
  return startService({
    context,
    row: {
      ...{ id: randomUUID(), host: 'bench', version: '0', maxConcurrent: how.maxConcurrent },
      ...{ pid: process.pid, processStartedAt: null, bootId: null },
    },
    executor: how.executor,
    watch: { host: 'bench', bootId: null, isAlive: () => true, endGroup: () => Promise.resolve() },
    leaseMs: LEASE_MS,
    without: () => [],
    onEvents: () => undefined,
    onProgress: () => undefined,
    onProblem: fail,
    onNote: (note) => console.log(note),
    ...(how.observer === undefined ? {} : { observer: how.observer }),
    clock: { wall: () => Date.now(), monotonic: () => performance.now() },
  });
}

function fail(what: string, error: unknown): never {
  throw new Error(what, { cause: error });
}

/** Each run passes as soon as it begins, and tells so, as an agent's process does. */
export function atOnce(onStart: (run: ClaimedRun) => void): Executor {
  return (runs) => ({
    ends: new Map(
      runs.map((run) => {
        onStart(run);
        return [run.id, Promise.resolve(passed(run))];
      }),
    ),
    stop: () => undefined,
    kill: () => Promise.resolve(),
  });
}

/** The end of a run that found nothing. */
export function passed(run: ClaimedRun): CarriedEnd {
  const base = 'a'.repeat(40);
  const counts = { errors: 0, warnings: 0, fixed: 0 };
  const data = {
    ...{
      status: 'ACTIVE',
      outcome: 'passed' as const,
      reason: null,
      trigger: 'push' as const,
      base,
      key: 'b'.repeat(64),
      producedKey: null,
    },
    ...{ durationMs: 1, commit: null, delivered: false, ...counts, findings: [], coverage: null, counts: true },
  };
  const event = runEvent('agent:completed', run, { data, source: 'service:bench', at: new Date() });
  const result = {
    ...counts,
    reason: null,
    message: null,
    retryAfterMs: null,
    commit: null,
    checkedBase: base,
    checks: [],
    events: [event],
  };
  return { kind: 'ended', result: { ...result, outcome: 'passed' } };
}
