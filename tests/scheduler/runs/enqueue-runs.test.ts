import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { transaction } from '../../../prisma/sql.ts';
import { enqueueRuns, type RunRequest } from '../../../scheduler/runs/enqueue-runs.ts';
import { queueScene, type AgentHandle } from '../../support/queue-scene.ts';

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
