/**
 * The queue of the service against pg-boss by itself, graphile-worker and BullMQ, in turn on one PostgreSQL that syncs its log, and on
 * Redis: jobs enqueued and carried out a second, and the time from the one to the other.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { judge, median } from './measure.ts';
import { openBullMqQueue } from './queue/bullmq-queue.ts';
import type { Contestant } from './queue/contestant.ts';
import { GRAPHILE, GRAPHILE_BATCHED, openGraphileQueue } from './queue/graphile-queue.ts';
import { carryOut, enqueueInBulk, enqueueOneByOne, startLatency } from './queue/measures.ts';
import { installPeers } from './queue/peers.ts';
import { openPgBossQueue } from './queue/pg-boss-queue.ts';
import { measureFsync, startPostgres, startRedis } from './queue/servers.ts';
import { openUpkeepQueue } from './queue/upkeep-queue.ts';

/** More of them by the first argument. */
const ROUNDS = Number(process.argv[2] ?? 5);
const COUNT = 3000;
const SAMPLES = 300;

const KINDS = ['enqueued one by one', 'enqueued in bulk', 'carried out', 'p50 ms', 'p99 ms'] as const;
type Kind = (typeof KINDS)[number];
type Figures = Map<Contestant, Map<Kind, number[]>>;

const folder = mkdtempSync(join(tmpdir(), 'upkeep-queue-'));
try {
  const peers = installPeers(join(folder, 'peers'));
  await using postgres = await startPostgres(join(folder, 'postgresql'));
  await using redis = await startRedis(join(folder, 'redis'));
  if (redis === null) console.log('BullMQ on Redis is left out: this machine has no redis-server (Debian: apt-get install redis-server)');
  const contestants = [
    await openUpkeepQueue(await postgres.database('bench_upkeep')),
    await openPgBossQueue(await postgres.database('bench_pg_boss'), peers),
    await openGraphileQueue(await postgres.database('bench_graphile'), peers, GRAPHILE),
    await openGraphileQueue(await postgres.database('bench_graphile_batched'), peers, GRAPHILE_BATCHED),
    await openBullMqQueue({ postgresql: await postgres.database('bench_bullmq') }, peers),
    ...(redis === null ? [] : [await openBullMqQueue({ redisSocket: redis.socket }, peers)]),
  ];
  try {
    const fsyncs: number[] = [];
    const figures: Figures = new Map(contestants.map((one) => [one, new Map(KINDS.map((kind) => [kind, []]))]));
    for (let round = -1; round < ROUNDS; round++) {
      fsyncs.push(measureFsync(postgres.dataFolder));
      // Each begins once, so that nobody always comes after the same one.
      const first = Math.max(round, 0) % contestants.length;
      for (const one of [...contestants.slice(first), ...contestants.slice(0, first)]) await measure(one, { round, figures });
      console.log(round < 0 ? 'everybody is warm' : `round ${round + 1} of ${ROUNDS}`);
    }
    const load = loadavg().map((one) => one.toFixed(1));
    console.log(`PostgreSQL ${postgres.version}, fsync on: ${median(fsyncs).toFixed(2)} ms to write 8 kB through; load ${load.join(' ')}`);
    print(figures);
    decide(figures);
  } catch (error) {
    // Before the servers end: their end has errors of its own.
    console.error(error);
    process.exitCode = 1;
  }
  for (const one of contestants) await one.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(one: Contestant, { round, figures }: { readonly round: number; readonly figures: Figures }): Promise<void> {
  const count = round < 0 ? COUNT / 6 : COUNT;
  const samples = round < 0 ? SAMPLES / 10 : SAMPLES;
  const single = await enqueueOneByOne(one, count);
  const bulk = await enqueueInBulk(one, count);
  const rate = await carryOut(one, 2 * count);
  const latencies = await startLatency(one, samples);
  if (round < 0) return;
  const values = [single, bulk, rate, percentile(latencies, 0.5), percentile(latencies, 0.99)];
  KINDS.forEach((kind, index) =>
    figures
      .get(one)
      ?.get(kind)
      ?.push(values[index] ?? NaN),
  );
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** A table of medians. */
function print(figures: Figures): void {
  console.log(['median of rounds'.padEnd(34), ...KINDS.map((kind) => kind.padStart(20))].join(''));
  for (const [{ name }, values] of figures)
    console.log([name.padEnd(34), ...KINDS.map((kind) => shown(kind, values.get(kind) ?? []).padStart(20))].join(''));
}

function shown(kind: Kind, values: readonly number[]): string {
  return kind.endsWith('ms') ? median(values).toFixed(2) : `${Math.round(median(values)).toLocaleString('en')}/s`;
}

/** Ours against the best peer on PostgreSQL, round by round, so that a slow minute meets both. */
function decide(figures: Figures): void {
  const [ours, ...others] = [...figures];
  const peers = others.filter(([{ database }]) => database !== null);
  const ratioTo = (best: 'most' | 'least', kind: Kind): number => {
    const of = (values: ReadonlyMap<Kind, number[]> | undefined): readonly number[] => values?.get(kind) ?? [];
    const middles = peers.map(([, values]) => median(of(values)));
    const wanted = best === 'most' ? Math.max(...middles) : Math.min(...middles);
    const bestPeer = peers[middles.indexOf(wanted)]?.[1];
    return median(of(ours?.[1]).map((value, round) => value / (of(bestPeer)[round] ?? NaN)));
  };
  console.log(`enqueued one by one: ${ratioTo('most', 'enqueued one by one').toFixed(2)} of the best peer on PostgreSQL`);
  console.log(`enqueued in bulk: ${ratioTo('most', 'enqueued in bulk').toFixed(2)} of the best peer on PostgreSQL`);
  console.log(`p99: ${ratioTo('least', 'p99 ms').toFixed(2)} of the best peer on PostgreSQL`);
  judge([
    { what: 'time for a run, best peer on PostgreSQL / upkeep, as an inverse', value: 1 / ratioTo('most', 'carried out'), atMost: 1 / 1.5 },
    { what: 'enqueue to start, p50, upkeep / best peer on PostgreSQL', value: ratioTo('least', 'p50 ms'), atMost: 1 },
  ]);
}
