/** `agent run --json` gives programs a document, whatever keeps the run from starting. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { takeRunLock } from '../../agents/run-lock.ts';
import { repositoryWith, temporaryFolder } from '../support/git-repository.ts';
import { runCli } from '../support/run-cli.ts';

const UNKNOWN = { schemaVersion: 1, repository: null, branch: null, base: null, head: null, runs: [] };

describe('a run that cannot start', () => {
  it.each([
    ['an unknown option', ['--delivry', 'local'], /^unknown option '--delivry'\n\(Did you mean --delivery\?\)$/],
    ['a value that is none of the choices', ['--delivery', 'mail'], /'mail' is invalid\. Allowed choices are local, /],
    [
      'options that exclude each other',
      ['--working-tree', '--base', 'HEAD'],
      /'--working-tree' cannot be used with option '--base <revision>'/,
    ],
  ])('has a document for %s', async (_what, args, message) => {
    await using folder = await temporaryFolder();
    const end = await runCli(folder.path, ['-C', folder.path, 'run', '--json', ...args]);
    expect(end.exitCode).toBe(2);
    expect(end.stderr).toMatch(/^error: /);
    expect(JSON.parse(end.stdout)).toEqual({
      ...UNKNOWN,
      error: { code: 'usage', message: expect.stringMatching(message) as string },
      exitCode: 2,
    });
  });

  it('has one outside of a repository', async () => {
    const end = await runCli('/', ['run', '--json']);
    const message = 'this folder is in no Git repository; go into a Git repository, or make one with `git init`';
    expect(end).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('agent: this folder is in no Git repository\n') as string });
    expect(JSON.parse(end.stdout)).toEqual({ ...UNKNOWN, error: { code: 'not-a-repository', message }, exitCode: 2 });
  });

  it('has one with the commit, the branch and every problem for a configuration that cannot be used', async () => {
    await using repository = await repositoryWith({ 'agent.config.json': '{"stric": 1, "limits": {"runMinutes": "x"}}' });
    const base = await repository.head();
    const end = await runCli(repository.path, ['run', '--json']);
    expect(end.stderr).toMatch(/^agent: the configuration cannot be used\n {2}agent\.config\.json:1:39: .*\n {2}agent\.config\.json:1:2: /);
    expect(JSON.parse(end.stdout)).toEqual({
      ...UNKNOWN,
      repository: repository.path.split('/').at(-1),
      branch: 'main',
      base,
      head: base,
      error: {
        code: 'configuration',
        message: expect.stringMatching(
          /^agent\.config\.json:1:39: limits\.runMinutes: .*\nagent\.config\.json:1:2: unknown key "stric"/,
        ) as string,
      },
      exitCode: 2,
    });
    expect(end.exitCode).toBe(2);
  });

  it('has one for an agent that does not exist, and one while another run is under way', async () => {
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    const unknown = await runCli(repository.path, ['run', 'bakend', '--json']);
    expect(JSON.parse(unknown.stdout)).toMatchObject({ branch: 'main', runs: [], error: { code: 'usage' }, exitCode: 2 });
    const taken = takeRunLock(join(repository.path, '.git'));
    if (!taken.ok) throw new Error('the lock is free');
    using _held = taken.lock;
    const busy = await runCli(repository.path, ['run', '--json']);
    expect(busy.exitCode).toBe(3);
    expect(JSON.parse(busy.stdout)).toMatchObject({
      base: await repository.head(),
      runs: [],
      error: { code: 'busy', message: expect.stringContaining(`process ${process.pid}`) as string },
      exitCode: 3,
    });
  });

  it('has none without --json, and none for help', async () => {
    await using folder = await temporaryFolder();
    expect((await runCli(folder.path, ['run', '--delivry'])).stdout).toBe('');
    expect((await runCli(folder.path, ['run', '--json', '--help'])).stdout).toMatch(/^Usage: agent run/);
    expect((await runCli(folder.path, ['status', '--json', '--nope'])).stdout).toBe('');
  });
});
