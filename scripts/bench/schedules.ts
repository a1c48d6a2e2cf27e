/** A service with 100,000 schedules against one with 100: start, memory and looks at the clock; and 500 runs in flight at once. */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from './install-packed.ts';
import { judge, median, mustRun } from './measure.ts';
import { openScheduler } from './queue/bench-service.ts';
import { measureFsync, startPostgres } from './queue/servers.ts';
import { fillAgents } from './schedules/agents.ts';
import { crowd } from './schedules/crowd.ts';
import type { ServiceFigures } from './schedules/one-service.ts';

const ROUNDS = 3;
const FEW = 100;
const MANY = 100_000;
const AT_ONCE = 500;
const ONE_SERVICE = join(projectRoot, 'scripts', 'bench', 'schedules', 'one-service.ts');

const folder = mkdtempSync(join(tmpdir(), 'upkeep-schedules-'));
try {
  await using postgres = await startPostgres(folder);
  const places = [
    { count: FEW, url: await postgres.database('bench_few'), figures: [] as ServiceFigures[] },
    { count: MANY, url: await postgres.database('bench_many'), figures: [] as ServiceFigures[] },
  ] as const;
  for (let round = 0; round < ROUNDS; round++) {
    for (const { count, url, figures } of places) {
      const scheduler = await openScheduler(url);
      await fillAgents(scheduler.database.pool, count);
      await scheduler.close();
      figures.push(JSON.parse(mustRun([process.execPath, ONE_SERVICE, url], { cwd: projectRoot })) as ServiceFigures);
    }
    console.log(`round ${round + 1} of ${ROUNDS}`);
  }
  const many = await openScheduler(places[1].url);
  const flight = await crowd(many, AT_ONCE);
  await many.close();

  const load = loadavg().map((one) => one.toFixed(1));
  const fsync = measureFsync(postgres.dataFolder).toFixed(2);
  console.log(`PostgreSQL ${postgres.version}, fsync on: ${fsync} ms to write 8 kB through; load ${load.join(' ')}`);
  const [few, lots] = places.map(({ count, figures }) => {
    const of = (value: (one: ServiceFigures) => readonly number[]): number => median(figures.flatMap(value));
    const all = {
      start: of((one) => [one.startMs]),
      memory: of((one) => [one.memoryMb]),
      idle: of((one) => one.idleMs),
      due: of((one) => one.dueMs),
      after: of((one) => [one.memoryAfterMb]),
    };
    const { start, memory, idle, due, after } = all;
    console.log(
      `${count.toLocaleString('en').padStart(8)} agents: start ${start.toFixed(0)} ms, a look with none due ${idle.toFixed(1)} ms, ` +
        `with ten due ${due.toFixed(1)} ms, memory ${memory.toFixed(0)} MB after the start and ${after.toFixed(0)} MB after the looks`,
    );
    return all;
  });
  console.log(
    `${AT_ONCE} runs: ${flight.mostAtOnce} at once, begun within ${flight.beginMs.toFixed(0)} ms, ended within ${flight.endMs.toFixed(0)} ms, ` +
      `${flight.passed} passed by ${flight.attempts} attempts`,
  );
  if (few === undefined || lots === undefined) throw new Error('nothing was measured');
  judge([
    { what: `start with ${MANY} agents, seconds more than with ${FEW}`, value: (lots.start - few.start) / 1000, atMost: 2 },
    { what: 'look with ten due, many agents / few', value: lots.due / few.due, atMost: 2 },
    { what: 'look with none due, many agents / few', value: lots.idle / few.idle, atMost: 2 },
    { what: 'memory after the looks, many agents / few', value: lots.after / few.after, atMost: 1.2 },
    { what: 'runs of the crowd that were not at once', value: AT_ONCE - flight.mostAtOnce, atMost: 0 },
    { what: 'leases lost', value: flight.lost, atMost: 0 },
    { what: 'runs of the crowd that did not pass', value: AT_ONCE - flight.passed, atMost: 0 },
    { what: 'attempts too many', value: flight.attempts - AT_ONCE, atMost: 0 },
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
