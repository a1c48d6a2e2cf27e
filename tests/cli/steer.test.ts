import { describe, expect, it } from 'vitest';
import { createRepository, repositoryWith } from '../support/git-repository.ts';
import { runCli } from '../support/run-cli.ts';

interface Status {
  branch: string;
  agents: { agent: string; state: string; pausedBy: string | null }[];
}

async function stateOf(path: string, agent: string, ...args: string[]): Promise<string | undefined> {
  const { stdout } = await runCli(path, ['status', '--json', ...args]);
  return (JSON.parse(stdout) as Status).agents.find((one) => one.agent === agent)?.state;
}

describe('pausing and resuming', () => {
  it('is remembered in the repository and shown by status', async () => {
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    const paused = await runCli(repository.path, ['pause', 'backend', '--reason', 'release', '--for', '2h'], { USER: 'ada' });
    expect(paused.stdout).toMatch(
      /^backend is paused in this clone until \d{4}-\d\d-\d\d \d\d:\d\d UTC; agent resume backend ends that\n$/,
    );
    expect(await stateOf(repository.path, 'backend')).toBe('PAUSED');
    expect(await stateOf(repository.path, 'qa')).toBe('ACTIVE');
    expect((await runCli(repository.path, ['status'])).stdout).toMatch(/backend +PAUSED +never ran here +paused by ada/);
    await runCli(repository.path, ['resume', 'backend']);
    expect(await stateOf(repository.path, 'backend')).toBe('ACTIVE');
    expect(await repository.git('status', '--porcelain')).toBe('');
  });
  it('is for every agent when none is named, and for one branch when one is', async () => {
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    await runCli(repository.path, ['pause']);
    expect(await stateOf(repository.path, 'docs')).toBe('PAUSED');
    const one = await runCli(repository.path, ['resume', 'docs'], { USER: 'bob' });
    expect(one.stdout).toMatch(/^docs stays paused by \S+: agent resume ends that\n$/);
    expect((await runCli(repository.path, ['resume'])).stdout).toBe('every agent may run again in this clone\n');
    await repository.git('branch', 'next');
    const there = await runCli(repository.path, ['pause', '--branch', 'next']);
    expect(there.stdout).toBe('every agent is paused on next in this clone; agent resume --branch next ends that\n');
    expect(await stateOf(repository.path, 'docs')).toBe('ACTIVE');
    expect(await stateOf(repository.path, 'docs', '--branch', 'next')).toBe('PAUSED');
  });
  it('keeps to this clone unless it is shared, and then other clones see it', async () => {
    await using origin = await createRepository('--bare');
    await using first = await origin.clone();
    await first.commit('first', { 'a.md': '# A\n' });
    await first.git('push', '-q', 'origin', 'HEAD:main');
    await runCli(first.path, ['pause', 'qa']);
    expect(await origin.git('for-each-ref', 'refs/upkeep')).toBe('');
    const shared = await runCli(first.path, ['pause', 'docs', '--shared']);
    expect(shared.stderr).toBe('');
    expect(shared.stdout).toContain('docs is paused, for everyone; agent resume docs --shared ends that');
    const resumed = await runCli(first.path, ['resume', 'docs']);
    expect(resumed.stdout).toMatch(/^docs stays paused by \S+: agent resume docs --shared ends that\n$/);
    expect(await origin.git('for-each-ref', '--format=%(refname)', 'refs/upkeep')).toBe('refs/upkeep/ledger');
  });
  it('is shared with the remote that the configuration delivers to, in the way it stores the ledger', async () => {
    await using origin = await createRepository('--bare');
    await using upstream = await createRepository('--bare');
    await using clone = await origin.clone();
    await clone.git('remote', 'add', 'upstream', upstream.path);
    await clone.commit('first', { 'agent.config.json': '{"delivery": {"remote": "upstream"}, "ledger": {"store": "branch"}}' });
    expect(await runCli(clone.path, ['pause', 'docs', '--shared'])).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await origin.git('for-each-ref')).toBe('');
    expect(await upstream.git('for-each-ref', '--format=%(refname)')).toBe('refs/heads/upkeep/ledger');
    await clone.commit('broken', { 'agent.config.json': '{"delivery": {"remot": "upstream"}}' });
    const refused = await runCli(clone.path, ['pause', 'qa', '--shared']);
    expect(refused).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('agent.config.json:1:15') as string });
    expect(await stateOf(clone.path, 'qa')).toBe('ACTIVE');
    expect((await runCli(clone.path, ['pause', 'qa'])).exitCode).toBe(0);
  });
  it('says when there is nobody to share with', async () => {
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    const { exitCode, stdout, stderr } = await runCli(repository.path, ['pause', 'qa', '--shared']);
    expect(stderr).toContain('there is no remote origin: only this clone knows of it');
    expect(stdout).toContain('qa is paused in this clone');
    expect(exitCode).toBe(0);
    expect(await stateOf(repository.path, 'qa')).toBe('PAUSED');
  });
  it('stands in the log, as lines and as JSON, newest last', async () => {
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    expect((await runCli(repository.path, ['log'])).stderr).toBe('nothing is recorded: agent run\n');
    await runCli(repository.path, ['pause', 'qa', '--reason', 'flaky \x1b[31mweek'], { USER: 'ada' });
    await runCli(repository.path, ['resume', 'qa'], { USER: 'bob' });
    const { stdout } = await runCli(repository.path, ['log']);
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/ {2}qa +paused by ada – flaky week, this clone only$/),
      expect.stringMatching(/ {2}qa +resumed by bob, this clone only$/),
      '',
    ]);
    const json = (await runCli(repository.path, ['log', '--json', '-n', '1'])).stdout;
    expect(JSON.parse(json)).toMatchObject({ type: 'agent:resumed', subject: 'qa', data: { by: 'bob' } });
    expect((await runCli(repository.path, ['log', '--agent', 'docs'])).stdout).toBe('');
    expect((await runCli(repository.path, ['log', '--dead-letters'])).stdout).toBe('every line of the ledger can be read\n');
  });
  it('wants the name of an agent and a length of time', async () => {
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    const unknown = await runCli(repository.path, ['pause', 'bakend']);
    expect(unknown).toMatchObject({ exitCode: 2 });
    expect(unknown.stderr).toContain('there is no agent "bakend" – did you mean "backend"?');
    expect(await runCli(repository.path, ['pause', 'qa', '--for', 'ever'])).toMatchObject({ exitCode: 2 });
    const branch = await runCli(repository.path, ['pause', 'qa', '--branch', 'a..b']);
    expect(branch).toMatchObject({ exitCode: 2, stdout: '', stderr: 'agent: --branch "a..b": Git accepts no branch of that name\n' });
    const nowhere = await runCli(repository.path, ['pause', 'qa', '--branch', 'mian']);
    const known = 'no such branch is known here – did you mean "main"?; git fetch brings those of the remote';
    expect(nowhere).toMatchObject({ exitCode: 2, stdout: '', stderr: `agent: --branch "mian": ${known}\n` });
  });
  it('tells who needs no retry', async () => {
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    expect((await runCli(repository.path, ['retry'])).stdout).toBe('no agent needs a retry\n');
    const fine = { exitCode: 2, stdout: '', stderr: 'agent: qa needs no retry: it is in the schedule\n' };
    expect(await runCli(repository.path, ['retry', 'qa'])).toEqual(fine);
    await runCli(repository.path, ['pause', 'qa'], { USER: 'ada' });
    const paused = { exitCode: 2, stdout: '', stderr: 'agent: qa is paused by ada: agent resume qa ends that\n' };
    expect(await runCli(repository.path, ['retry', 'qa'])).toEqual(paused);
  });
  it('refuses to resume what is not paused', async () => {
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    const refused = { exitCode: 2, stdout: '', stderr: 'agent: qa is not paused: there is nothing to resume\n' };
    expect(await runCli(repository.path, ['resume', 'qa'])).toEqual(refused);
    expect(await runCli(repository.path, ['resume'])).toMatchObject({ exitCode: 2, stdout: '' });
  });
  it('works in another folder by -C and says when that is no repository', async () => {
    await using repository = await repositoryWith({ 'a.md': '# A\n' });
    expect((await runCli('/', ['-C', repository.path, 'status'])).exitCode).toBe(0);
    const { exitCode, stderr } = await runCli(repository.path, ['-C', '/', 'status']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('go into a Git repository');
  });
});
