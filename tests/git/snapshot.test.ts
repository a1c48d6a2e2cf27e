import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recentCommits } from '../../git/history.ts';
import { snapshotWorkingTree } from '../../git/snapshot.ts';
import { uncommittedFiles } from '../../git/status.ts';
import { diffTrees, listTree, readPath } from '../../git/tree.ts';
import { checkoutFingerprint } from '../support/checkout-fingerprint.ts';
import { createRepository, repositoryWith } from '../support/git-repository.ts';
import type { TestRepository } from '../support/git-repository.ts';

async function dirtyRepository(): Promise<TestRepository> {
  const repo = await repositoryWith({ a: '1', staged: '1', both: '1', gone: '1', '.gitignore': 'ignored\n', 'ü\nb': '1' });
  await repo.write('staged', '2');
  await repo.write('both', '2');
  await repo.write('added', 'x');
  await repo.git('add', 'staged', 'both', 'added');
  await repo.write('both', '3');
  await repo.write('gone', null);
  await repo.write('ü\nb', '2');
  await repo.write('new folder/-new', 'x');
  await repo.write('ignored', 'x');
  return repo;
}

describe('uncommittedFiles', () => {
  it('tells staged, unstaged and new files apart under any name, and takes no lock', async () => {
    await using repo = await dirtyRepository();
    await repo.write('.git/index.lock', '');
    const files = await uncommittedFiles(await repo.open());
    const kinds = Object.fromEntries(
      files.map(({ path, staged, unstaged, untracked }) => [path, `${staged ? 's' : ''}${unstaged ? 'u' : ''}${untracked ? '?' : ''}`]),
    );
    expect(kinds).toEqual({ added: 's', staged: 's', both: 'su', gone: 'u', 'ü\nb': 'u', 'new folder/-new': '?' });
  });

  it('changes nothing by looking, not even the index', async () => {
    await using repo = await dirtyRepository();
    await repo.write('a', '1');
    const before = await checkoutFingerprint(repo);
    await uncommittedFiles(await repo.open());
    expect(await checkoutFingerprint(repo)).toEqual(before);
  });

  it('finds both ends of a rename, and files in conflict', async () => {
    await using repo = await repositoryWith({ a: 'content\n', c: 'base\n' });
    await repo.git('checkout', '-q', '-b', 'other');
    await repo.commit('theirs', { c: 'theirs\n' });
    await repo.git('checkout', '-q', 'main');
    await repo.commit('ours', { c: 'ours\n' });
    await repo.tryGit('merge', 'other');
    await repo.git('mv', 'a', 'b');
    expect((await uncommittedFiles(await repo.open())).map(({ path }) => path).sort()).toEqual(['a', 'b', 'c']);
  });

  it('is empty in a clean and in a bare repository', async () => {
    await using repo = await repositoryWith({ a: '1' });
    await using bare = await repo.clone('--bare');
    expect([await uncommittedFiles(await repo.open()), await uncommittedFiles(await bare.open())]).toEqual([[], []]);
  });
});

