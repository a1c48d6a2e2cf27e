/** What is measured of a queue, each from empty. */
import { setTimeout as delay } from 'node:timers/promises';
import { numbers, type Contestant } from './contestant.ts';
import { query, settle } from './servers.ts';

const IN_FLIGHT = 10;
const BATCH = 500;

/** Jobs a second, enqueued one by one, ten calls at a time. */
export async function enqueueOneByOne(queue: Contestant, count: number): Promise<number> {
  await emptied(queue, count);
  const left = numbers(0, count).values();
  const start = performance.now();
  await Promise.all(
    numbers(0, IN_FLIGHT).map(async () => {
      for (const job of left) await queue.enqueue(job);
    }),
  );
  return perSecond(count, start);
}

/** Jobs a second, enqueued in batches of 500. */
export async function enqueueInBulk(queue: Contestant, count: number): Promise<number> {
  await emptied(queue, count);
  const start = performance.now();
  await fill(queue, count);
  return perSecond(count, start);
}

/** Jobs a second that a worker begins, of `count` that were there before it, from its start to the beginning of the last. */
export async function carryOut(queue: Contestant, count: number): Promise<number> {
  await emptied(queue, count);
  await fill(queue, count);
  if (queue.database !== null) await settle(queue.database);
  const seen = new Set<number>();
  const all = Promise.withResolvers<number>();
  const start = performance.now();
  const worker = await queue.work((job) => {
    seen.add(job);
    if (seen.size === count) all.resolve(perSecond(count, start));
  });
  const rate = await all.promise;
  await worker.stop();
  await mustBeDone(queue);
  return rate;
}

/** Milliseconds from the call that enqueues a job to its beginning, in a process that does both; one every 25 ms, more or less. */
export async function startLatency(queue: Contestant, samples: number): Promise<number[]> {
  await emptied(queue, samples);
  const asked = new Map<number, number>();
  const begun = numbers(0, samples).map(() => Promise.withResolvers<number>());
  const worker = await queue.work((job) => begun[job]?.resolve(performance.now()));
  for (const job of numbers(0, samples)) {
    await delay(25 * (1 + 0.6 * (2 * random(job) - 1)));
    asked.set(job, performance.now());
    await queue.enqueue(job);
  }
  const times = await Promise.all(begun.map(async ({ promise }, job) => (await promise) - (asked.get(job) ?? NaN)));
  await worker.stop();
  await mustBeDone(queue);
  return times;
}

async function emptied(queue: Contestant, count: number): Promise<void> {
  await queue.reset(count);
  if (queue.database !== null) await query(queue.database, 'CHECKPOINT');
}

async function fill(queue: Contestant, count: number): Promise<void> {
  for (let from = 0; from < count; from += BATCH) await queue.enqueueMany(numbers(from, Math.min(BATCH, count - from)));
}

async function mustBeDone(queue: Contestant): Promise<void> {
  const left = await queue.unfinished();
  if (left !== 0) throw new Error(`${queue.name}: ${left} jobs are left`);
}

function perSecond(count: number, start: number): number {
  return (count / (performance.now() - start)) * 1000;
}

/** The same sequence for everybody, between 0 and 1. */
function random(index: number): number {
  const value = Math.sin(index + 1) * 10_000;
  return value - Math.floor(value);
}
