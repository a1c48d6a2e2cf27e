/** BullMQ, on PostgreSQL and on Redis. */
import { CONCURRENCY, type Contestant } from './contestant.ts';
import type { Peers } from './peers.ts';

interface Closing {
  on(event: 'error', listener: (error: Error) => void): unknown;
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}

interface Queue extends Closing {
  add(name: string, data: object): Promise<unknown>;
  addBulk(jobs: readonly { readonly name: string; readonly data: object }[]): Promise<unknown>;
  obliterate(options: { readonly force: true }): Promise<void>;
  getJobCountByTypes(...types: readonly string[]): Promise<number>;
}

type Handler = (job: { readonly data: { readonly job: number } }) => Promise<void>;

/** The package, as far as it is used here. */
export interface BullMq {
  readonly Queue: new (name: string, options: object, ...backend: readonly unknown[]) => Queue;
  readonly Worker: new (name: string, handler: Handler, options: object, ...backend: readonly unknown[]) => Closing;
  readonly createPostgresBackend: unknown;
}

export type Store = { readonly postgresql: string } | { readonly redisSocket: string };

export async function openBullMqQueue(store: Store, peers: Peers): Promise<Contestant> {
  const { Queue, Worker, createPostgresBackend } = peers.load<BullMq>('bullmq');
  const isOnPostgres = 'postgresql' in store;
  const backend = isOnPostgres ? [createPostgresBackend] : [];
  const connection = isOnPostgres
    ? { connectionString: store.postgresql, migrate: true }
    : { path: store.redisSocket, maxRetriesPerRequest: null };
  const queue = new Queue('jobs', { connection }, ...backend);
  queue.on('error', fail);
  await queue.waitUntilReady();
  return {
    name: `bullmq ${peers.versionOf('bullmq')}, ${isOnPostgres ? 'PostgreSQL' : 'Redis'}`,
    database: isOnPostgres ? store.postgresql : null,
    reset: () => queue.obliterate({ force: true }),
    async enqueue(job) {
      await queue.add('job', { job });
    },
    async enqueueMany(jobs) {
      await queue.addBulk(jobs.map((job) => ({ name: 'job', data: { job } })));
    },
    async work(onStart) {
      const handler: Handler = ({ data }) => {
        onStart(data.job);
        return Promise.resolve();
      };
      const worker = new Worker('jobs', handler, { connection, concurrency: CONCURRENCY }, ...backend);
      worker.on('error', fail);
      await worker.waitUntilReady();
      return { stop: () => worker.close() };
    },
    unfinished: () => queue.getJobCountByTypes('wait', 'active', 'delayed', 'prioritized'),
    close: () => queue.close(),
  };
}

function fail(error: Error): never {
  throw error;
}
