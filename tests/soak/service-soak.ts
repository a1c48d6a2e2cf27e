/**
 * One service for half an hour with fast schedules, short real processes, and pauses, cancels and crashes by chance: memory stays flat,
 * and no process, file, socket, timer or listener is left. `--minutes N --seed N`; started with --expose-gc.
 */
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { isGroupAlive } from '../../agents/tools/process-group.ts';
import { processExecutor } from '../../cli/serve/process-executor.ts';
import { machineWatch } from '../../cli/serve/process-watch.ts';
import { processIdentity } from '../../git/process-identity.ts';
import { openDatabase } from '../../prisma/client.ts';
import { openQueue } from '../../scheduler/queue.ts';
import { cancelRuns } from '../../scheduler/runs/cancel-runs.ts';
import type { SchedulerContext } from '../../scheduler/scheduler-context.ts';
import { startService, type Service } from '../../scheduler/service.ts';
import { groupLeaders } from './crash-loop/chaos.ts';
import type { ChildSettings } from './crash-loop/child.ts';
import { numberOf, randomFrom, seedOf, weighted } from './crash-loop/random.ts';
import { makeWorld, type World } from './crash-loop/world.ts';

const args = process.argv.slice(2);
const SEED = seedOf(args);
const MINUTES = numberOf(args, '--minutes', 30);
const REPOSITORIES = 6;
/** Of the whole time, before the first measurement. */
const WARM_UP = 0.25;
const MOST_HEAP_GROWTH = 0.1;
/** What the allocator gives back, and when, swings by a third while the heap and all that is outside of it stay as they are. */
const MOST_OWN_GROWTH = 0.5;
const SAMPLES = 5;

const random = randomFrom(SEED);
const folder = mkdtempSync(join(tmpdir(), 'upkeep-soak-'));
const counts: Record<string, number> = {};
const tally = (what: string): number => (counts[what] = (counts[what] ?? 0) + 1);

console.log(`SEED=${SEED} for ${MINUTES} minutes; again with: npm run soak:service -- --seed ${SEED} --minutes ${MINUTES}`);
if (globalThis.gc === undefined) throw new Error('it wants node --expose-gc: npm run soak:service');

interface Sample {
  /** The process's own memory, in or out of the swap: without pages of files, which the kernel takes and gives back as it likes. */
  readonly own: number;
  readonly heap: number;
  /** Of buffers and of what libraries hold outside of the heap. */
  readonly external: number;
  readonly files: number;
  readonly resources: Readonly<Record<string, number>>;
}

function ownMemory(): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  const kilobytes = (name: string): number => {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    if (found === undefined) throw new Error(`/proc/self/status has no ${name}`);
    return Number(found);
  };
  return (kilobytes('RssAnon') + kilobytes('VmSwap')) * 1024;
}

/** The smallest of a few looks: what is under way just now is no leak. */
async function sample(): Promise<Sample> {
  const looks: Sample[] = [];
  for (let look = 0; look < SAMPLES; look += 1) {
    await delay(500);
    globalThis.gc?.();
    const { heapUsed: heap, external } = process.memoryUsage();
    const resources: Record<string, number> = {};
    for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
    looks.push({ own: ownMemory(), heap, external, files: readdirSync('/proc/self/fd').length, resources });
  }
  const names = new Set(looks.flatMap(({ resources }) => Object.keys(resources)));
  const least = (of: (look: Sample) => number): number => Math.min(...looks.map(of));
  return {
    own: least(({ own }) => own),
    heap: least(({ heap }) => heap),
    external: least(({ external }) => external),
    files: least(({ files }) => files),
    resources: Object.fromEntries([...names].map((name) => [name, least(({ resources }) => resources[name] ?? 0)])),
  };
}

