/**
 * The six agents by the service, from a tick of the clock to the pushed commit, the ledger and the events, against `agent run --ci` on
 * an equal clone: how late a slot's runs start, and what queue, database and process cost on top.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { setGitEnvironment } from '../../git/git-environment.ts';
import { makeDemo } from '../../cli/demo/make-demo.ts';
import { openEmbedded } from '../../prisma/embedded/open-embedded.ts';
import { buildDist } from '../build.ts';
import { projectRoot } from './install-packed.ts';
import { judge, median, mustRun } from './measure.ts';

setGitEnvironment(process.env);
const ROUNDS = 5;
/** Slots come every so many seconds: long enough for a round. */
const SLOT_SECONDS = 30;
const AGENT = join(projectRoot, 'bin', 'agent.js');
const folder = mkdtempSync(join(tmpdir(), 'upkeep-service-'));
const git = (cwd: string, ...args: string[]): string =>
  mustRun(['git', '-c', 'user.name=Bench', '-c', 'user.email=bench@example.test', ...args], { cwd }).trim();

/** A remote with the demonstration, a clone with its tools, and one for the person who breaks things. */
interface Place {
  readonly clone: string;
  readonly person: string;
}

async function makePlace(name: string): Promise<Place> {
  const [seed, bare, clone, person] = ['seed', 'bare', 'clone', 'person'].map((part) => join(folder, name, part)) as [
    string,
    string,
    string,
    string,
  ];
  await makeDemo(seed, projectRoot);
  const every = { schedule: `*/${SLOT_SECONDS} * * * * *` };
  const agents = Object.fromEntries(['architecture', 'backend', 'frontend', 'devops', 'qa', 'docs'].map((id) => [id, every]));
  writeFileSync(join(seed, 'agent.config.json'), `${JSON.stringify({ agents, scheduler: { maxConcurrent: 6 } }, null, 2)}\n`);
  git(seed, 'add', 'agent.config.json');
  git(seed, 'commit', '-q', '-m', 'chore: run every half minute');
  git(folder, 'clone', '-q', '--bare', seed, bare);
  git(folder, 'clone', '-q', bare, clone);
  git(folder, 'clone', '-q', bare, person);
  cpSync(join(seed, 'node_modules'), join(clone, 'node_modules'), { recursive: true, verbatimSymlinks: true });
  return { clone, person };
}

/** A person pushes a file that the backend agent repairs; returns what it is about. */
function breakSomething({ person }: Place, round: number): void {
  git(person, 'pull', '-q', '--rebase');
  writeFileSync(
    join(person, 'src', 'server', `round${round}.js`),
    `export function round${round}(a) {\n    var b = a * ${round + 2};\n  return b\n}\n`,
  );
  git(person, 'add', '-A');
  git(person, 'commit', '-q', '-m', `feat: round ${round}`);
  git(person, 'push', '-q');
}

interface SettledRun {
  readonly slot: Date;
  readonly started: Date;
  readonly settled: Date;
  readonly outcome: string;
  readonly agent: string;
}

const SETTLED = `SELECT r.slot_at AS slot, r.started_at AS started, r.settled_at AS settled, r.outcome, a.name AS agent
  FROM upkeep.run r JOIN upkeep.agent a ON a.id = r.agent_id WHERE r.slot_at > $1 AND r.settled_at IS NOT NULL ORDER BY r.slot_at`;

/** All runs of the first slot after `since` in which the backend agent repaired something. */
async function repairedSlot(client: pg.Client, since: Date): Promise<readonly SettledRun[]> {
  for (;;) {
    const { rows } = await client.query<SettledRun>(SETTLED, [since]);
    const repaired = rows.find(({ agent, outcome }) => agent === 'backend' && (outcome === 'fixed' || outcome === 'failed'));
    const own = rows.filter(({ slot }) => slot.getTime() === repaired?.slot.getTime());
    if (own.length === 6) return own;
    await delay(20);
  }
}

async function serving(clone: string, url: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [AGENT, 'serve', '--port', '0'], {
    cwd: clone,
    env: { ...process.env, DATABASE_URL: url, UPKEEP_STATE: join(folder, 'service') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of child.stdout) {
    text += String(chunk);
    if (text.includes('looks after')) break;
  }
  child.stdout.resume();
  return child;
}

const runs: { readonly byHand: number; readonly slot: readonly SettledRun[] }[] = [];
await buildDist(projectRoot);
try {
  await using stack = new AsyncDisposableStack();
  const server = stack.adopt(
    await openEmbedded({ stateFolder: join(folder, 'database'), cacheFolder: null, log: () => undefined }),
    (open) => open.close(),
  );
  const client = stack.adopt(new pg.Client({ connectionString: server.connectionString }), (open) => open.end());
  await client.connect();
  const [byHand, byService] = [await makePlace('by-hand'), await makePlace('by-service')];
  const env = { CI: 'true' };
  const run = (): void => void mustRun([process.execPath, AGENT, 'run', '--ci'], { cwd: byHand.clone, accept: [0, 1], env });
  run();
  const service = stack.adopt(await serving(byService.clone, server.connectionString), async (child) => {
    child.kill('SIGTERM');
    await once(child, 'close');
  });
  await repairedSlot(client, new Date(0));
  for (let round = 0; round < ROUNDS; round++) {
    breakSomething(byHand, round);
    git(byHand.clone, 'pull', '-q', '--ff-only');
    const begun = performance.now();
    run();
    const elapsed = performance.now() - begun;
    // Pushed just after a slot, so that the next one finds it.
    breakSomething(byService, round);
    runs.push({ byHand: elapsed, slot: await repairedSlot(client, new Date()) });
    if (service.exitCode !== null) throw new Error('the service ended');
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const drifts = runs.flatMap(({ slot }) => slot.map((one) => one.started.getTime() - one.slot.getTime()));
const whole = runs.map(({ slot }) => Math.max(...slot.map((one) => one.settled.getTime())) - (slot[0]?.slot.getTime() ?? 0));
const hand = runs.map(({ byHand }) => byHand);
console.log(`six agents, ${ROUNDS} rounds, ${JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')).version as string}`);
console.log(`drift of a slot's runs                 median ${median(drifts).toFixed(0)} ms, at most ${Math.max(...drifts)} ms`);
console.log(`slot to pushed, recorded and settled   median ${(median(whole) / 1000).toFixed(2)} s`);
console.log(`agent run --ci on an equal clone       median ${(median(hand) / 1000).toFixed(2)} s`);
judge([
  { what: 'by the service / by hand', value: median(runs.map((_one, index) => (whole[index] ?? 0) / (hand[index] ?? 1))), atMost: 1.25 },
]);
