import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { repositoryWith, temporaryFolder } from '../support/git-repository.ts';
import { runCli } from '../support/run-cli.ts';

const BROKEN = { 'docs/a\u202E::b.md': '# A\n\n[gone](nowhere.md)\n' };

describe('what agent run prints', () => {
  it('is one document on stdout with --json, everything else goes to stderr', async () => {
    await using repository = await repositoryWith(BROKEN);
    const { stdout, stderr, exitCode } = await runCli(repository.path, ['run', 'docs', '--json']);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      branch: 'main',
      runs: [{ agent: 'docs', outcome: 'failed' }],
      exitCode: 1,
    });
    expect(stderr).toContain('checking ');
    expect(stderr).toMatch(/docs +links failed – 1 error \(/);
    expect(stderr).toMatch(/docs +markdown passed \(/);
    expect(stderr).not.toMatch(/\u202e/);
  });
  it('has annotations, a job summary and log groups in Actions, and a SARIF file where one is asked for', async () => {
    await using repository = await repositoryWith(BROKEN);
    await using folder = await temporaryFolder();
    const summary = `${folder.path}/summary.md`;
    const env = { GITHUB_ACTIONS: 'true', CI: 'true', GITHUB_STEP_SUMMARY: summary, GITHUB_REPOSITORY: 'owner/name', GITHUB_RUN_ID: '1' };
    const args = ['run', 'docs', '--delivery', 'none', '--sarif', `${folder.path}/new/out.sarif`];
    const { stdout } = await runCli(repository.path, args, env);
    const commands = stdout.split('\n').filter((line) => line.startsWith('::'));
    expect(commands.some((line) => /^::error file=docs\/a\\u\{202e\}%3A%3Ab\.md,line=3/.test(line))).toBe(true);
    for (const line of commands) expect(line).toMatch(/^::(error|warning|group|endgroup)[ :]/);
    expect(await readFile(summary, 'utf8')).toContain('### Upkeep:');
    expect(JSON.parse(await readFile(`${folder.path}/new/out.sarif`, 'utf8'))).toMatchObject({ version: '2.1.0' });
  });
  it('names a check by its title, also when an unchanged agent repeats its errors', async () => {
    await using repository = await repositoryWith(BROKEN);
    const errors = async (): Promise<string[] | null> => (await runCli(repository.path, ['run', 'docs'])).stdout.match(/ error {2}.*/g);
    const first = await errors();
    expect(first).toEqual([expect.stringMatching(/\(Relative links\)$/)]);
    expect(await errors()).toEqual(first);
  });
  it('has no colours in a pipe, and has them when they are forced', async () => {
    await using repository = await repositoryWith(BROKEN);
    expect((await runCli(repository.path, ['run', 'docs'])).stdout).not.toContain('\x1b');
    expect((await runCli(repository.path, ['run', 'docs'], { FORCE_COLOR: '1' })).stdout).toContain('\x1b[31m');
    expect((await runCli(repository.path, ['run', 'docs'], { FORCE_COLOR: '1', NO_COLOR: '1' })).stdout).not.toContain('\x1b');
  });
  it('may be cut off by its reader without harm', async () => {
    await using repository = await repositoryWith(BROKEN);
    const main = fileURLToPath(new URL('../../bin/agent.js', import.meta.url));
    const child = spawn(process.execPath, [main, 'run', 'docs'], { cwd: repository.path, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    const err: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    const exitCode = await new Promise((resolve) => child.on('close', resolve));
    expect(Buffer.concat(err).toString('utf8')).toBe('');
    expect(exitCode).toBe(1);
    expect((await runCli(repository.path, ['status', '--json'])).stdout).toContain('"outcome": "failed"');
  });
});
