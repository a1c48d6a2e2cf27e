import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { repositoryWith } from '../support/git-repository.ts';
import { runCli } from '../support/run-cli.ts';

it('why tells how the log of a check that could not be carried out ends, and without it what the ledger knows', async () => {
  const crash = ['node', '-e', "console.error('first words'); process.exit(70)"];
  const agents = Object.fromEntries(['architecture', 'backend', 'frontend', 'devops', 'qa'].map((agent) => [agent, { enabled: false }]));
  const check = { agent: 'docs', run: crash, paths: ['*.txt'], findings: { format: 'json-lines' }, needsDependencies: false };
  await using repository = await repositoryWith({
    'a.txt': 'a\n',
    'agent.config.json': JSON.stringify({ agents, customChecks: { words: check } }),
  });
  expect((await runCli(repository.path, ['run', 'docs'])).exitCode).toBe(3);
  const known = await runCli(repository.path, ['why', 'docs']);
  expect(known.stdout).toMatch(/\n {2}words could not be carried out: .*\n(?:.*\n)* {2}its log ends:\n {2}\| first words\nnext:\n/);
  await rm(join(repository.path, '.git', 'upkeep', 'errored'), { recursive: true });
  const { stdout } = await runCli(repository.path, ['why', 'docs']);
  expect(stdout).toMatch(/on the same content as now\n {2}\S.*first words.*\nnext:\n/);
  expect(stdout).not.toContain('its log ends');
});