describe('snapshotWorkingTree', () => {
  it('holds every change and new file, none that is ignored, and leaves the checkout as it is', async () => {
    await using repo = await dirtyRepository();
    const before = await checkoutFingerprint(repo);
    const repository = await repo.open();
    const snapshot = await snapshotWorkingTree(repository);
    expect(await checkoutFingerprint(repo)).toEqual(before);
    expect(await repo.git('show', '-s', '--format=%P', snapshot)).toBe(repository.head);
    const changes = await diffTrees(repository, repository.head ?? '', snapshot);
    expect(Object.fromEntries(changes.map(({ path, status }) => [path, status]))).toEqual({
      added: 'added',
      staged: 'modified',
      both: 'modified',
      gone: 'deleted',
      'ü\nb': 'modified',
      'new folder/-new': 'added',
    });
    expect((await readPath(repository, snapshot, 'both'))?.toString()).toBe('3');
  });

  it('sees a change of the same size in the moment in which the index was written', async () => {
    await using repo = await repositoryWith({ a: '1' });
    await repo.git('config', 'core.trustctime', 'false');
    const repository = await repo.open();
    // As if all of it had been done within one tick of the clock, and the copy of the index later.
    const moment = new Date('2026-03-01T12:00:00Z');
    await utimes(join(repo.path, 'a'), moment, moment);
    await repo.git('update-index', '--refresh');
    await utimes(join(repo.path, '.git', 'index'), moment, moment);
    await repo.write('a', '2');
    await utimes(join(repo.path, 'a'), moment, moment);
    const snapshot = await snapshotWorkingTree(repository);
    expect((await readPath(repository, snapshot, 'a'))?.toString()).toBe('2');
  });

  it('works before the first commit', async () => {
    await using repo = await createRepository();
    await repo.write('a', 'x');
    const repository = await repo.open();
    const snapshot = await snapshotWorkingTree(repository);
    expect((await listTree(repository, snapshot)).map(({ path }) => path)).toEqual(['a']);
    expect(await repo.git('show', '-s', '--format=%P', snapshot)).toBe('');
  });

  it('works in a merge with conflicts', async () => {
    await using repo = await repositoryWith({ c: 'base\n' });
    await repo.git('checkout', '-q', '-b', 'other');
    await repo.commit('theirs', { c: 'theirs\n' });
    await repo.git('checkout', '-q', 'main');
    await repo.commit('ours', { c: 'ours\n' });
    await repo.tryGit('merge', 'other');
    const before = await checkoutFingerprint(repo);
    const repository = await repo.open();
    expect((await readPath(repository, await snapshotWorkingTree(repository), 'c'))?.toString()).toContain('<<<<<<<');
    expect(await checkoutFingerprint(repo)).toEqual(before);
  });

  it('takes the rest when there is a repository without commits inside, and when a filter is missing', async () => {
    await using repo = await repositoryWith({ '.gitattributes': '*.bin filter=lfs -text\n', 'x.bin': 'pointer' });
    await repo.git('config', 'filter.lfs.clean', 'no-such-program-lfs clean -- %f');
    await repo.git('config', 'filter.lfs.required', 'true');
    await repo.git('init', '-q', join(repo.path, 'nested'));
    await repo.write('x.bin', 'other pointer');
    await repo.write('new', 'x');
    const repository = await repo.open();
    const changes = await diffTrees(repository, repository.head ?? '', await snapshotWorkingTree(repository));
    expect(changes.map(({ path }) => path)).toEqual(['new', 'x.bin']);
  });

  it('leaves out what a sparse checkout leaves out as unchanged', async () => {
    await using repo = await repositoryWith({ 'in/a': '1', 'out/b': '2' });
    await repo.git('sparse-checkout', 'set', 'in');
    await repo.write('in/a', 'changed');
    const repository = await repo.open();
    const changes = await diffTrees(repository, repository.head ?? '', await snapshotWorkingTree(repository));
    expect(changes.map(({ path }) => path)).toEqual(['in/a']);
  });
});

describe('recentCommits', () => {
  it('lists the newest first with their whole messages', async () => {
    await using repo = await repositoryWith({ a: '1' });
    const first = await repo.head();
    const second = await repo.commit('auto: docs – ü\n\nAgent: docs\nAgent-Run: 1', { a: '2' });
    const commits = await recentCommits(await repo.open(), second, 10);
    expect(commits.map(({ sha }) => sha)).toEqual([second, first]);
    expect(commits[0]).toMatchObject({
      parents: [first],
      authorName: 'A Person',
      subject: 'auto: docs – ü',
      message: 'auto: docs – ü\n\nAgent: docs\nAgent-Run: 1',
    });
    expect(await recentCommits(await repo.open(), second, 1)).toHaveLength(1);
  });
});
