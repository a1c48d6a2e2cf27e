/** Does appending to the ledger stay as fast when it is long? Beside the floor: a bare `git fast-import` of one commit. Run it with `node scripts/bench/ledger-append.ts`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { git, setGitEnvironment } from '../../git/exec-git.ts';
import { append } from '../../ledger/append.ts';
import { batchEvents, type StoredBatch } from '../../ledger/batch-file.ts';
import { commitBatches } from '../../ledger/commit-batches.ts';
import { makeEvent, uuidv7, type UpkeepEvent } from '../../ledger/event.ts';
import { emptyState, fold } from '../../ledger/fold.ts';
import { AGENT_IDS } from '../../ledger/outcome.ts';
import { readState } from '../../ledger/read.ts';
import { encodeState } from '../../ledger/state-file.ts';
import { ensureLedger, openLedger, type Ledger } from '../../ledger/store.ts';
import { moveRef } from '../../ledger/tip.ts';
import { judge, median, printTimings } from './measure.ts';

const ROUNDS = 25;
const SIZES = [10, 1_000, 10_000] as const;
const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 0, 1);

interface History {
  readonly name: string;
  readonly events: number;
  /** Appends of a day; all agents every five minutes is 288. */
  readonly perDay: number;
}

const HISTORIES: readonly History[] = [
  ...SIZES.map((events) => ({ name: `append at ${events} events`, events, perDay: 288 })),
  { name: 'append at 10000 events of one day', events: 10_000, perDay: 10_000 },
];

setGitEnvironment(process.env);
const folder = await mkdtemp(join(tmpdir(), 'upkeep-bench-ledger-'));
try {
  await main();
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function main(): Promise<void> {
  const ledgers = new Map<History, { ledger: Ledger; next: number }>();
  for (const history of HISTORIES) ledgers.set(history, { ledger: await build(history), next: history.events });
  const timings = new Map<string, number[]>();
  const measure = async (name: string, count: boolean, work: () => Promise<unknown>) => {
    const start = performance.now();
    await work();
    if (count) timings.set(name, [...(timings.get(name) ?? []), performance.now() - start]);
  };
  const bare = join(folder, 'bare.git');
  await git(['init', '--quiet', '--bare', '--', bare], { cwd: folder });
  for (let round = -1; round < ROUNDS; round += 1) {
    await measure('floor: fast-import of one commit', round >= 0, () => fastImport(bare, round));
    for (const [history, site] of ledgers) {
      const event = settledRun(site.next, history);
      site.next += 1;
      await measure(history.name, round >= 0, () => append(site.ledger, [event], { scope: 'shared', compactAfterDays: 100_000 }));
    }
    for (const [history, site] of ledgers) {
      await measure(history.name.replace('append', 'read'), round >= 0, () => readState(site.ledger));
    }
    await measure('floor: git cat-file of nothing', round >= 0, () => git(['cat-file', '--batch'], { gitDir: bare, input: '' }));
  }
  printTimings(timings);
  const middle = (name: string) => median(timings.get(name) ?? []);
  for (const [history, { ledger }] of ledgers) {
    const bytes = Buffer.byteLength(encodeState((await readState(ledger)).shared));
    console.log(`state.json at ${history.events} events: ${(bytes / 1024).toFixed(0)} kB`);
  }
  console.log(`append over its floor: ${(middle('append at 10000 events') / middle('floor: fast-import of one commit')).toFixed(1)}`);
  console.log(`read over its floor: ${(middle('read at 10000 events') - middle('floor: git cat-file of nothing')).toFixed(1)} ms more`);
  judge([
    {
      what: 'append at 1,000 events over append at 10',
      value: middle('append at 1000 events') / middle('append at 10 events'),
      atMost: 1.5,
    },
    {
      what: 'append at 10,000 events over append at 10',
      value: middle('append at 10000 events') / middle('append at 10 events'),
      atMost: 1.5,
    },
    { what: 'read at 10,000 events over read at 10', value: middle('read at 10000 events') / middle('read at 10 events'), atMost: 1.5 },
  ]);
}

/** A ledger with one event in each append, uncompacted: what an append has to look at then is the largest that it can be. */
async function build(history: History): Promise<Ledger> {
  const repository = await mkdtemp(join(folder, 'repository-'));
  await git(['init', '--quiet', '--', repository], { cwd: folder });
  const ledger = openLedger(join(repository, '.git'));
  await ensureLedger(ledger);
  let state = emptyState();
  let parent: string | null = null;
  let batches: StoredBatch[] = [];
  for (let index = 0; index < history.events; index += 1) {
    const event = settledRun(index, history);
    const batch = { id: event.id, sequence: index + 1, lines: [JSON.stringify(event)] };
    state = fold(state, { sequence: batch.sequence, events: batchEvents(batch) });
    batches.push(batch);
    if (batches.length < 250 && index < history.events - 1) continue;
    parent = await commitBatches(ledger, { parent, state, subject: 'bench', seconds: Math.floor(Date.parse(event.time) / 1000), batches });
    batches = [];
  }
  if (parent !== null) await moveRef(ledger, 'refs/upkeep/ledger', { from: null, to: parent });
  // The builder leaves many small packs, where appending leaves one of each 500.
  await git(['repack', '-a', '-d', '-l', '-q'], { gitDir: ledger.gitDir });
  return ledger;
}

function settledRun(index: number, history: History): UpkeepEvent {
  const time = new Date(START + Math.floor((index * DAY_MS) / history.perDay));
  const runId = uuidv7(time);
  return makeEvent(
    'agent:completed',
    {
      agentId: AGENT_IDS[index % AGENT_IDS.length] ?? 'backend',
      jobId: runId,
      runId,
      branch: 'main',
      status: 'passed',
      outcome: 'passed',
      reason: null,
      trigger: 'push',
      base: 'a'.repeat(40),
      key: index.toString(16).padStart(64, '0'),
      producedKey: null,
      durationMs: 1_234,
      commit: null,
      delivered: true,
      errors: 0,
      warnings: 2,
      fixed: 0,
      findings: [],
      coverage: 91.2,
      counts: true,
    },
    { source: 'ci:1', correlationId: runId, now: () => time },
  );
}

async function fastImport(gitDir: string, round: number): Promise<unknown> {
  const text = `${round}`;
  const stream = `commit refs/heads/r${round + 1}\ncommitter u <u@x> 0 +0000\ndata 1\nx\nM 100644 inline a\ndata ${text.length}\n${text}\n\n`;
  return git(['fast-import', '--quiet'], { gitDir, input: stream });
}
