/** Partial clones: what agents need is fetched in few questions, and a remote that is gone is one clear error. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestRepository } from '../support/git-repository.ts';
import { createRepository, repositoryAt } from '../support/git-repository.ts';
import type { GitServer } from '../support/git-server.ts';
import { startGitServer } from '../support/git-server.ts';
import { agent, runJson } from '../support/run-agent-command.ts';
import { threeAgentsRepository } from '../support/three-agents.ts';

interface World extends AsyncDisposable {
  readonly server: GitServer;
  readonly clone: TestRepository;
}

/** A server with the three agents' repository and a clone of it. */
async function world(...flags: string[]): Promise<World> {
  const server = await startGitServer();
  const served = await server.create('r');
  await using seed = await threeAgentsRepository();
  await seed.commit('a package', { 'package.json': '{"name": "x"}\n', 'README.md': '# Changed\n' });
  await seed.git('push', '-q', served.path, 'main');
  const holder = await createRepository();
  await holder.git('clone', '-q', ...flags, server.url('r'), 'clone');
  return {
    server,
    clone: repositoryAt(join(holder.path, 'clone')),
    [Symbol.asyncDispose]: async () => {
      await holder[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const MISSING = /^agent: this clone is partial and .*needed (?:is|are) missing: .*\n {2}bring the remote back, .*`git fetch --refetch/;

describe('a partial clone', () => {
  it.each(['blob:none', 'tree:0'])('is checked without asking for file after file: %s', async (filter) => {
    await using w = await world(`--filter=${filter}`, '--no-checkout');
    const before = w.server.requests.length;
    const { code, document } = await runJson(w.clone.path, ['--delivery', 'none']);
    expect(code).toBe(0);
    expect(document.runs.filter((run) => run.outcome === 'fixed').map((run) => run.agent)).toEqual(['backend', 'qa', 'docs']);
    // The configuration, the package.json files, all the rest; trees one by one where they are missing as well.
    const fetches = w.server.requests.slice(before).filter((line) => line.startsWith('POST')).length;
    expect(fetches).toBeLessThanOrEqual(filter === 'blob:none' ? 8 : 14);
  });

  it.each([
    ['blob:none', ['run']],
    ['blob:none', ['list']],
    ['blob:none', ['config', 'print']],
    ['tree:0', ['run']],
  ])('whose remote is gone gets one clear error: %s, %j', async (filter, args) => {
    await using w = await world(`--filter=${filter}`, '--no-checkout');
    await w.server[Symbol.asyncDispose]();
    const { code, stdout, stderr } = await agent(w.clone.path, args);
    expect(stderr).toMatch(MISSING);
    expect(stderr.split('\n')).toHaveLength(3);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  });

  it('whose remote is gone is checked where nothing is missing, and an older commit gets the error and leaves nothing behind', async () => {
    await using w = await world('--filter=blob:none');
    await w.server[Symbol.asyncDispose]();
    expect((await runJson(w.clone.path, ['--delivery', 'none'])).code).toBe(0);
    const { code, stdout, stderr } = await agent(w.clone.path, ['run', '--json', '--base', 'HEAD~1', '--delivery', 'none']);
    expect(stderr).toMatch(new RegExp(MISSING.source, 'm'));
    expect(JSON.parse(stdout)).toMatchObject({ runs: [], error: { code: 'objects-missing' }, exitCode: 3 });
    expect(code).toBe(3);
    expect((await w.clone.git('worktree', 'list')).split('\n')).toHaveLength(1);
    const journal = join(w.clone.path, '.git', 'upkeep', 'journal');
    expect(readdirSync(journal)).toEqual([]);
  });
});
