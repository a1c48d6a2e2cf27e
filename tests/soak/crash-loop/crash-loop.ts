/**
 * The crash loop: two services, thousands of runs, and everything killed and frozen by chance. Nothing may be lost, nothing accepted
 * twice, no agent at work twice on one machine. `--seed N --jobs N --repositories N --lease MS --calm FACTOR`; exit code 1 when something is wrong.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chaos, groupLeaders, type Act } from './chaos.ts';
import { ALWAYS_CRASHES, type ChildSettings } from './child.ts';
import { judge } from './judge.ts';
import { numberOf, randomFrom, seedOf } from './random.ts';
import { monotonicMs, startServiceProcess, type Heard, type RunningService } from './services.ts';
import { makeWorld, requestOf, type World } from './world.ts';

const args = process.argv.slice(2);
const SEED = seedOf(args);
const JOBS = numberOf(args, '--jobs', 2000);
const REPOSITORIES = numberOf(args, '--repositories', 40);
const LEASE_MS = numberOf(args, '--lease', 4000);
const CONCURRENT = numberOf(args, '--concurrent', 6);
/** Longer pauses between the acts, for a machine that does other things. */
const CALM = numberOf(args, '--calm', 1);
/** Of a repository of their own, since what runs together crashes together. */
const CRASHING = 3;
const SLOTS = ['a', 'b'] as const;
const WORK = { least: 20, most: 400 } as const;
/** Longer than lease, skew and the pause between two looks: whoever is frozen for that long loses its runs. */
const FREEZE = { least: LEASE_MS / 2, most: LEASE_MS + 14_000 } as const;
const SETTLE_MS = 180_000;
const MAX_BURST = 120;

const random = randomFrom(SEED);
const folder = mkdtempSync(join(tmpdir(), 'upkeep-crash-'));
const begun = monotonicMs();
const heard: Heard[] = [];
const services = new Map<string, RunningService>();
let isOver = false;

console.log(
  `SEED=${SEED} jobs ${JOBS}, repositories ${REPOSITORIES}, lease ${LEASE_MS} ms; again with: npm run soak:crash-loop -- --seed ${SEED}`,
);

function say(text: string): void {
  console.log(`${((monotonicMs() - begun) / 1000).toFixed(1).padStart(7)} s  ${text}`);
}

function start(world: World, slot: string): void {
  if (isOver) return;
  // Now and then it is on another machine, where nobody sees its processes: then only leases and fences count.
  const host = slot === 'b' && random() < 0.4 ? 'far' : 'near';
  const child: ChildSettings = { folder, host, work: WORK };
  const settings = {
    ...{ stateFolder: join(folder, 'state'), host, leaseMs: LEASE_MS, maxConcurrent: CONCURRENT, drainMs: 1_000, clones: world.clones },
    command: [process.execPath, join(import.meta.dirname, 'child.ts'), JSON.stringify(child)] as [string, ...string[]],
  };
  const service = startServiceProcess(slot, settings, { heard, onText: (text) => say(`stderr of ${text.trimEnd()}`) });
  services.set(slot, service);
  void service.ended.then(() => {
    const last = heard.findLast(({ pid, news }) => pid === service.pid && news.kind === 'ended')?.news;
    const how = last?.kind === 'ended' ? last.how : '';
    if (isOver || ['SIGKILL', 'SIGTERM', 'exit code 0'].includes(how)) return;
    // By itself: that is a fault, unless the database was killed while it started.
    const wasReady = heard.some(({ pid, news }) => pid === service.pid && news.kind === 'ready');
    if (wasReady) faults.push(`service ${slot} (${service.pid}) ended by itself with ${how}`);
    start(world, slot);
  });
}

const faults: string[] = [];

