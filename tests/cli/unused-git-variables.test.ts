import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { unusedGitVariables } from '../../cli/unused-git-variables.ts';
import { repositoryWith } from '../support/git-repository.ts';
import { runCli } from '../support/run-cli.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'cli', 'main.ts');

it('names the variables that point elsewhere, and none where there is nothing to say', () => {
  const rest = 'not used: what counts is the folder that agent is started in, or -C';
  expect(unusedGitVariables({ GIT_DIR: '/x', GIT_INDEX_FILE: 'i' })).toBe(`GIT_DIR, GIT_INDEX_FILE are ${rest}`);
  expect(unusedGitVariables({ GIT_WORK_TREE: '/x' })).toBe(`GIT_WORK_TREE is ${rest}`);
  expect(unusedGitVariables({ GIT_DIR: '', GIT_SSH_COMMAND: 'ssh' })).toBeNull();
  expect(unusedGitVariables({ GIT_DIR: '.git', GIT_EXEC_PATH: '/usr/lib/git-core' })).toBeNull();
});

it('goes by the folder, tells a person so in one line, and keeps quiet in a hook', async () => {
  await using repository = await repositoryWith({ a: '1' });
  await using other = await repositoryWith({ a: '1' });
  await repository.git('switch', '-q', '-c', 'here');
  const told = await runCli(repository.path, ['status'], { GIT_DIR: join(other.path, '.git') });
  expect(told.stdout).toMatch(/^here\n/);
  expect(told.stderr).toMatch(/^GIT_DIR is not used: .*\n$/);
  const hook = join(repository.path, '.git', 'hooks', 'pre-commit');
  await repository.write('.git/hooks/pre-commit', `#!/bin/sh\n"${process.execPath}" "${MAIN}" status > said 2>&1\n`);
  await chmod(hook, 0o755);
  await repository.write('a', '2');
  await repository.git('commit', '-q', '-m', 'second', 'a');
  expect(await repository.read('said')).toMatch(/^here\narchitecture /);
});
