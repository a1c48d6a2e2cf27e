/** What both servers of the benchmark send, and how they and it speak to each other. */
import { randomUUID } from 'node:crypto';
import type { LiveEvent } from '../../../dashboard/wire/live-schema.ts';
import { makeEvent } from '../../../ledger/event.ts';
import { AGENT_IDS } from '../../../ledger/outcome.ts';

export const EVENTS_A_SECOND = 200;
export const REPOSITORIES = Array.from({ length: 50 }, (_, index) => `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`);

/** To a server: begin. */
export interface Begin {
  readonly seconds: number;
  /** Number of the first event. */
  readonly from: number;
}

/** From a server: it listens; or the times of commit of its events, in milliseconds of the machine's monotonic clock, in their order. */
export type Told =
  | { readonly kind: 'ready'; readonly url: string; readonly token: string }
  | { readonly kind: 'done'; readonly committed: readonly number[]; readonly memoryMb: number; readonly cpuMs: number };

export interface NumberedEvent extends LiveEvent {
  readonly repositoryId: string;
  readonly agentId: null;
}

/** The event of a number, whose repository and agent follow from that. */
export function eventOf(number: number): NumberedEvent {
  const agent = AGENT_IDS[number % AGENT_IDS.length] ?? 'docs';
  const origin = { source: 'service:bench', correlationId: randomUUID(), now: () => new Date() };
  const data = { agentId: agent, jobId: randomUUID(), runId: randomUUID(), branch: 'main', status: 'RUNNING' };
  const event = makeEvent('agent:cancelled', { ...data, by: String(number) }, origin);
  const repositoryId = REPOSITORIES[number % REPOSITORIES.length] ?? '';
  return { cursor: `${number}.${number}`, repositoryId, agentId: null, runId: data.runId, event };
}

export function numberOf({ event }: LiveEvent): number {
  return Number((event.data as { readonly by?: string }).by);
}

/** The same clock in every process of the machine. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Calls `send` 200 times a second for so long, whatever each call takes. Resolves with what they resolved with, in their order. */
export async function paced(begin: Begin, send: (number: number) => Promise<number>): Promise<number[]> {
  const count = begin.seconds * EVENTS_A_SECOND;
  const start = now();
  const sent: Promise<number>[] = [];
  while (sent.length < count) {
    const due = Math.min(count, Math.floor(((now() - start) / 1000) * EVENTS_A_SECOND));
    while (sent.length < due) sent.push(send(begin.from + sent.length));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return Promise.all(sent);
}

export function tell(told: Told): void {
  process.send?.(told);
}

/** Answers each `Begin` with the times of its events. */
export function serveBenchmark(run: (begin: Begin) => Promise<readonly number[]>): void {
  process.on('message', (begin: Begin) => {
    const before = process.cpuUsage();
    void run(begin).then((committed) => {
      const { user, system } = process.cpuUsage(before);
      tell({ kind: 'done', committed, memoryMb: process.memoryUsage().rss / 2 ** 20, cpuMs: (user + system) / 1000 });
    });
  });
}
