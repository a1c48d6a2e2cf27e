/** The demonstration where none of the tools lies that this project is developed with. */
import { cp, mkdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryAt, temporaryFolder } from '../support/git-repository.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';

/** Installs this package into a folder, where none of the tools lies that it is developed with; answers with its command there. */
async function installAt(folder: string): Promise<(args: readonly string[]) => Promise<CliResult>> {
  const own = join(import.meta.dirname, '..', '..');
  const modules = join(folder, 'node_modules');
  for (const part of ['bin', 'dist', 'package.json']) await cp(join(own, part), join(modules, 'upkeep', part), { recursive: true });
  const { dependencies } = JSON.parse(await readFile(join(own, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
  for (const name of Object.keys(dependencies)) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(own, 'node_modules', name), join(modules, name));
  }
  return (args) => runCli(folder, args, {}, join(modules, 'upkeep', 'bin', 'agent.js'));
}

describe('agent demo', () => {
  // With the tools that lie beside this project: tests/soak/demo.test.ts.
  it('makes a repository, ends in automatic commits and findings, and says where to look', async () => {
    await using folder = await temporaryFolder();
    const installed = await installAt(folder.path);
    const path = `${folder.path}/shop`;
    const { exitCode, stdout, stderr } = await installed(['demo', '--keep', 'shop']);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`npx agent -C ${path} status`);
    const repository = repositoryAt(path);
    const agents = (await repository.git('log', '--format=%(trailers:key=Agent,valueonly,separator=)'))
      .split('\n')
      .filter((agent) => agent !== '');
    expect(agents).toEqual(expect.arrayContaining(['backend', 'frontend', 'qa']));
    expect(await repository.git('status', '--porcelain')).toBe('');
    // Faults for the bundled tools and node:test, as no others are at hand.
    expect(await repository.git('ls-files')).not.toContain('eslint');
    for (const agent of ['devops', 'qa', 'docs']) expect(stdout).toMatch(new RegExp(`^✖ ${agent} .*\\d errors? .*left`, 'm'));
    expect(await installed(['demo', '--keep', 'shop'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('is not empty') as string,
    });
  });
});
