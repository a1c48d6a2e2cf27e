import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { transaction } from '../../../prisma/sql.ts';
import { enqueueRuns, type RunRequest } from '../../../scheduler/runs/enqueue-runs.ts';
import { PRIORITIES } from '../../../ledger/outcome.ts';
import { jobPriorityOf, QUEUE_ORDERS } from '../../../scheduler/rank.ts';
import { cancelRuns } from '../../../scheduler/runs/cancel-runs.ts';
import { finishRuns } from '../../../scheduler/runs/finish-runs.ts';
import { queueScene, resultOf, type AgentHandle, type QueueScene } from '../../support/queue-scene.ts';

const SLOT = new Date('2026-11-21T00:00:00Z');

function request(agent: AgentHandle, change: Partial<RunRequest> = {}): RunRequest {
  const rest = { priority: 'NORMAL', base: null, isForced: false, slotAt: null, requestedBy: null } as const;
  return { ...agent, trigger: 'manual', ...rest, correlationId: randomUUID(), ...change };
}

describe('the queue', () => {
  it('takes more requests at once than there are connections, from the beginning', async () => {
    await using scene = await queueScene();
    const agents = await Promise.all(Array.from({ length: 20 }, () => scene.agent()));
    const asked = await Promise.all(agents.map((agent) => scene.ask(agent)));
    expect(asked.map((run) => run?.isAdmitted)).toEqual(agents.map(() => true));
  });

  it('gives room to the first of several runs of an agent that are asked for together', async () => {
    await using scene = await queueScene();
    const [one, other] = [await scene.agent({ name: 'qa' }), await scene.agent({ name: 'docs' })];
    const requests = [request(one, { priority: 'LOW' }), request(one, { priority: 'HIGH' }), request(other)];
    const { runs } = await transaction(scene.context.pool, (sql) => enqueueRuns(sql, requests, { context: scene.context, now: SLOT }));
    expect(runs.map(({ isAdmitted }) => isAdmitted)).toEqual([false, true, true]);
    const again = await scene.ask(one);
    expect(again?.isAdmitted).toBe(false);
  });

  it('gives room to the run behind one whose slot has its run already', async () => {
    await using scene = await queueScene();
    const agent = await scene.agent();
    const enqueue = (requests: readonly RunRequest[]) =>
      transaction(scene.context.pool, (sql) => enqueueRuns(sql, requests, { context: scene.context, now: SLOT }));
    const first = await enqueue([request(agent, { slotAt: SLOT })]);
    await scene.query(`UPDATE upkeep.run SET state = 'settled', outcome = 'passed' WHERE id = $1`, [first.runs[0]?.id]);
    const { runs } = await enqueue([request(agent, { slotAt: SLOT, priority: 'HIGH' }), request(agent)]);
    expect(runs.map(({ isAdmitted }) => isAdmitted)).toEqual([true]);
  });
});

describe('the job of a new run', () => {
  it.each(QUEUE_ORDERS)('has the priority that one has which comes back to the queue (%s)', async (order) => {
    await using scene = await queueScene({ settings: { order } });
    const agents = await Promise.all(PRIORITIES.map(() => scene.agent()));
    const requests = agents.map((agent, index) => request(agent, { priority: PRIORITIES[index] ?? 'NORMAL' }));
    await transaction(scene.context.pool, (sql) => enqueueRuns(sql, requests, { context: scene.context, now: SLOT }));
    const jobs = await scene.query<{ priority: string; job: number; group: string; at: Date }>(
      `SELECT r.priority, j.priority AS job, j.group_id AS group, j.start_after AS at
       FROM upkeep.run r JOIN upkeep_queue.job j ON j.id = r.job_id AND j.data->>'runId' = r.id::text ORDER BY r.id`,
    );
    expect(jobs).toEqual(
      PRIORITIES.map((priority, index) => ({
        ...{ priority, job: jobPriorityOf(SLOT, priority, order), group: agents[index]?.repositoryId, at: SLOT },
      })),
    );
  });
});

describe('a run that is enqueued while another one of its agent leaves', () => {
  /** Begins to enqueue, does `other` meanwhile, and commits when that waits for a lock. Returns the state of the new run. */
  async function whileEnqueueing(scene: QueueScene, agent: AgentHandle, other: () => Promise<unknown>): Promise<string> {
    const { context } = scene;
    let leaving: Promise<unknown> = Promise.resolve();
    const { runs } = await transaction(context.pool, async (sql) => {
      const asked = await enqueueRuns(sql, [request(agent)], { context, now: new Date() });
      leaving = other();
      const isWaiting = async (): Promise<boolean> =>
        (await scene.query(`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`)).length > 0;
      while (!(await isWaiting()));
      return asked;
    });
    await leaving;
    return scene.stateOf(runs[0]?.id ?? '');
  }

  it('is admitted when that one ends', async () => {
    await using scene = await queueScene();
    const service = await scene.service();
    const agent = await scene.agent();
    await scene.ask(agent);
    const [run] = await scene.claim(service);
    if (run === undefined) throw new Error('nothing was claimed');
    const end = { run, kind: 'ended', result: resultOf() } as const;
    expect(await whileEnqueueing(scene, agent, () => finishRuns(scene.context, [end], service))).toBe('queued');
  });

  it('is admitted when that one is cancelled', async () => {
    await using scene = await queueScene();
    const agent = await scene.agent();
    const first = await scene.ask(agent);
    const scope = { runId: first?.id ?? '', agentId: null, repositoryId: null };
    expect(await whileEnqueueing(scene, agent, () => cancelRuns(scene.context, scope, 'ada'))).toBe('queued');
  });
});