async function soak(world: World): Promise<string[]> {
  const database = await openDatabase(world.server.connectionString, { name: 'upkeep serve', poolSize: 10, isService: true });
  const { pool } = database;
  const queue = await openQueue(pool, { order: 'aged', perRepository: null, onProblem: () => tally('problems of the queue') });
  const source = 'service:soak';
  const context: SchedulerContext = { pool, queue, labelLimits: {}, retry: { limit: 3, maxMs: 2_000, random }, source };
  const child: ChildSettings = { folder, host: 'near', work: { least: 20, most: 300 } };
  const { pid, startedAt, bootId } = processIdentity();
  const service = await startService({
    context,
    row: { id: randomUUID(), host: 'near', pid, processStartedAt: startedAt, bootId, version: '0', maxConcurrent: 4 },
    executor: processExecutor({
      command: [process.execPath, join(import.meta.dirname, 'crash-loop', 'child.ts'), JSON.stringify(child)],
      env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled'), NODE_OPTIONS: '' },
      cloneOf: (id) => world.clones[id] ?? null,
      ...{ source, retryLimit: 3, graceMs: 500, redact: (text: string) => text },
    }),
    watch: { ...machineWatch(), host: 'near' },
    leaseMs: 15_000,
    without: () => [],
    onEvents: (events) => events.forEach(({ type }) => tally(type)),
    onProgress: () => undefined,
    onProblem: (what, error) => console.log(`${what}: ${String(error)} (${tally('problems')})`),
    onNote: () => tally('notes'),
    clock: { wall: () => Date.now(), monotonic: () => performance.now() },
  });
  // Each second one of ten, each of them every ten seconds.
  await world.rows(
    `INSERT INTO upkeep.schedule (agent_id, cron, time_zone, overlap, next_slot_at, next_run_at)
     SELECT id, (row_number() OVER () % 10) || '-59/10 * * * * *', 'UTC', 'skip', date_trunc('second', now()), date_trunc('second', now())
     FROM upkeep.agent`,
  );
  const end = performance.now() + MINUTES * 60_000;
  await trouble(performance.now() + MINUTES * 60_000 * WARM_UP, { world, service, context });
  const before = await sample();
  console.log(`after the warm-up: ${JSON.stringify(before)}`);
  await trouble(end, { world, service, context });
  const after = await sample();
  console.log(`in the end: ${JSON.stringify(after)}\n${JSON.stringify(counts)}`);
  // The database is needed until the end.
  const children = groupLeaders(process.pid).filter((one) => one !== world.serverPid());
  await service.drain(5_000);
  await queue.close();
  await database.close();
  return [...growth(before, after), ...children.filter((one) => isGroupAlive(one)).map((one) => `process ${one} of a run is left`)];
}

function growth(before: Sample, after: Sample): string[] {
  const wrong: string[] = [];
  const more = (name: string, most: number, of: (look: Sample) => number): void => {
    const by = of(after) / of(before) - 1;
    console.log(`${name}: ${(by * 100).toFixed(1)} % more`);
    if (by > most) wrong.push(`${name} grew by ${(by * 100).toFixed(1)} %, more than ${most * 100} %`);
  };
  more('heap', MOST_HEAP_GROWTH, ({ heap }) => heap);
  more('memory outside of the heap', MOST_HEAP_GROWTH, ({ external }) => external);
  more('own memory', MOST_OWN_GROWTH, ({ own }) => own);
  // Connections of the pool come and go with the load; a run has a process and three pipes.
  const room = 12;
  if (after.files > before.files + room) wrong.push(`${before.files} files were open, and ${after.files} are`);
  for (const [name, count] of Object.entries(after.resources)) {
    const was = before.resources[name] ?? 0;
    if (count > was + room) wrong.push(`${name}: there were ${was}, and ${count} are`);
  }
  return wrong;
}

const ACTS = { nothing: 30, 'kill of a run': 15, 'cancel of an agent': 15, pause: 10, 'look at once': 20, 'back to work': 10 } as const;

async function trouble(
  end: number,
  { world, service, context }: { readonly world: World; readonly service: Service; readonly context: SchedulerContext },
): Promise<void> {
  while (performance.now() < end) {
    await delay(200 + random() * 1_500);
    const agent = world.agents[Math.floor(random() * world.agents.length)];
    const act = weighted(ACTS, random);
    tally(act);
    if (act === 'look at once') await service.tick();
    if (act === 'cancel of an agent')
      await cancelRuns(context, { runId: null, agentId: agent?.agentId ?? null, repositoryId: null }, 'ann');
    if (act === 'kill of a run') {
      const victim = groupLeaders(process.pid)[0];
      if (victim !== undefined && victim !== world.serverPid()) process.kill(-victim, 'SIGKILL');
    }
    if (act === 'pause')
      await world.rows('UPDATE upkeep.schedule SET next_slot_at = NULL, next_run_at = NULL WHERE agent_id = $1', [agent?.agentId]);
    // Whoever was paused, or is in ERROR, comes back.
    if (act === 'back to work') {
      await world.rows('UPDATE upkeep.agent SET in_error_at = NULL, in_error_reason = NULL');
      await world.rows(
        `UPDATE upkeep.schedule SET next_slot_at = date_trunc('second', now()), next_run_at = now() WHERE next_slot_at IS NULL`,
      );
    }
  }
}

async function main(): Promise<string[]> {
  await using world = await makeWorld(folder, REPOSITORIES);
  return await soak(world);
}

const wrong = await main().catch((error: unknown) => [String(error instanceof Error ? error.stack : error)]);
// Nothing of ours is to keep the process from ending by itself.
const left = process.getActiveResourcesInfo().filter((name) => !/^(TTYWrap|PipeWrap|Immediate|FSReq.*)$/.test(name));
if (left.length > 0) {
  await Promise.race([once(process, 'beforeExit'), delay(2_000, undefined, { ref: false })]);
  wrong.push(`what keeps the process from ending: ${left.join(', ')}`);
}
for (const line of wrong) console.log(`WRONG (SEED=${SEED}): ${line}`);
console.log(`${wrong.length} things are wrong; SEED=${SEED}`);
rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
process.exit(wrong.length === 0 ? 0 : 1);