async function askForAll(world: World): Promise<string[]> {
  const asked: string[] = [];
  const ordinary = world.agents.filter(({ repositoryId }) => repositoryId !== world.agents[0]?.repositoryId);
  while (asked.length < JOBS) {
    const size = Math.min(JOBS - asked.length, 1 + Math.floor(random() * MAX_BURST));
    const requests = Array.from({ length: size }, () => {
      const agent = ordinary[Math.floor(random() * ordinary.length)];
      if (agent === undefined) throw new Error('the loop wants two repositories at least');
      return requestOf(agent, random);
    });
    if (asked.length === 0) requests.push(...world.agents.slice(0, CRASHING).map((agent) => requestOf(agent, random, ALWAYS_CRASHES)));
    await world.ask(requests);
    asked.push(...requests.map(({ correlationId }) => correlationId));
    while ((await openRuns(world)) > MAX_BURST * 2) await delay(500);
  }
  return asked;
}

async function openRuns(world: World): Promise<number> {
  const [row] = await world.rows<{ open: number }>(`SELECT count(*)::int AS open FROM upkeep.run WHERE state <> 'settled'`);
  return row?.open ?? 0;
}

async function untilSettled(world: World): Promise<void> {
  const deadline = monotonicMs() + SETTLE_MS;
  for (let last = -1; monotonicMs() < deadline;) {
    const open = await openRuns(world);
    if (open === 0) return;
    if (open !== last) say(`${open} runs are not settled`);
    last = open;
    await delay(2000);
  }
  faults.push(`not everything was settled ${SETTLE_MS / 1000} s after the last act`);
}

async function loop(world: World): Promise<boolean> {
  for (const slot of SLOTS) start(world, slot);
  await Promise.all([...services.values()].map(({ ready }) => ready));
  const ending = new AbortController();
  const acts = chaos({
    random,
    pause: { least: 300 * CALM, most: 3_500 * CALM },
    freeze: FREEZE,
    dataFolder: world.server.dataFolder,
    signal: ending.signal,
    services: () => [...services.values()],
    restart: (slot) => start(world, slot),
    told: (act: Act, about) => say(`${act}: ${about}`),
  });
  const progress = setInterval(
    () =>
      void openRuns(world).then(
        (open) => say(`${open} runs are not settled`),
        () => undefined,
      ),
    20_000,
  );
  const asked = await askForAll(world);
  clearInterval(progress);
  say('all are asked for');
  while ((await openRuns(world)) > JOBS / 50) await delay(1000);
  ending.abort();
  const counts = await acts;
  say('no more acts');
  await untilSettled(world);
  isOver = true;
  const last = [...services.values()];
  for (const { child } of last) child.kill('SIGTERM');
  await Promise.all(last.map(({ ended }) => ended));
  const { violations, figures } = await judge(world, asked, heard);
  for (const { pid } of last) for (const child of groupLeaders(pid)) faults.push(`process ${child} of a run is left`);
  const all = [...faults, ...violations];
  console.log(`\nacts: ${JSON.stringify(counts)}\nfigures: ${JSON.stringify(figures, null, 2)}`);
  const problems = Map.groupBy(heard, ({ news }) => (news.kind === 'problem' ? news.text.replaceAll(/[\d-]+/g, 'N') : ''));
  for (const [text, list] of problems) if (text !== '') console.log(`told ${list.length} times: ${text}`);
  for (const violation of all) console.log(`WRONG (SEED=${SEED}): ${violation}`);
  say(`${all.length} things are wrong; SEED=${SEED}`);
  return all.length === 0;
}

async function main(): Promise<boolean> {
  await using world = await makeWorld(folder, REPOSITORIES);
  return await loop(world);
}

const isRight = await main().catch((error: unknown) => {
  console.error(`the loop itself broke (SEED=${SEED}):`, error);
  return false;
});
isOver = true;
for (const { child } of services.values()) child.kill('SIGKILL');
if (isRight) rmSync(folder, { recursive: true, force: true });
else console.log(`what is left of it is kept in ${folder}`);
process.exit(isRight ? 0 : 1);
