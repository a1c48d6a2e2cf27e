/** What was found good is not looked at again: checks, and the tests and types of single packages. On real repositories by the real command. */
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryWith, temporaryFolder, type TestRepository } from '../support/git-repository.ts';
import { agent, runJson } from '../support/run-agent-command.ts';

const OFF = Object.fromEntries(['architecture', 'backend', 'frontend', 'devops', 'docs'].map((id) => [id, { enabled: false }]));
const NAMES = ['one', 'two', 'three'];

/** Three packages whose tests write their names into a file outside; `two` needs `one`. */
async function workspace(marks: string): Promise<TestRepository> {
  const testOf = (name: string): string =>
    `import { appendFileSync } from 'node:fs';\nimport { test } from 'node:test';\ntest('runs', () => appendFileSync(${JSON.stringify(marks)}, '${name} '));\n`;
  const packages = NAMES.flatMap((name) => [
    [
      `packages/${name}/package.json`,
      JSON.stringify({
        name: `@x/${name}`,
        scripts: { test: 'node --test' },
        ...(name === 'two' ? { imports: { '#one': '@x/one' } } : {}),
      }),
    ],
    [`packages/${name}/a.test.mjs`, testOf(name)],
    [`packages/${name}/index.mjs`, `export const name = '${name}';\n`],
  ]);
  return repositoryWith({
    'package.json': JSON.stringify({ name: 'x', private: true, workspaces: ['packages/*'] }),
    'agent.config.json': JSON.stringify({ agents: OFF, checks: { lockfile: { enabled: false } } }),
    ...(Object.fromEntries(packages) as Record<string, string>),
  });
}

function takeMarks(marks: string): string[] {
  if (!existsSync(marks)) return [];
  const names = readFileSync(marks, 'utf8').trim().split(' ').sort();
  rmSync(marks);
  return names;
}

describe('tests of a workspace', () => {
  it('run in the package that changed and in those that need it, and everywhere when that is asked for', async () => {
    await using place = await temporaryFolder();
    const marks = join(place.path, 'marks');
    await using repository = await workspace(marks);
    expect((await runJson(repository.path)).document.runs[0]).toMatchObject({ agent: 'qa', outcome: 'passed' });
    expect(takeMarks(marks)).toEqual(['one', 'three', 'two']);

    await repository.commit('feat: change one', { 'packages/one/index.mjs': 'export const name = 1;\n' });
    expect((await runJson(repository.path)).document.runs[0]).toMatchObject({ outcome: 'passed' });
    expect(takeMarks(marks)).toEqual(['one', 'two']);

    await repository.commit('feat: change three', { 'packages/three/index.mjs': 'export const name = 3;\n' });
    await runJson(repository.path, ['--force']);
    expect(takeMarks(marks)).toEqual(['one', 'three', 'two']);

    await repository.commit('chore: change the root', { '.npmrc': 'fund=false\n' });
    await runJson(repository.path);
    expect(takeMarks(marks)).toEqual(['one', 'three', 'two']);
  });

  it('that failed run again, and those that passed beside them do not', async () => {
    await using place = await temporaryFolder();
    const marks = join(place.path, 'marks');
    await using repository = await workspace(marks);
    const broken = "import { test } from 'node:test';\ntest('breaks', () => { throw new Error('broken'); });\n";
    await repository.commit('test: break three', { 'packages/three/b.test.mjs': broken });
    for (const marked of [['one', 'three', 'two'], ['three']]) {
      const { document } = await runJson(repository.path, ['qa']);
      expect(document.runs[0]?.checks.find(({ check }) => check === 'tests')?.findings).toMatchObject([
        { path: 'packages/three/b.test.mjs', rule: 'test-failed', severity: 'error' },
      ]);
      // A failing test runs once more by itself, in case it is flaky.
      expect([...new Set(takeMarks(marks))]).toEqual(marked);
    }
  });
});

it('says of a check that it is as before, with the warnings of then', async () => {
  await using repository = await repositoryWith({
    'agent.config.json': JSON.stringify({ agents: { ...OFF, devops: {}, qa: { enabled: false } } }),
    Dockerfile: 'FROM node:24\nCMD ["node", "a.js"]\n',
    'deploy.yaml': 'replicas: 1\n',
  });
  const first = await runJson(repository.path);
  const dockerfile = (end: typeof first) => end.document.runs[0]?.checks.find(({ check }) => check === 'dockerfiles')?.findings;
  expect(dockerfile(first)).toMatchObject([{ rule: 'no-user', severity: 'warning' }]);
  await repository.commit('feat: more of them', { 'deploy.yaml': 'replicas: 2\n' });
  const second = await agent(repository.path, ['run']);
  expect(second.stdout + second.stderr).toMatch(/dockerfiles .*as before/);
  await repository.commit('feat: still more', { 'deploy.yaml': 'replicas: 3\n' });
  expect(dockerfile(await runJson(repository.path))).toEqual(dockerfile(first));
});

it('looks again once a program of the machine is another one, and only where a check calls it', async () => {
  await using place = await temporaryFolder();
  await using repository = await repositoryWith({
    'agent.config.json': JSON.stringify({ agents: { ...OFF, devops: {}, docs: {}, qa: { enabled: false } } }),
    'a.md': '# A\n',
    'run.sh': '#!/bin/sh\necho "$1"\n',
  });
  const install = (version: string): void => {
    const path = join(place.path, 'shellcheck');
    writeFileSync(path, `#!/bin/sh\n# ${version}\necho '{"comments":[]}'\n`);
    chmodSync(path, 0o755);
  };
  const env = { PATH: `${place.path}:${process.env['PATH'] ?? ''}` };
  const ends = async (): Promise<string[]> => {
    const { document } = await runJson(repository.path, [], env);
    return document.runs.map(({ agent: name, outcome, reason }) => `${name} ${reason ?? outcome}`);
  };
  install('0.9.0');
  expect(await ends()).toEqual(['devops passed', 'docs passed']);
  expect(await ends()).toEqual(['devops unchanged', 'docs unchanged']);
  // The answer that is remembered word by word as well.
  expect((await agent(repository.path, ['run'], env)).code).toBe(0);
  install('0.10.0');
  const told = await agent(repository.path, ['run'], env);
  expect(told.stdout + told.stderr).toMatch(/shellcheck/i);
  expect(await ends()).toEqual(['devops unchanged', 'docs unchanged']);
});
