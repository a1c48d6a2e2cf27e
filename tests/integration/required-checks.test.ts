/** Checks that a branch requires, on commits that came with a job's own token: the real command against the double. */
import { describe, expect, it } from 'vitest';
import { faultyOnGitHub, type FaultyRepository } from '../support/faulty-on-github.ts';
import { threeAgentsFiles } from '../support/three-agents.ts';
import type { FakeGitHubOptions } from '../support/github/start-github.ts';

const FILES = {
  '.github/workflows/ci.yml': 'on: [push, pull_request, workflow_dispatch]\njobs: { build: { runs-on: x, steps: [] } }\n',
  '.github/workflows/lint.yml': 'on: [push, pull_request]\njobs: { lint: { runs-on: x, steps: [] } }\n',
};

/** A job of Actions on a branch that asks for pull requests and three checks. */
async function run(w: FaultyRepository, env: Record<string, string> = {}): Promise<{ dispatched: string[]; said: string }> {
  await w.repository.protect('main', { requiredChecks: ['build', 'lint', 'codecov/patch'] });
  const { code, stderr, document } = await w.run(['--delivery', 'push'], {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_NAME: 'schedule',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_REPOSITORY: 'acme/site',
    GITHUB_SERVER_URL: w.double.server.origin,
    ...env,
  });
  expect(code, stderr).toBe(0);
  expect(document.delivery.outcome).toBe('proposed');
  return { dispatched: w.repository.dispatches.map(({ workflow, ref }) => `${workflow} ${ref}`).sort(), said: stderr };
}

const scene = (options: FakeGitHubOptions & { files?: Record<string, string> } = {}): Promise<FaultyRepository> =>
  faultyOnGitHub({ ...options, files: { ...FILES, ...options.files } });

describe('checks that a branch requires', () => {
  it('are started on the pull requests of agents where their workflow can be, and otherwise explained', async () => {
    await using w = await scene();
    const { dispatched, said } = await run(w);
    expect(dispatched).toEqual(['ci.yml upkeep/backend', 'ci.yml upkeep/docs', 'ci.yml upkeep/qa']);
    expect(said).toContain('the required check "lint" waits without end on commits of a job\'s own token: give lint.yml the trigger');
    expect(said).not.toMatch(/codecov.*(?:started|waits)/);
  });

  it('start by themselves for a token of somebody’s own, and are left alone where the configuration says so', async () => {
    await using own = await scene();
    own.double.addToken('a-person-made-it', {});
    expect((await run(own, { UPKEEP_GITHUB_TOKEN: 'a-person-made-it' })).dispatched).toEqual([]);
    const settings = JSON.parse(threeAgentsFiles()['agent.config.json'] ?? '') as object;
    await using off = await scene({ files: { 'agent.config.json': JSON.stringify({ ...settings, github: { startChecks: false } }) } });
    expect((await run(off)).dispatched).toEqual([]);
  });
});
