/**
 * The durable queue: pg-boss on the service's database. It carries jobs, in order and not before their time; what a run is and who
 * holds it stands in the `run` table, and every call here is part of a transaction that writes there (docs/adr/0037-queue.md).
 */
import { PgBoss, type Db } from 'pg-boss';
import type { Priority } from '../ledger/outcome.ts';
import type { AdmittedRun } from '../prisma/runs/run-row.ts';
import type { ConnectionPool, Sql } from '../prisma/sql.ts';
import { jobPriorityOf, type QueueOrder } from './rank.ts';

/** What carries a run. */
export interface QueueJob {
  readonly id: string;
  readonly runId: string;
}

export interface RunQueue {
  readonly order: QueueOrder;
  /** Whether a fetch that brings fewer jobs than it was asked for has brought all that there are. */
  readonly bringsAll: boolean;
  /** A job for each run. Resolves when they are sent. */
  send(sql: Sql, runs: readonly AdmittedRun[]): Promise<void>;
  /** Takes the first jobs whose time has come; `without`: repositories that have no room. */
  fetch(sql: Sql, ask: { readonly most: number; readonly without: readonly string[] }): Promise<QueueJob[]>;
  /** The runs of these jobs have left the queue. Throws QueueError when one of the jobs was not under way. */
  complete(sql: Sql, jobIds: readonly string[]): Promise<void>;
  /** Jobs that never started are not wanted any more. */
  withdraw(sql: Sql, jobIds: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** The queue and the runs disagree: a fault of ours, and the transaction is to be rolled back. */
export class QueueError extends Error {
  override readonly name = 'QueueError';
}

export interface QueueSettings {
  readonly order: QueueOrder;
  /** Runs of one repository at once; null: no limit. */
  readonly perRepository: number | null;
  /** Whether a service is at work that looks after the tables: whoever only hands runs over leaves them alone. */
  readonly isGuest?: boolean;
  /** Told what the engine could not do in the background. */
  onProblem(error: Error): void;
}

/** The schema of the engine's own tables. */
const SCHEMA = 'upkeep_queue';
const QUEUE = 'runs';
/** Longer than any run may take: our own lease ends what is lost, long before. */
const EXPIRE_SECONDS = 86_399;
/** What a job was stands in the run. */
const KEEP_DONE_SECONDS = 600;

/** Opens the queue, and makes or migrates its tables unless it is a guest. */
export async function openQueue(pool: ConnectionPool, settings: QueueSettings): Promise<RunQueue> {
  const { perRepository, order, isGuest = false } = settings;
  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values) },
    schema: SCHEMA,
    schedule: false,
    supervise: !isGuest,
    migrate: !isGuest,
  });
  boss.on('error', (error) => settings.onProblem(error));
  await boss.start();
  if (!isGuest)
    await boss.createQueue(QUEUE, {
      retryLimit: 0,
      expireInSeconds: EXPIRE_SECONDS,
      deleteAfterSeconds: KEEP_DONE_SECONDS,
      partition: true,
    });
  // It reads how the queue is set up at first use, by a connection of the pool, which a transaction must not wait for.
  await boss.insert(QUEUE, []);
  return {
    order,
    // With limits it looks at the first jobs only, and leaves out those whose repository has no room.
    bringsAll: perRepository === null,
    async send(sql, runs) {
      if (runs.length === 0) return;
      const jobs = runs.map(({ id, jobId, priority, eligibleAt, repositoryId }) => ({
        id: jobId,
        data: { runId: id },
        priority: jobPriorityOf(eligibleAt, priority as Priority, order),
        startAfter: eligibleAt,
        group: { id: repositoryId },
      }));
      await boss.insert(QUEUE, jobs, { db: posting(sql) });
    },
    async fetch(sql, { most, without }) {
      const jobs = await boss.fetch<{ readonly runId: string }>(QUEUE, {
        db: on(sql),
        batchSize: most,
        ...(without.length === 0 ? {} : { ignoreGroups: [...without] }),
        ...(perRepository === null ? {} : { groupConcurrency: perRepository }),
      });
      return jobs.map(({ id, data }) => ({ id, runId: data.runId }));
    },
    async complete(sql, jobIds) {
      if (jobIds.length === 0) return;
      // What it answers is not in its types.
      const { affected } = (await boss.complete(QUEUE, [...jobIds], undefined, { db: on(sql) })) as { affected?: number };
      if (affected !== jobIds.length) throw new QueueError(`${jobIds.length} jobs were to be completed, and ${affected} were under way`);
    },
    async withdraw(sql, jobIds) {
      if (jobIds.length > 0) await boss.deleteJob(QUEUE, [...jobIds], { db: on(sql) });
    },
    close: () => boss.stop({ graceful: false, close: false }),
  };
}

function on(sql: Sql): Db {
  return { executeSql: (text, values) => sql.execute(text, values) };
}

/** For what has no answer that anybody waits for. */
function posting(sql: Sql): Db {
  return {
    executeSql: (text, values) => {
      sql.postText(text, values);
      return Promise.resolve({ rows: [] });
    },
  };
}
