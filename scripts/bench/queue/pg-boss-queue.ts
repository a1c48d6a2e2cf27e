/** pg-boss by itself, woken by NOTIFY, with its own loop. */
import type { PgBoss as Boss } from 'pg-boss';
import { CONCURRENCY, type Contestant } from './contestant.ts';
import type { Peers } from './peers.ts';
import { query } from './servers.ts';

interface Data {
  readonly job: number;
}

export async function openPgBossQueue(url: string, peers: Peers): Promise<Contestant> {
  const { PgBoss } = peers.load<{ readonly PgBoss: typeof Boss }>('pg-boss');
  const boss = new PgBoss({ connectionString: url, useListenNotify: true, schedule: false });
  boss.on('error', (error) => {
    throw error;
  });
  await boss.start();
  await boss.createQueue('jobs', { notify: true, partition: true });
  return {
    name: `pg-boss ${peers.versionOf('pg-boss')}`,
    database: url,
    async reset() {
      await boss.deleteAllJobs('jobs');
    },
    async enqueue(job) {
      await boss.send('jobs', { job });
    },
    async enqueueMany(jobs) {
      await boss.insert(
        'jobs',
        jobs.map((job) => ({ data: { job } })),
      );
    },
    async work(onStart) {
      // A batch is as many as may run at once; a full one is followed by the next without a pause. One by one it would wait for its clock.
      await boss.work<Data>('jobs', { batchSize: CONCURRENCY, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 }, (jobs) => {
        for (const { data } of jobs) onStart(data.job);
        return Promise.resolve();
      });
      return { stop: () => boss.offWork('jobs', { wait: true }) };
    },
    async unfinished() {
      const { rows } = await query<{ left: number }>(url, `SELECT count(*)::int AS left FROM pgboss.job WHERE state < 'completed'`);
      return rows[0]?.left ?? -1;
    },
    close: () => boss.stop({ graceful: false }),
  };
}
