/** Many runs at once through one service, held for longer than a lease: whether each is begun, kept and ended once. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { transaction } from '../../../prisma/sql.ts';
import type { CarriedEnd, Executor } from '../../../scheduler/executor.ts';
import { enqueueRuns, type RunRequest } from '../../../scheduler/runs/enqueue-runs.ts';
import { LEASE_MS, passed, startBenchService, type BenchScheduler } from '../queue/bench-service.ts';

export interface CrowdFigures {
  /** Until the last of them had begun, and noted its process. */
  readonly beginMs: number;
  /** From the word to end until the last was written down. */
  readonly endMs: number;
  readonly mostAtOnce: number;
  readonly lost: number;
  /** Attempts that the database knows. */
  readonly attempts: number;
  readonly passed: number;
}

/** Carries out one run of each of `count` repositories at once, for two leases. */
export async function crowd({ database, context }: BenchScheduler, count: number): Promise<CrowdFigures> {
  const { pool } = database;
  const { rows } = await pool.query<Pick<RunRequest, 'agentId' | 'repositoryId' | 'agent'>>(
    `SELECT id AS "agentId", repository_id AS "repositoryId", name AS agent FROM upkeep.agent WHERE name = 'qa' ORDER BY id LIMIT $1`,
    [count],
  );
  const nothing = { base: null, slotAt: null, requestedBy: null, isForced: false, labels: [] };
  const requests = rows.map((agent): RunRequest => ({
    ...{ ...agent, ...nothing, branch: 'main', trigger: 'push', priority: 'NORMAL' },
    correlationId: randomUUID(),
  }));
  await transaction(pool, (sql) => enqueueRuns(sql, requests, { context, now: new Date() }));

  const state = { begun: 0, settled: 0, lost: 0, atOnce: 0, mostAtOnce: 0 };
  const allBegun = Promise.withResolvers<void>();
  const mayEnd = Promise.withResolvers<void>();
  const allEnded = Promise.withResolvers<void>();
  const executor: Executor = (runs, port) => {
    const carried = runs.map(async (run): Promise<CarriedEnd> => {
      state.mostAtOnce = Math.max(state.mostAtOnce, ++state.atOnce);
      if (!(await port.identify({ pid: process.pid, processStartedAt: null }))) return { kind: 'returned' };
      if (++state.begun === count) allBegun.resolve();
      await mayEnd.promise;
      state.atOnce--;
      return (await port.mayDeliver()).has(run.id) ? passed(run) : { kind: 'returned' };
    });
    return {
      ends: new Map(runs.map((run, index) => [run.id, carried[index] ?? Promise.reject(new Error('nothing carries it'))])),
      ...{ stop: () => undefined, kill: () => Promise.resolve() },
    };
  };
  const start = performance.now();
  const service = await startBenchService(context, {
    executor,
    maxConcurrent: count,
    observer: {
      lost: () => state.lost++,
      finished: (_, report) => {
        state.lost += report.lost.length;
        state.settled += report.settled.length;
        if (state.settled === count) allEnded.resolve();
      },
    },
  });
  await allBegun.promise;
  const beginMs = performance.now() - start;
  await delay(2 * LEASE_MS);
  const told = performance.now();
  mayEnd.resolve();
  await allEnded.promise;
  const endMs = performance.now() - told;
  await service.drain(LEASE_MS);
  const counted = await pool.query<{ attempts: number; passed: number }>(
    `SELECT coalesce(sum(attempt), 0)::int AS attempts, count(*) FILTER (WHERE outcome = 'passed')::int AS passed
     FROM upkeep.run WHERE trigger = 'push'`,
  );
  const { attempts, passed: ended } = counted.rows[0] ?? { attempts: -1, passed: -1 };
  return { beginMs, endMs, mostAtOnce: state.mostAtOnce, lost: state.lost, attempts, passed: ended };
}
