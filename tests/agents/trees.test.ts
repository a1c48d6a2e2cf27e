import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { DependencySource } from '../../agents/dependencies/prepare-dependencies.ts';
import { readProject } from '../../agents/read-project.ts';
import { openTrees } from '../../agents/trees.ts';
import type { Trees } from '../../agents/trees.ts';
import { repositoryWith, temporaryFolder } from '../support/git-repository.ts';
import type { TestRepository } from '../support/git-repository.ts';

async function withTrees(
  source: (repository: TestRepository) => DependencySource,
  use: (trees: Trees, repository: TestRepository) => Promise<void>,
): Promise<void> {
  await using repository = await repositoryWith({ '.gitignore': 'node_modules/\n', 'a.txt': 'one\n', 'package.json': '{"name":"x"}' });
  await repository.write('node_modules/dep/index.js', 'dep');
  await using folder = await temporaryFolder();
  const from = source(repository);
  await using trees = openTrees({
    repository: await repository.open(),
    runId: 'run-1',
    folder: folder.path,
    dependencies: () => Promise.resolve(from),
  });
  await use(trees, repository);
}

const linked = (repository: TestRepository): DependencySource => ({ ok: true, how: 'link', folder: repository.path, copies: new Set() });

it('makes copies of dependencies once, for one use after another, of whatever commit', async () => {
  await withTrees(linked, async (trees, repository) => {
    const opened = await repository.open();
    const first = await readProject(opened, await repository.head());
    const second = await readProject(opened, await repository.commit('second', { 'a.txt': 'two\n' }));
    const seen: string[] = [];
    let busy = 0;
    const look = (project: typeof first): Promise<string | null> =>
      trees.copied(project, async (tree) => {
        busy += 1;
        seen.push(readFileSync(join(tree.path, 'a.txt'), 'utf8').trim());
        expect(lstatSync(join(tree.path, 'node_modules/dep')).isDirectory()).toBe(true);
        expect(await repository.git('-C', tree.path, 'rev-parse', 'HEAD')).toBe(project.commit);
        expect(busy).toBe(1);
        busy -= 1;
        return tree.path;
      });
    const paths = await Promise.all([look(first), look(second), look(first)]);
    expect(seen).toEqual(['one', 'two', 'one']);
    expect(new Set(paths).size).toBe(1);
    expect(lstatSync(join((await trees.shared(first)).path, 'node_modules/dep')).isSymbolicLink()).toBe(true);
  });
});

it('lets the next use go on when one failed', async () => {
  await withTrees(linked, async (trees, repository) => {
    const project = await readProject(await repository.open(), await repository.head());
    const failed = trees.copied(project, () => Promise.reject(new Error('no')));
    await expect(failed).rejects.toThrow('no');
    expect(await trees.copied(project, () => Promise.resolve('yes'))).toBe('yes');
  });
});

it.each<[string, (repository: TestRepository) => DependencySource]>([
  ['needs none', () => ({ ok: true, how: 'none' })],
  ['has copies already', ({ path }) => ({ ok: true, how: 'copy', folder: path })],
  ['has none', () => ({ ok: false, why: 'not installed' })],
])('makes no copies where a tree %s', async (_title, source) => {
  await withTrees(source, async (trees, repository) => {
    const project = await readProject(await repository.open(), await repository.head());
    expect(await trees.copied(project, () => Promise.reject(new Error('used')))).toBeNull();
  });
});

it('removes a tree that was still being made when it all ended, and makes no more', async () => {
  await using repository = await repositoryWith({ 'a.txt': 'one\n' });
  await using folder = await temporaryFolder();
  const opened = await repository.open();
  const project = await readProject(opened, await repository.head());
  const begun = Promise.withResolvers<void>();
  const source = Promise.withResolvers<DependencySource>();
  const trees = openTrees({
    repository: opened,
    runId: 'run-1',
    folder: folder.path,
    dependencies: () => {
      begun.resolve();
      return source.promise;
    },
  });
  const late = trees.own('late', project);
  await begun.promise;
  const end = trees[Symbol.asyncDispose]();
  await expect(trees.own('later', project)).rejects.toThrow('after the end');
  source.resolve({ ok: true, how: 'none' });
  await Promise.all([late, end]);
  expect((await repository.git('worktree', 'list')).split('\n')).toHaveLength(1);
});

it('removes the tree whose dependencies could not be placed', async () => {
  await using repository = await repositoryWith({ 'a.txt': 'one\n' });
  await using folder = await temporaryFolder();
  const opened = await repository.open();
  const dependencies = (): Promise<DependencySource> => Promise.reject(new Error('no space'));
  await using trees = openTrees({ repository: opened, runId: 'run-1', folder: folder.path, dependencies });
  await expect(trees.own('x', await readProject(opened, await repository.head()))).rejects.toThrow('no space');
  expect((await repository.git('worktree', 'list')).split('\n')).toHaveLength(1);
});
