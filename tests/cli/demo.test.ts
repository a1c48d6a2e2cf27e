import { describe, expect, it } from 'vitest';
import { makeDemo } from '../../cli/demo/make-demo.ts';
import { repositoryAt, temporaryFolder } from '../support/git-repository.ts';
import { runCli } from '../support/run-cli.ts';

interface Document {
  runs: { agent: string; outcome: string; commit: object | null; checks: { findings: { fixed: boolean }[] }[] }[];
  exitCode: number;
}

describe('agent demo', () => {
  it('makes a repository, ends in automatic commits and findings, and says where to look', { timeout: 120_000 }, async () => {
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
  it('has faults for the bundled tools and node:test where no others are at hand', { timeout: 60_000 }, async () => {
    await using folder = await temporaryFolder();
    expect(await makeDemo(folder.path, '/nowhere')).toEqual({ versions: {} });
    const { stdout } = await runCli(folder.path, ['run', '--json']);
    const { runs, exitCode } = JSON.parse(stdout) as Document;
    expect(exitCode).toBe(1);
    const committed = runs.filter((run) => run.commit !== null).map((run) => run.agent);
    expect(committed).toEqual(expect.arrayContaining(['backend', 'frontend', 'qa']));
    for (const agent of ['devops', 'qa', 'docs']) {
      const left = runs
        .find((run) => run.agent === agent)
        ?.checks.flatMap((check) => check.findings)
        .filter((finding) => !finding.fixed);
      expect(left?.length, agent).toBeGreaterThan(0);
    }
  });
});
