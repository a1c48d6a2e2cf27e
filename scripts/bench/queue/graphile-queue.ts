/** graphile-worker, as it is and with what it has for many small jobs. */
import { CONCURRENCY, type Contestant } from './contestant.ts';
import type { Peers } from './peers.ts';
import { query } from './servers.ts';

interface GraphileWorker {
  makeWorkerUtils(options: object): Promise<{
    migrate(): Promise<void>;
    addJob(task: string, payload: object): Promise<unknown>;
    addJobs(jobs: readonly { readonly identifier: string; readonly payload: object }[]): Promise<unknown>;
    release(): Promise<void>;
  }>;
  run(options: object): Promise<{ stop(): Promise<void> }>;
  readonly Logger: new (factory: () => () => void) => object;
}

/** How its worker is set up. */
export interface GraphileStyle {
  readonly name: string;
  readonly worker: object;
}

export const GRAPHILE: GraphileStyle = { name: 'graphile-worker', worker: {} };
/** Completions are written together, as ours are. */
export const GRAPHILE_BATCHED: GraphileStyle = {
  name: 'graphile-worker, batched',
  worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 },
};

export async function openGraphileQueue(url: string, peers: Peers, style: GraphileStyle): Promise<Contestant> {
  const graphile = peers.load<GraphileWorker>('graphile-worker');
  const logger = new graphile.Logger(() => () => undefined);
  const utils = await graphile.makeWorkerUtils({ connectionString: url, logger });
  await utils.migrate();
  return {
    name: style.name.replace('worker', `worker ${peers.versionOf('graphile-worker')}`),
    database: url,
    async reset() {
      await query(url, 'TRUNCATE graphile_worker._private_jobs, graphile_worker._private_job_queues');
    },
    async enqueue(job) {
      await utils.addJob('job', { job });
    },
    async enqueueMany(jobs) {
      await utils.addJobs(jobs.map((job) => ({ identifier: 'job', payload: { job } })));
    },
    async work(onStart) {
      const runner = await graphile.run({
        noHandleSignals: true,
        taskList: { job: (payload: { readonly job: number }) => onStart(payload.job) },
        preset: { worker: { connectionString: url, concurrentJobs: CONCURRENCY, logger, ...style.worker } },
      });
      return { stop: () => runner.stop() };
    },
    async unfinished() {
      const { rows } = await query<{ left: number }>(url, 'SELECT count(*)::int AS left FROM graphile_worker._private_jobs');
      return rows[0]?.left ?? -1;
    },
    close: () => utils.release(),
  };
}
