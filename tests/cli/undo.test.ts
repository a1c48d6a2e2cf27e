import { describe, expect, it } from 'vitest';
import { readState } from '../../ledger/read.ts';
import { openLedger } from '../../ledger/store.ts';
import { commitAs, suggestAs } from '../support/agent-commits.ts';
import { repositoryWith, type TestRepository } from '../support/git-repository.ts';
import { runCli } from '../support/run-cli.ts';

async function frozenOf(repository: TestRepository): Promise<Record<string, { blobs: readonly { path: string; blob: string }[] }>> {
  const { commonDir } = await repository.open();
  return (await readState(openLedger(commonDir))).layered.frozen;
}

describe('agent undo', () => {
  it('reverts a commit of an agent on the branch and remembers what must not be written again', async () => {
    await using repository = await repositoryWith({ 'a.js': 'var a;\n', 'b.js': 'b\n' });
    const { sha } = await commitAs(repository, 'backend', { 'a.js': 'let a;\n' });
    const blob = await repository.git('rev-parse', `${sha}:a.js`);
    await repository.commit('feat: later', { 'c.js': 'c\n' });
    const { exitCode, stdout } = await runCli(repository.path, ['undo', sha.slice(0, 8), '--reason', 'we like var']);
    expect(stdout).toContain('is undone; it is not done again');
    expect(exitCode).toBe(0);
    expect(await repository.read('a.js')).toBe('var a;\n');
    expect(await repository.git('status', '--porcelain')).toBe('');
    const message = await repository.git('log', '-1', '--format=%B');
    expect(message).toContain('revert: auto: backend – fix 1 problem in 1 file');
    expect(message).toContain('we like var');
    expect(message).toContain(`This reverts commit ${sha}.`);
    expect(await frozenOf(repository)).toMatchObject({ backend: { blobs: [{ path: 'a.js', blob }] } });
  });
  it('says of a second time that it was undone before', async () => {
    await using repository = await repositoryWith({ 'a.js': 'var a;\n' });
    const { sha } = await commitAs(repository, 'backend', { 'a.js': 'let a;\n' });
    await runCli(repository.path, ['undo', sha]);
    const before = await repository.head();
    const { exitCode, stdout } = await runCli(repository.path, ['undo', sha]);
    expect(stdout).toMatch(/was undone before, and nothing of it is left to take back; it is not done again\n$/);
    expect(exitCode).toBe(0);
    expect(await repository.head()).toBe(before);
  });
  it('takes back all that a run did by the beginning of its id', async () => {
    await using repository = await repositoryWith({ 'a.js': 'var a;\n' });
    const { runId } = await commitAs(repository, 'backend', { 'a.js': 'let a;\n' });
    expect((await runCli(repository.path, ['undo', runId.slice(0, 23)])).exitCode).toBe(0);
    expect(await repository.read('a.js')).toBe('var a;\n');
  });
  it('drops a commit that only waits', async () => {
    await using repository = await repositoryWith({ 'a.js': 'var a;\n' });
    const { sha } = await suggestAs(repository, 'frontend', { 'a.js': 'let a;\n' });
    const before = await repository.head();
    expect((await runCli(repository.path, ['undo', sha])).exitCode).toBe(0);
    expect(await repository.head()).toBe(before);
    expect(await repository.git('for-each-ref', 'refs/upkeep/suggest')).toBe('');
    expect(Object.keys(await frozenOf(repository))).toEqual(['frontend']);
  });
  it('leaves uncommitted work alone and says so when it stands in the way', async () => {
    await using repository = await repositoryWith({ 'a.js': 'var a;\n' });
    const { sha } = await commitAs(repository, 'backend', { 'a.js': 'let a;\n' });
    await repository.write('a.js', 'mine\n');
    const before = await repository.head();
    const { exitCode, stderr } = await runCli(repository.path, ['undo', sha]);
    expect(exitCode).toBe(4);
    expect(stderr).toContain('files of yours that are not committed stand in the way: a.js');
    expect(stderr).not.toContain('agent accept');
    expect(await repository.read('a.js')).toBe('mine\n');
    expect(await repository.head()).toBe(before);
    expect(await frozenOf(repository)).toEqual({});
  });
  it('says when later commits changed the same lines', async () => {
    await using repository = await repositoryWith({ 'a.js': 'var a;\n' });
    const { sha } = await commitAs(repository, 'backend', { 'a.js': 'let a;\n' });
    await repository.commit('feat: on', { 'a.js': 'let a = 1;\n' });
    const { exitCode, stderr } = await runCli(repository.path, ['undo', sha]);
    expect(exitCode).toBe(4);
    expect(stderr).toContain('later commits changed the same lines of a.js');
  });
  it("refuses a person's commit, a stranger and an option", async () => {
    await using repository = await repositoryWith({ 'a.js': 'var a;\n' });
    for (const [target, words] of [
      ['HEAD', 'was made by a person'],
      ['0'.repeat(40), 'neither the id of a run nor a commit'],
    ] as const) {
      const { exitCode, stderr } = await runCli(repository.path, ['undo', target]);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(words);
    }
    expect((await runCli(repository.path, ['undo', '--', '--upload-pack=touch x'])).exitCode).toBe(2);
  });
});
