import { expect, it } from 'vitest';
import { listenForWakes } from '../../scheduler/listen.ts';
import { createLocalWakes } from '../../scheduler/local-wakes.ts';
import { beginEnqueue } from '../../scheduler/runs/enqueue-runs.ts';
import { enqueueTransaction } from '../../scheduler/steer/steer-transaction.ts';
import { queueScene, requestFor, type AgentHandle, type QueueScene } from '../support/queue-scene.ts';
import { testService } from '../support/service-scene.ts';

async function trigger({ context }: QueueScene, agent: AgentHandle): Promise<void> {
  const { done } = await enqueueTransaction(context, (sql) => beginEnqueue(sql, [requestFor(agent)], { context, now: new Date() }));
  expect((await done).runs).toHaveLength(1);
}

it('begins what its own process triggers without a word by the database while it is alone, and tells others as soon as it sees one', async () => {
  await using scene = await queueScene({ context: { local: createLocalWakes() } });
  const heard: string[] = [];
  const problems: unknown[] = [];
  const listener = await listenForWakes(scene.context.pool, {
    onWake: (reason) => heard.push(reason),
    onProblem: (error) => problems.push(error),
  });
  await using first = await testService(scene);
  heard.length = 0;
  await trigger(scene, await scene.agent());
  (await first.call(0)).pass();
  expect(heard.filter((reason) => reason === 'queued')).toEqual([]);

  await scene.service({ host: 'there' });
  await first.service.tick();
  await trigger(scene, await scene.agent());
  (await first.call(1)).pass();
  await expect.poll(() => heard).toContain('queued');
  await listener.close();
  expect(problems).toEqual([]);
});
