/** What is told of agents with their cards, and what is asked of each by itself. */
import { expect, it } from 'vitest';
import { finishRuns } from '../../../scheduler/runs/finish-runs.ts';
import { dashboardServer } from '../../support/dashboard-server.ts';
import { resultOf } from '../../support/queue-scene.ts';

it('tells past runs with the cards, but of more than 60 agents only of each by itself', async () => {
  await using scene = await dashboardServer();
  const { queue } = scene;
  const { api } = await scene.person('viewer');
  const agent = await queue.agent({ repositoryId: await queue.repository('acme/first'), name: 'qa' });
  await queue.ask(agent);
  const serviceId = await queue.service();
  const [run] = await queue.claim(serviceId, { most: 1 });
  if (run === undefined) throw new Error('expected a run');
  await finishRuns(queue.context, [{ run, kind: 'ended', result: resultOf() }], serviceId);
  const [card] = await api.agents.list.query();
  expect(card?.recent).toMatchObject([{ id: run.id, outcome: 'passed' }]);

  await queue.query(
    `INSERT INTO upkeep.repository (id, identity, name, branch) SELECT gen_random_uuid(), 'acme/x' || n, 'acme/x' || n, 'main' FROM generate_series(1, 60) n`,
  );
  await queue.query(
    `INSERT INTO upkeep.agent (id, repository_id, name, branch) SELECT gen_random_uuid(), id, 'docs', 'main' FROM upkeep.repository WHERE identity LIKE 'acme/x%'`,
  );
  const cards = await api.agents.list.query();
  expect([cards.length, new Set(cards.map(({ recent }) => recent))]).toEqual([61, new Set([null])]);
  expect((await api.agents.list.query({ recent: 0 })).every(({ recent }) => recent?.length === 0)).toBe(true);
  expect(await api.agents.recent.query({ agentId: agent.agentId })).toEqual(card?.recent);
  const other = cards.find(({ name }) => name === 'docs');
  expect(await api.agents.recent.query({ agentId: other?.id ?? '' })).toEqual([]);
});
