/** Services on a test database, with an executor that the test holds in its hands. */
import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import type { ClaimedRun } from '../../prisma/runs/run-row.ts';
import type { EventRow } from '../../prisma/runs/write-events.ts';
import type { CarriedEnd, Carrier, CarrierPort } from '../../scheduler/executor.ts';
import type { ProcessWatch } from '../../scheduler/runs/recover-runs.ts';
import { startService, type Service, type ServiceSettings } from '../../scheduler/service.ts';
import type { QueueScene } from './queue-scene.ts';
import { resultOf } from './queue-scene.ts';

/** One call of the executor. */
export interface Carried {
  readonly runs: readonly ClaimedRun[];
  readonly port: CarrierPort;
  end(end: CarriedEnd, runId?: string): void;
  pass(): void;
  readonly told: { stopped: boolean; killed: boolean };
}

export interface TestService extends AsyncDisposable {
  readonly service: Service;
  readonly id: string;
  readonly carried: readonly Carried[];
  readonly events: readonly EventRow[];
  readonly notes: readonly string[];
  /** The n-th call of the executor, from 0, as soon as it has come. */
  call(index: number): Promise<Carried>;
  /** The event of this type that this service wrote, after `skip` others of it, as soon as it is written. */
  event(type: string, skip?: number): Promise<EventRow>;
}

export const ALIVE: ProcessWatch = { host: 'here', bootId: 'boot', isAlive: () => true, endGroup: () => Promise.resolve() };

export async function testService(
  scene: QueueScene,
  change: Partial<ServiceSettings> & { readonly maxConcurrent?: number; readonly allowsProblems?: boolean } = {},
): Promise<TestService> {
  const news = new EventEmitter();
  const carried: Carried[] = [];
  const events: EventRow[] = [];
  const notes: string[] = [];
  const problems: unknown[] = [];
  const id = randomUUID();
  const { maxConcurrent = 5, allowsProblems = false, ...settings } = change;
  const service = await startService({
    context: scene.context,
    row: { id, host: 'here', pid: process.pid, processStartedAt: 't', bootId: 'boot', version: '0', maxConcurrent },
    executor: (runs, port) => {
      const { carrier, handle } = handHeld(runs, port);
      carried.push(handle);
      news.emit('call');
      return carrier;
    },
    watch: ALIVE,
    leaseMs: 15_000,
    without: () => [],
    onEvents: (rows) => {
      events.push(...rows);
      news.emit('event');
    },
    onProgress: () => undefined,
    onProblem: (what, error) => problems.push(`${what}: ${String(error)}`),
    onNote: (note) => notes.push(note),
    clock: { wall: () => Date.now(), monotonic: () => performance.now() },
    ...settings,
  });
  return {
    service,
    id,
    carried,
    events,
    notes,
    async call(index) {
      while (carried.length <= index) await once(news, 'call');
      return carried[index] as Carried;
    },
    async event(type, skip = 0) {
      for (;;) {
        const found = events.filter((event) => event.type === type)[skip];
        if (found !== undefined) return found;
        await once(news, 'event');
      }
    },
    async [Symbol.asyncDispose]() {
      await service.stop();
      if (problems.length > 0 && !allowsProblems) throw new AggregateError(problems, `the service had problems: ${problems.join('; ')}`);
    },
  };
}

function handHeld(runs: readonly ClaimedRun[], port: CarrierPort): { carrier: Carrier; handle: Carried } {
  const waits = new Map(runs.map(({ id }) => [id, Promise.withResolvers<CarriedEnd>()]));
  const told = { stopped: false, killed: false };
  const end = (with_: CarriedEnd, runId?: string): void => {
    for (const [id, wait] of waits) if (runId === undefined || runId === id) wait.resolve(with_);
  };
  const handle: Carried = { runs, port, told, end, pass: () => end({ kind: 'ended', result: resultOf() }) };
  const carrier: Carrier = {
    ends: new Map([...waits].map(([id, { promise }]) => [id, promise])),
    stop() {
      told.stopped = true;
      end({ kind: 'returned' });
    },
    kill() {
      told.killed = true;
      end({ kind: 'crashed', message: 'killed' });
      return Promise.resolve();
    },
  };
  return { carrier, handle };
}
