/**
 * A service on the database that the first argument names, in a process of its own, whose figures are one line of JSON: its start with
 * nothing due, its memory, and looks with nothing and with ten schedules due.
 */
import { connection } from '../../../prisma/sql.ts';
import { atOnce, openScheduler, startBenchService } from '../queue/bench-service.ts';
import { makeDue } from './agents.ts';

/** Schedules that are due at one look. */
const DUE = 10;
const LOOKS = 9;

export interface ServiceFigures {
  readonly startMs: number;
  /** After the start. */
  readonly memoryMb: number;
  readonly idleMs: readonly number[];
  readonly dueMs: readonly number[];
  /** After the looks. */
  readonly memoryAfterMb: number;
}

async function measure(url: string): Promise<ServiceFigures> {
  const begun = performance.now();
  const scheduler = await openScheduler(url);
  const { database, context } = scheduler;
  const settled = { count: 0, wanted: 0, done: () => undefined as void };
  const service = await startBenchService(context, {
    executor: atOnce(() => undefined),
    maxConcurrent: 2 * DUE,
    observer: {
      finished: (_, report) => {
        settled.count += report.settled.length;
        if (settled.count >= settled.wanted) settled.done();
      },
    },
  });
  const startMs = performance.now() - begun;
  const memoryMb = memory();
  const idleMs: number[] = [];
  const dueMs: number[] = [];
  for (let look = 0; look < LOOKS; look++) {
    idleMs.push(await timed(() => service.tick()));
    const due = await makeDue(database.pool, DUE);
    if (due.length !== DUE) throw new Error(`${DUE} agents were to be due and ${due.length} are`);
    const all = Promise.withResolvers<void>();
    Object.assign(settled, { wanted: settled.count + DUE, done: all.resolve });
    dueMs.push(await timed(() => service.tick()));
    await all.promise;
  }
  const left = await connection(database.pool, (sql) =>
    sql.execute('SELECT 1 FROM upkeep.schedule WHERE next_run_at <= clock_timestamp() LIMIT 1'),
  );
  if (left.rows.length > 0 || settled.count !== LOOKS * DUE) throw new Error('a slot was left, or came twice');
  const memoryAfterMb = memory();
  await service.drain(0);
  await scheduler.close();
  return { startMs, memoryMb, idleMs, dueMs, memoryAfterMb };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function memory(): number {
  return process.memoryUsage.rss() / 2 ** 20;
}

const [url] = process.argv.slice(2);
if (url === undefined) throw new Error('expected the address of a database as the first argument');
console.log(JSON.stringify(await measure(url)));
