/**
 * A thousand pages that follow 200 events a second: from the commit of an event to its receipt, by the dashboard and by plain socket.io
 * that sends the same to the same, in turn. Each page follows one of 50 repositories, and 50 of them follow everything.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import type { LiveEvent } from '../../dashboard/wire/live-schema.ts';
import { projectRoot } from './install-packed.ts';
import { EVENTS_A_SECOND, now, numberOf, REPOSITORIES, type Begin, type Told } from './live/load.ts';
import { judge, median } from './measure.ts';
import { startPostgres } from './queue/servers.ts';

const PAGES = 1_000;
const OF_EVERYTHING = 50;
const ROUNDS = 3;
/** Of a round, so that each contestant has a minute. */
const SECONDS = Number(process.argv[2] ?? 20);
const AT_ONCE = 50;
const QUIET_MS = 2_000;

interface Page {
  readonly socket: Socket;
  /** Null: all of them. */
  readonly repository: string | null;
  /** Numbers of events as they came, and when. */
  readonly received: { readonly number: number; readonly at: number }[];
}

interface Contestant {
  readonly name: string;
  readonly server: ChildProcess;
  readonly pages: readonly Page[];
  readonly latencies: number[][];
  readonly memory: number[];
  readonly cpu: number[];
}

const servers: ChildProcess[] = [];
const folder = mkdtempSync(join(tmpdir(), 'upkeep-bench-live-'));
try {
  await using postgres = await startPostgres(folder);
  const url = await postgres.database('bench_live');
  const contestants = [await open('upkeep', 'dashboard.ts', url), await open('plain socket.io', 'floor.ts', '')];
  for (let round = 0; round < ROUNDS; round++) {
    for (const one of contestants) await measure(one, round);
    console.log(`round ${round + 1} of ${ROUNDS}`);
  }
  console.log(
    `${PAGES} pages, ${EVENTS_A_SECOND} events a second, ${ROUNDS * SECONDS} s each; load ${loadavg()
      .map((one) => one.toFixed(1))
      .join(' ')}`,
  );
  for (const { name, latencies, memory, cpu } of contestants)
    console.log(
      `${name.padEnd(16)} p50 ${share(latencies, 0.5).toFixed(1)} ms, p99 ${share(latencies, 0.99).toFixed(1)} ms, memory ${median(memory).toFixed(0)} MB, ` +
        `${((median(cpu) / SECONDS / 1000) * 100).toFixed(0)} % of a core; nothing lost, nothing twice, all in order`,
    );
  const [ours, floor] = contestants.map(({ latencies }) => latencies);
  const ratio = (part: number): number =>
    median((ours ?? []).map((one, round) => share([one], part) / share([floor?.[round] ?? []], part)));
  console.log(`p50 by p50: ${ratio(0.5).toFixed(2)}; p99 by p99: ${ratio(0.99).toFixed(2)}`);
  judge([{ what: 'commit to receipt, upkeep / plain socket.io, p99', value: ratio(0.99), atMost: 1.5 }]);
  for (const { pages } of contestants) for (const { socket } of pages) socket.disconnect();
} catch (error) {
  // Before the servers end: their end has errors of its own.
  console.error(error);
  process.exitCode = 1;
} finally {
  for (const server of servers) server.kill();
  rmSync(folder, { recursive: true, force: true });
}

async function open(name: string, file: string, address: string): Promise<Contestant> {
  const server = fork(join(projectRoot, 'scripts', 'bench', 'live', file), [address], { stdio: 'inherit' });
  servers.push(server);
  const [told] = (await once(server, 'message')) as [Extract<Told, { kind: 'ready' }>];
  const pages: Page[] = [];
  while (pages.length < PAGES)
    pages.push(...(await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => openPage(pages.length + index, told)))));
  return { name, server, pages, latencies: [], memory: [], cpu: [] };
}

async function openPage(index: number, { url, token }: { readonly url: string; readonly token: string }): Promise<Page> {
  const repository = index < OF_EVERYTHING ? null : (REPOSITORIES[index % REPOSITORIES.length] ?? null);
  const socket = io(url, { path: '/live', transports: ['websocket'], auth: { token }, reconnection: false, forceNew: true });
  const page: Page = { socket, repository, received: [] };
  socket.on('events', (events: LiveEvent[]) => {
    const at = now();
    for (const event of events) page.received.push({ number: numberOf(event), at });
  });
  await Promise.race([
    once(socket as never, 'connect'),
    once(socket as never, 'connect_error').then(([error]) => Promise.reject(error as Error)),
  ]);
  const followed = (await socket.emitWithAck('follow', { after: null, ...(repository === null ? {} : { repository }) })) as {
    readonly ok: boolean;
  };
  if (!followed.ok) throw new Error(`page ${index} may not follow: ${JSON.stringify(followed)}`);
  return page;
}

async function measure({ name, server, pages, latencies, memory, cpu }: Contestant, round: number): Promise<void> {
  for (const { received } of pages) received.length = 0;
  const from = round * SECONDS * EVENTS_A_SECOND;
  server.send({ seconds: SECONDS, from } satisfies Begin);
  const [told] = (await once(server, 'message')) as [Extract<Told, { kind: 'done' }>];
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  const took: number[] = [];
  for (const page of pages) {
    requireAll(page, { name, from, count: told.committed.length });
    for (const { number, at } of page.received) took.push(Math.max(0, at - (told.committed[number - from] ?? NaN)));
  }
  latencies.push(took);
  memory.push(told.memoryMb);
  cpu.push(told.cpuMs);
}

/** Throws unless the page has every event of what it follows, once, and those of an agent in their order. */
function requireAll(
  { repository, received }: Page,
  { name, from, count }: { readonly name: string; readonly from: number; readonly count: number },
): void {
  const numbers = received.map(({ number }) => number);
  const place = repository === null ? -1 : REPOSITORIES.indexOf(repository);
  const expected = Array.from({ length: count }, (_, index) => from + index).filter(
    (number) => place === -1 || number % REPOSITORIES.length === place,
  );
  const missing = expected.length - new Set(numbers).size;
  if (missing !== 0 || numbers.length !== expected.length)
    throw new Error(`${name}: of ${expected.length} events a page received ${numbers.length}, ${missing} of them never`);
  const last = new Map<number, number>();
  for (const number of numbers) {
    const agent = number % 6;
    if ((last.get(agent) ?? -1) > number)
      throw new Error(`${name}: event ${number} came after event ${last.get(agent) ?? ''} of the same agent`);
    last.set(agent, number);
  }
}

function share(rounds: readonly (readonly number[])[], part: number): number {
  const sorted = Float64Array.from(rounds.flat()).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}
