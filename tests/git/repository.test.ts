import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isSupportedGit, openRepository } from '../../git/repository.ts';
import { operationInProgress } from '../../git/operation-state.ts';
import { wrapGit } from '../support/wrap-git.ts';
import { createRepository, repositoryAt, repositoryWith, temporaryFolder } from '../support/git-repository.ts';
import type { TestRepository } from '../support/git-repository.ts';

describe('openRepository', () => {
  it('finds root, Git directory, branch and commit from a folder below', async () => {
    await using repo = await repositoryWith({ 'sub/ä b/file': 'x' });
    expect(await openRepository(join(repo.path, 'sub', 'ä b'))).toEqual({
      root: repo.path,
      gitDir: join(repo.path, '.git'),
      commonDir: join(repo.path, '.git'),
      bare: false,
      shallow: false,
      head: await repo.head(),
      branch: 'main',
      objectFormat: 'sha1',
    });
  });

  it('says so when there is no commit yet', async () => {
    await using repo = await createRepository();
    expect(await repo.open()).toMatchObject({ head: null, branch: 'main', root: repo.path });
  });

  it('says so when HEAD is detached', async () => {
    await using repo = await repositoryWith({ a: 'x' });
    await repo.git('checkout', '-q', '--detach');
    expect(await repo.open()).toMatchObject({ head: await repo.head(), branch: null });
  });

  it('says so when it is bare', async () => {
    await using repo = await repositoryWith({ a: 'x' });
    await using bare = await repo.clone('--bare');
    expect(await bare.open()).toMatchObject({ bare: true, root: null, gitDir: bare.path, head: await repo.head() });
  });

  it('says so when it is shallow', async () => {
    await using repo = await repositoryWith({ a: 'x' });
    await repo.commit('second', { a: 'y' });
    await using shallow = await repo.clone('--depth=1');
    expect(await shallow.open()).toMatchObject({ shallow: true, head: await repo.head() });
  });

  it('knows the Git directory of a linked worktree from the common one', async () => {
    await using repo = await repositoryWith({ a: 'x' });
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'linked');
    await repo.git('worktree', 'add', '-q', '-b', 'side', path);
    expect(await openRepository(path)).toMatchObject({
      root: path,
      gitDir: join(repo.path, '.git', 'worktrees', 'linked'),
      commonDir: join(repo.path, '.git'),
      branch: 'side',
    });
  });

  it('reads a SHA-256 repository', async () => {
    await using repo = await createRepository('--object-format=sha256');
    const head = await repo.commit('first', { a: 'x' });
    expect(await repo.open()).toMatchObject({ objectFormat: 'sha256', head });
  });

  it('finds the working tree that core.worktree names', async () => {
    await using repo = await repositoryWith({ a: 'x' });
    await using elsewhere = await temporaryFolder();
    await repo.git('config', 'core.worktree', elsewhere.path);
    expect(await repo.open()).toMatchObject({ root: elsewhere.path, bare: false });
  });

  it('is not confused by newlines in the path', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'two\nlines\ntrue');
    await mkdir(path);
    const repo = repositoryAt(path);
    await repo.git('init', '-q');
    await repo.commit('first', { 'sub/a': 'x' });
    expect(await openRepository(join(path, 'sub'))).toMatchObject({ root: path, gitDir: join(path, '.git'), head: await repo.head() });
  });

  it('refuses a folder that is in no repository', async () => {
    await using folder = await temporaryFolder();
    await expect(openRepository(folder.path)).rejects.toMatchObject({ code: 'not-a-repository' });
  });

  it('refuses a folder inside a Git directory', async () => {
    await using repo = await repositoryWith({ a: 'x' });
    await expect(openRepository(join(repo.path, '.git', 'refs'))).rejects.toMatchObject({ code: 'not-a-repository' });
  });

  it('refuses a repository that belongs to somebody else', async () => {
    await using repo = await repositoryWith({ a: 'x' });
    if (process.getuid?.() === 0) {
      await chown(repo.path, 65534, 65534);
      await chown(join(repo.path, '.git'), 65534, 65534);
      await expect(openRepository(repo.path)).rejects.toMatchObject({ code: 'unsafe-owner' });
    } else {
      // Only root can give a folder away; Git has a switch for its own tests.
      await using _wrapper = await wrapGit('GIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec');
      await expect(openRepository(repo.path)).rejects.toMatchObject({ code: 'unsafe-owner' });
    }
  });
});

describe('isSupportedGit', () => {
  it.each([
    ['git version 2.38.0', true],
    ['git version 2.39.5 (Apple Git-154)', true],
    ['git version 3.0.0', true],
    ['git version 2.47.1.windows.2', true],
    ['git version 2.37.9', false],
    ['git version 1.99', false],
    ['gibberish', false],
  ])('reads %j', (line, supported) => {
    expect(isSupportedGit(line)).toBe(supported);
  });
});

describe('operationInProgress', () => {
  const begin: Record<string, (repo: TestRepository) => Promise<unknown>> = {
    rebase: (repo) => repo.tryGit('rebase', 'other'),
    merge: (repo) => repo.tryGit('merge', 'other'),
    'cherry-pick': (repo) => repo.tryGit('cherry-pick', 'other'),
    revert: (repo) => repo.tryGit('revert', '--no-edit', 'HEAD~1'),
    bisect: (repo) => repo.git('bisect', 'start'),
    am: async (repo) => {
      await repo.write('../x.patch', await repo.git('format-patch', '-1', '--stdout', 'other'));
      await repo.tryGit('am', '../x.patch');
    },
  };

  async function conflicting(): Promise<TestRepository> {
    const repo = await repositoryWith({ a: 'base\n' });
    await repo.git('checkout', '-q', '-b', 'other');
    await repo.commit('theirs', { a: 'theirs\n' });
    await repo.git('checkout', '-q', 'main');
    await repo.commit('ours', { a: 'ours\n' });
    await repo.commit('ours again', { a: 'ours again\n' });
    return repo;
  }

  it.each(Object.keys(begin))('sees an open %s, and that nothing is open before', async (operation) => {
    await using outer = await temporaryFolder();
    await using source = await conflicting();
    await source.git('clone', '-q', source.path, join(outer.path, 'r'));
    const repo = repositoryAt(join(outer.path, 'r'));
    await repo.git('branch', 'other', 'origin/other');
    expect(await operationInProgress(await repo.open())).toBe(null);
    await begin[operation]?.(repo);
    expect(await operationInProgress(await repo.open())).toBe(operation);
  });

  it('looks at this working tree only', async () => {
    await using repo = await conflicting();
    await using folder = await temporaryFolder();
    const linked = join(folder.path, 'linked');
    await repo.git('worktree', 'add', '-q', '-b', 'side', linked);
    await repo.tryGit('merge', 'other');
    expect(await operationInProgress(await repo.open())).toBe('merge');
    expect(await operationInProgress(await openRepository(linked))).toBe(null);
  });
});
