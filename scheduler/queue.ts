/**
 * The durable queue: pg-boss on the service's database. It carries jobs, in order and not before their time; what a run is and who
 * holds it stands in the `run` table, and every call here is part of a transaction that writes there (docs/adr/0037-queue.md).
 */
import { PgBoss, type Db } from 'pg-boss';
import type { Priority } from '../ledger/outcome.ts';
import { asDatabaseError } from '../prisma/connection-error.ts';
import type { AdmittedRun } from '../prisma/runs/run-row.ts';
import type { ConnectionPool, Sql } from '../prisma/sql.ts';
import { jobPriorityOf, type QueueOrder } from './rank.ts';

export interface RunQueue {
  readonly order: QueueOrder;
  /** Whether a fetch that brings fewer jobs than it was asked for has brought all that there are. */
  readonly bringsAll: boolean;
  /** A job for each run. Resolves when they are sent. */
  send(sql: Sql, runs: readonly AdmittedRun[]): Promise<void>;
  /**
   * The text of a statement that makes jobs. `jobs`: an expression for a JSON array of them, each with `id`, `data`, `priority`,
   * `startAfter` and `groupId`.
   */
  sending(jobs: string): string;
  /** Takes the first jobs whose time has come, in one statement with what becomes of them. Returns the rows of that. */
  fetch<Row extends object>(sql: Sql, ask: FetchAsk): Promise<Row[]>;
  /** The runs of these jobs have left the queue. Throws QueueError when one of the jobs is not there. */
  complete(sql: Sql, jobIds: readonly string[]): Promise<void>;
  /** Jobs that never started are not wanted any more. */
  withdraw(sql: Sql, jobIds: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** A statement, and the values of its parameters. */
export interface SqlText {
  readonly text: string;
  readonly values: readonly unknown[];
}

export interface FetchAsk {
  readonly most: number;
  /** Repositories that have no room. */
  readonly without: readonly string[];
  /** The whole statement, around one that takes jobs and returns their `id` and `data`, with `runId` in it. */
  readonly around: (taking: SqlText) => SqlText;
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

/** Opens the queue, and makes or migrates its tables unless it is a guest. Throws a DatabaseError when the database is gone. */
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
  await boss.start().catch((error: unknown) => {
    throw asDatabaseError(error, pool.options.connectionString ?? '');
  });
  if (!isGuest)
    await boss.createQueue(QUEUE, {
      retryLimit: 0,
      expireInSeconds: EXPIRE_SECONDS,
      deleteAfterSeconds: KEEP_DONE_SECONDS,
      partition: true,
    });
  // It reads how the queue is set up at first use, by a connection of the pool, which a transaction must not wait for.
  await boss.insert(QUEUE, []);
  const insertion = await insertionOf(boss);
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
    sending: (jobs) => insertion.replace(JOBS_PARAMETER, () => jobs),
    fetch: <Row extends object>(sql: Sql, { most, without, around }: FetchAsk) =>
      boss.fetch(QUEUE, {
        db: {
          executeSql(text, values = []) {
            const whole = around({ text, values });
            return sql.execute(whole.text, whole.values);
          },
        },
        batchSize: most,
        ...(without.length === 0 ? {} : { ignoreGroups: [...without] }),
        ...(perRepository === null ? {} : { groupConcurrency: perRepository }),
      }) as Promise<unknown> as Promise<Row[]>,
    async complete(sql, jobIds) {
      if (jobIds.length === 0) return;
      // What a job was stands in its run: nothing of it is kept. What this answers is not in its types.
      const { affected } = (await boss.deleteJob(QUEUE, [...jobIds], { db: on(sql) })) as { affected?: number };
      if (affected !== jobIds.length) throw new QueueError(`${jobIds.length} jobs were to leave the queue, and ${affected} were in it`);
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
  return taking((text, values) => sql.postText(text, values));
}

/** Hands the engine's statement on; the engine gets no answer. */
function taking(use: (text: string, values: readonly unknown[]) => void): Db {
  return {
    executeSql: (text, values = []) => {
      use(text, values);
      return Promise.resolve({ rows: [] });
    },
  };
}

/** Where the engine's statement expects its jobs. */
const JOBS_PARAMETER = '$1::json';

/** The engine's own statement for new jobs, whose only parameter are the jobs. */
async function insertionOf(boss: PgBoss): Promise<string> {
  let insertion = '';
  const db = taking((text) => {
    insertion = text;
  });
  await boss.insert(QUEUE, [{ data: {} }], { db });
  if (insertion.split(JOBS_PARAMETER).length !== 2 || /\$[2-9]/.test(insertion))
    throw new QueueError('the statement that the queue engine inserts jobs with is not of the shape that this version goes by');
  return insertion;
}
