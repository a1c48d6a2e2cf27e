/** The module map, read back. */
import { describe, expect, it } from 'vitest';
import { renderModuleMap } from '../../../agents/checks/module-map-diagram.ts';
import { graphOf } from '../../../dashboard/server/module-graph.ts';
import { dashboardServer } from '../../support/dashboard-server.ts';
import { createRepository } from '../../support/git-repository.ts';

const MAP = renderModuleMap({
  files: ['src/a.ts', 'src/"odd"/b.ts', 'lib/c.ts'],
  edges: [
    { from: 'src/a.ts', to: 'lib/c.ts', line: 1, lazy: false },
    { from: 'lib/c.ts', to: 'src/"odd"/b.ts', line: 1, lazy: true },
  ],
  unread: [],
}).join('\n');

describe('the graph of modules', () => {
  it('is what the architecture agent drew', () => {
    const graph = graphOf(MAP);
    expect(graph?.nodes.map(({ name }) => name)).toEqual(['lib', 'src', 'src/"odd"']);
    const nameOf = (id: string): string | undefined => graph?.nodes.find((node) => node.id === id)?.name;
    expect(graph?.edges.map(({ from, to }) => `${nameOf(from)} ${nameOf(to)}`)).toEqual(['lib src/"odd"', 'src lib']);
    expect(graphOf('no map')).toBeNull();
  });

  it('is found in the newest commit that the service knows, beside its agents', async () => {
    await using repository = await createRepository();
    const commit = await repository.commit('map', {
      'docs/map.md': `# Map\n\n<!-- upkeep:module-map -->\n${MAP}\n<!-- /upkeep:module-map -->\n`,
    });
    const configured = { name: 'qa', triggers: ['push'], checks: ['tests'], cron: '* * * * *', timeZone: 'UTC', priority: 'HIGH' as const };
    await using scene = await dashboardServer({
      clonePath: repository.path,
      settings: { values: [], problem: null, agents: [configured] },
    });
    const { api } = await scene.person('viewer');
    const id = await scene.queue.repository('acme/site');
    await scene.queue.agent({ repositoryId: id, name: 'qa' });
    expect((await api.repositories.graph.query({ repository: id })).modules).toBeNull();
    await scene.queue.query('UPDATE upkeep.repository SET configured_at = $1', [commit]);
    const { agents, modules } = await api.repositories.graph.query({ repository: id });
    expect(agents).toMatchObject([{ name: 'qa', state: 'ACTIVE', triggers: ['push'], checks: ['tests'] }]);
    expect(modules?.nodes).toHaveLength(3);
    expect(await api.repositories.list.query()).toMatchObject([
      { name: 'acme/site', counts: { agents: 1, running: 0 }, lastCommit: null, servedBy: [] },
    ]);
    expect(scene.problems).toEqual([]);
  });
});
