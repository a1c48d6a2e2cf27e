/** Very many runs at once, and runs whose repository is gone before they start. */
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { transaction } from '../../prisma/sql.ts';
import type { Executor } from '../../scheduler/executor.ts';
import { enqueueRuns } from '../../scheduler/runs/enqueue-runs.ts';
import { queueScene, requestFor, resultOf, type AgentHandle } from '../support/queue-scene.ts';
import { testService } from '../support/service-scene.ts';

const RUNS = 10_000;
const AGENTS = 500;
const REPOSITORIES = 100;

it('10,000 runs that are asked for in one go all end, those of an agent in the order in which they were asked for', async () => {
  await using scene = await queueScene();
  const repositories = await Promise.all(Array.from({ length: REPOSITORIES }, () => scene.repository()));
  const agents = Array.from({ length: AGENTS }, (_, index): AgentHandle => {
    const repositoryId = repositories[index % REPOSITORIES] ?? '';
    return { agentId: randomUUID(), repositoryId, agent: `agent-${index}`, branch: 'main', labels: [] };
  });
  await scene.query(
    'INSERT INTO upkeep.agent (id, repository_id, name, branch) SELECT *, $4 FROM unnest($1::uuid[], $2::uuid[], $3::text[])',
    [agents.map(({ agentId }) => agentId), agents.map(({ repositoryId }) => repositoryId), agents.map(({ agent }) => agent), 'main'],
  );
  const requests = Array.from({ length: RUNS }, (_, index) =>
    requestFor(agents[index % AGENTS] as AgentHandle, { correlationId: `${index}` }),
  );
  const carried: number[] = [];
  const all = Promise.withResolvers<void>();
  const quick: Executor = (runs) => {
    carried.push(...runs.map(({ correlationId }) => Number(correlationId)));
    if (carried.length >= RUNS) all.resolve();
    return {
      ends: new Map(runs.map(({ id }) => [id, Promise.resolve({ kind: 'ended' as const, result: resultOf() })])),
      stop: () => undefined,
      kill: () => Promise.resolve(),
    };
  };
  await using one = await testService(scene, { executor: quick, maxConcurrent: 50 });
  const { runs } = await transaction(scene.context.pool, (sql) => enqueueRuns(sql, requests, { context: scene.context, now: new Date() }));
  expect(runs).toHaveLength(RUNS);
  await all.promise;
  await one.service.drain(60_000);
  expect(await scene.query('SELECT state, outcome, attempt, count(*)::int FROM upkeep.run GROUP BY 1, 2, 3')).toEqual([
    { state: 'settled', outcome: 'passed', attempt: 1, count: RUNS },
  ]);
  for (const own of Map.groupBy(carried, (index) => index % AGENTS).values()) expect(own).toEqual(own.toSorted((a, b) => a - b));
});

it('runs of a repository that is removed while they wait are gone, and keep nobody from running', async () => {
  await using scene = await queueScene();
  const [kept, removed] = [await scene.repository(), await scene.repository()];
  for (const name of ['qa', 'docs']) await scene.ask(await scene.agent({ repositoryId: removed, name }));
  const asked = await scene.ask(await scene.agent({ repositoryId: kept }));
  await scene.query('DELETE FROM upkeep.repository WHERE id = $1', [removed]);
  await using one = await testService(scene, { maxConcurrent: 1 });
  while (one.carried.length === 0) await one.service.tick();
  (await one.call(0)).pass();
  while ((await scene.stateOf(asked?.id ?? '')) !== 'settled passed') await one.service.tick();
  expect(one.carried.map(({ runs }) => runs.map(({ id }) => id))).toEqual([[asked?.id]]);
  expect(await scene.query('SELECT state FROM upkeep_queue.job')).toEqual([]);
});
