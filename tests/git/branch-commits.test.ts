import { describe, expect, it } from 'vitest';
import { changeId, commitsBeyond, isPlainMerge } from '../../git/branch-commits.ts';
import type { BranchCommit } from '../../git/branch-commits.ts';
import { remoteHeads } from '../../git/remote-heads.ts';
import { repositoryWith } from '../support/git-repository.ts';
import type { TestRepository } from '../support/git-repository.ts';

async function tipOf(repo: TestRepository): Promise<BranchCommit> {
  const [tip] = await commitsBeyond(await repo.open(), { base: await repo.git('rev-parse', 'HEAD^'), tip: await repo.head(), limit: 1 });
  if (tip === undefined) throw new Error('there is no commit');
  return tip;
}

describe('the commits of a branch beyond another', () => {
  it('are told newest first, with author, committer and whole message', async () => {
    await using repo = await repositoryWith({ a: '1' });
    const base = await repo.head();
    await repo.commit('one\n\nbody\n\nAgent: docs', { a: '2' });
    await repo.git(
      '-c',
      'user.name=Ann',
      '-c',
      'user.email=ann@example.test',
      'commit',
      '-q',
      '--allow-empty',
      '-m',
      'two',
      '--author=Bob <b@example.test>',
    );
    const commits = await commitsBeyond(await repo.open(), { base, tip: await repo.head(), limit: 10 });
    expect(commits.map(({ message }) => message.trim())).toEqual(['two', 'one\n\nbody\n\nAgent: docs']);
    expect(commits[0]).toMatchObject({
      author: { name: 'Bob', email: 'b@example.test' },
      committer: { name: 'Ann', email: 'ann@example.test' },
      parents: [commits[1]?.sha],
    });
    expect(await commitsBeyond(await repo.open(), { base: await repo.head(), tip: base, limit: 10 })).toEqual([]);
    expect(await commitsBeyond(await repo.open(), { base, tip: await repo.head(), limit: 1 })).toHaveLength(1);
  });
});

describe('a merge', () => {
  it('is plain when git made it alone, and not when somebody added to it', async () => {
    await using repo = await repositoryWith({ a: '1\n', b: '1\n' });
    await repo.git('checkout', '-q', '-b', 'side');
    await repo.commit('side', { a: '2\n' });
    await repo.git('checkout', '-q', 'main');
    await repo.commit('main', { b: '2\n' });
    await repo.git('checkout', '-q', 'side');
    await repo.git('merge', '-q', '--no-ff', '-m', "Merge branch 'main' into side", 'main');
    expect(await isPlainMerge(await repo.open(), await tipOf(repo))).toBe(true);
    await repo.write('a', 'more\n');
    await repo.git('commit', '-q', '-a', '--amend', '--no-edit');
    expect(await isPlainMerge(await repo.open(), await tipOf(repo))).toBe(false);
  });

  it('is not plain when it was a conflict, or no merge at all', async () => {
    await using repo = await repositoryWith({ a: '1\n' });
    await repo.git('checkout', '-q', '-b', 'side');
    await repo.commit('side', { a: '2\n' });
    expect(await isPlainMerge(await repo.open(), await tipOf(repo))).toBe(false);
    await repo.git('checkout', '-q', 'main');
    await repo.commit('main', { a: '3\n' });
    await repo.tryGit('merge', '-q', 'side');
    await repo.commit('resolved', { a: '4\n' });
    expect(await isPlainMerge(await repo.open(), await tipOf(repo))).toBe(false);
  });
});

describe('the id of a change', () => {
  it('stays the same on another base, and differs for another change', async () => {
    await using repo = await repositoryWith({ a: 'teh\n', b: '1\n' });
    const first = await repo.head();
    const fixed = await repo.commit('fix', { a: 'the\n' });
    const id = await changeId(await repo.open(), first, fixed);
    expect(id).toMatch(/^[0-9a-f]{40}$/);
    await repo.git('reset', '-q', '--hard', first);
    const moved = await repo.commit('lines above', { a: 'new\nlines\nabove\nteh\n', b: '2\n' });
    const again = await repo.commit('fix', { a: 'new\nlines\nabove\nthe\n' });
    const other = await repo.commit('more', { a: 'new\nlines\nabove\nthe other\n' });
    expect(await changeId(await repo.open(), moved, again)).toBe(id);
    expect(await changeId(await repo.open(), moved, other)).not.toBe(id);
    expect(await changeId(await repo.open(), moved, moved)).toBe('');
  });
});

describe('the heads of a remote', () => {
  it('are told with its default branch, only those that were asked for', async () => {
    await using remote = await repositoryWith({ a: '1' });
    await remote.git('branch', 'upkeep/docs');
    await remote.git('branch', 'other/main');
    await using clone = await remote.clone();
    const answer = await remoteHeads({ repository: await clone.open(), remote: 'origin', branches: ['main', 'upkeep/docs', 'upkeep/qa'] });
    const head = await remote.head();
    expect(answer).toEqual({
      ok: true,
      defaultBranch: 'main',
      heads: new Map([
        ['main', head],
        ['upkeep/docs', head],
      ]),
    });
  });

  it('are not told by a remote that does not answer, nor asked for a name that is none', async () => {
    await using repo = await repositoryWith({ a: '1' });
    const repository = await repo.open();
    expect(await remoteHeads({ repository, remote: '/nowhere/at/all', branches: ['main'] })).toMatchObject({
      ok: false,
      reason: 'unreachable',
    });
    await expect(remoteHeads({ repository, remote: 'origin', branches: ['--upload-pack=x'] })).rejects.toThrow('not the name of a branch');
  });
});
