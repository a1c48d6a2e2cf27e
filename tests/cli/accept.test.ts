import { describe, expect, it } from 'vitest';
import { commitAs, suggestAs } from '../support/agent-commits.ts';
import { repositoryWith } from '../support/git-repository.ts';
import { runCli } from '../support/run-cli.ts';

describe('agent accept', () => {
  it('puts what waits on the checked-out branch, the most important agent first', async () => {
    await using repository = await repositoryWith({ 'a.js': 'var a;\n', 'b.yaml': 'a:   1\n' });
    await suggestAs(repository, 'backend', { 'a.js': 'let a;\n' });
    await suggestAs(repository, 'devops', { 'b.yaml': 'a: 1\n' });
    const { exitCode, stdout } = await runCli(repository.path, ['accept']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/main moved by 2 commits/);
    expect((await repository.git('log', '--format=%(trailers:key=Agent,valueonly,separator=)', '--reverse')).split('\n')).toEqual([
      '',
      'devops',
      'backend',
    ]);
    expect(await repository.read('a.js')).toBe('let a;\n');
    expect(await repository.read('b.yaml')).toBe('a: 1\n');
    expect(await repository.git('for-each-ref', 'refs/upkeep/suggest')).toBe('');
    expect(await repository.git('status', '--porcelain')).toBe('');
    expect((await runCli(repository.path, ['accept'])).stdout).toBe('no commit waits\n');
  });
  it('takes only what is named', async () => {
    await using repository = await repositoryWith({ 'a.js': 'var a;\n', 'b.md': '# B  \n' });
    await suggestAs(repository, 'backend', { 'a.js': 'let a;\n' });
    await suggestAs(repository, 'docs', { 'b.md': '# B\n' });
    expect((await runCli(repository.path, ['accept', 'docs'])).exitCode).toBe(0);
    expect(await repository.read('a.js')).toBe('var a;\n');
    expect(await repository.git('for-each-ref', '--format=%(refname)', 'refs/upkeep/suggest')).toBe('refs/upkeep/suggest/backend');
  });
  it('keeps its hands off while uncommitted work stands in the way', async () => {
    await using repository = await repositoryWith({ 'a.js': 'var a;\n' });
    await suggestAs(repository, 'backend', { 'a.js': 'let a;\n' });
    await repository.write('a.js', 'mine\n');
    const { exitCode, stderr } = await runCli(repository.path, ['accept']);
    expect(exitCode).toBe(4);
    expect(stderr).toContain('files of yours that are not committed stand in the way: a.js');
    expect(await repository.read('a.js')).toBe('mine\n');
    expect(await repository.git('for-each-ref', '--format=%(refname)', 'refs/upkeep/suggest')).toBe('refs/upkeep/suggest/backend');
  });
  it('takes the others when one conflicts', async () => {
    await using repository = await repositoryWith({ 'a.js': 'var a;\n', 'b.md': '# B  \n' });
    await suggestAs(repository, 'backend', { 'a.js': 'let a;\n' });
    await suggestAs(repository, 'docs', { 'b.md': '# B\n' });
    await repository.commit('feat: mine', { 'a.js': 'const a = 1;\n' });
    const { exitCode, stderr } = await runCli(repository.path, ['accept']);
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/backend: [0-9a-f]{9} conflicts with main in a\.js: agent run backend makes it anew/);
    expect(await repository.read('b.md')).toBe('# B\n');
    expect(await repository.git('for-each-ref', '--format=%(refname)', 'refs/upkeep/suggest')).toBe('refs/upkeep/suggest/backend');
  });
  it('only forgets what is on the branch already', async () => {
    await using repository = await repositoryWith({ 'a.js': 'var a;\n' });
    const { sha } = await commitAs(repository, 'backend', { 'a.js': 'let a;\n' });
    await repository.git('update-ref', 'refs/upkeep/suggest/backend', sha);
    expect(await runCli(repository.path, ['accept'])).toEqual({
      exitCode: 0,
      stdout: `backend: nothing to accept: ${sha.slice(0, 9)} is already in main\n`,
      stderr: '',
    });
    expect(await repository.head()).toBe(sha);
    expect(await repository.git('for-each-ref', 'refs/upkeep/suggest')).toBe('');
  });
  it('says so of a commit whose change is on the branch already', async () => {
    await using repository = await repositoryWith({ 'a.js': 'var a;\n' });
    const { sha } = await suggestAs(repository, 'backend', { 'a.js': 'let a;\n' });
    const mine = await repository.commit('fix: mine', { 'a.js': 'let a;\n' });
    expect((await runCli(repository.path, ['accept'])).stdout).toBe(
      `backend: nothing to accept: what ${sha.slice(0, 9)} changes is already in main\n`,
    );
    expect(await repository.head()).toBe(mine);
  });
  it('says what is missing on a detached HEAD', async () => {
    await using repository = await repositoryWith({ 'a.js': 'var a;\n' });
    await suggestAs(repository, 'backend', { 'a.js': 'let a;\n' });
    await repository.git('checkout', '-q', '--detach');
    expect(await runCli(repository.path, ['accept'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('HEAD is detached') as string,
    });
  });
});
