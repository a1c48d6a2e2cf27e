/** The demonstration with the tools that lie beside this project: ESLint, Prettier, TypeScript and Vitest, each run some times. */
import { describe, expect, it } from 'vitest';
import { repositoryAt, temporaryFolder } from '../support/git-repository.ts';
import { runCli } from '../support/run-cli.ts';

describe('agent demo', () => {
  it('makes a repository, ends in automatic commits and findings, and says where to look', async () => {
    await using folder = await temporaryFolder();
    const path = `${folder.path}/shop`;
    const { exitCode, stdout, stderr } = await runCli(folder.path, ['demo', '--keep', 'shop']);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`npx agent -C ${path} status`);
    const repository = repositoryAt(path);
    const agents = (await repository.git('log', '--format=%(trailers:key=Agent,valueonly,separator=)'))
      .split('\n')
      .filter((agent) => agent !== '');
    expect(agents).toEqual(expect.arrayContaining(['backend', 'frontend', 'qa']));
    expect(await repository.git('status', '--porcelain')).toBe('');
    expect(stdout).toMatch(/errors? left/);
    expect(await runCli(folder.path, ['demo', '--keep', 'shop'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('is not empty') as string,
    });
  });
});
