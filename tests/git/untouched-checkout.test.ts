/** Looking at a repository, fixing it in a worktree and committing leaves the person's checkout as it is, whatever its state. */
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { changedPaths, commitTree, writeTree } from '../../git/commit.ts';
import { recentCommits } from '../../git/history.ts';
import { mergeOnto } from '../../git/integrate.ts';
import { operationInProgress } from '../../git/operation-state.ts';
import { updateRef } from '../../git/refs.ts';
import { openRepository } from '../../git/repository.ts';
import { snapshotWorkingTree } from '../../git/snapshot.ts';
import { uncommittedFiles } from '../../git/status.ts';
import { listTree, readBlobs, readPath } from '../../git/tree.ts';
import { worktreeRecords } from '../../git/worktree-list.ts';
import { openWorktree, pruneWorktrees } from '../../git/worktree.ts';
import { checkoutFingerprint } from '../support/checkout-fingerprint.ts';
import { repositoryAt, repositoryWith, temporaryFolder } from '../support/git-repository.ts';
import type { TestRepository } from '../support/git-repository.ts';
import { wrapGit } from '../support/wrap-git.ts';

const LINES = `${Array.from({ length: 10 }, (_, i) => `line ${i}`).join('\n')}\n`;

/** A repository with two branches that are in conflict, in a folder in which others may stand beside it. */
async function theirs(): Promise<TestRepository> {
  const repo = await repositoryWith({ 'a.txt': LINES, 'c.txt': 'base\n', 'dir/b.txt': 'b\n', '.gitignore': 'ignored/\n', README: 'r' });
  await repo.git('branch', 'start');
  await repo.git('checkout', '-q', '-b', 'other');
  await repo.commit('theirs', { 'c.txt': 'theirs\n' });
  await repo.git('checkout', '-q', 'main');
  await repo.commit('ours', { 'c.txt': 'ours\n' });
  return repo;
}

const states: Record<string, (repo: TestRepository, beside: string) => Promise<unknown>> = {
  clean: async () => undefined,
  dirty: async (repo) => (await repo.write('a.txt', 'mine'), await repo.write('dir/b.txt', null), repo.write('new/file', 'n')),
  staged: async (repo) => (await repo.write('a.txt', 'mine'), await repo.git('add', '-A'), repo.write('a.txt', 'mine again')),
  stashed: async (repo) => (await repo.write('a.txt', 'mine'), repo.git('stash', '-q')),
  'with ignored files': async (repo) => (await repo.write('ignored/build', 'x'), repo.link('ignored/link', '../a.txt')),
  'mid-rebase': (repo) => repo.tryGit('rebase', 'other'),
  'mid-merge': (repo) => repo.tryGit('merge', 'other'),
  'mid-cherry-pick': (repo) => repo.tryGit('cherry-pick', 'other'),
  'mid-revert': (repo) => repo.tryGit('revert', '--no-edit', 'HEAD'),
  'in a bisect': (repo) => repo.git('bisect', 'start'),
  detached: (repo) => repo.git('checkout', '-q', '--detach'),
  'with a locked index': (repo) => repo.write('.git/index.lock', ''),
  'with submodules': async (repo, beside) => {
    const sub = repositoryAt(join(beside, 'sub'));
    await mkdir(sub.path);
    await sub.git('init', '-q');
    await sub.commit('first', { inner: 'x' });
    await repo.git('submodule', '--quiet', 'add', sub.path, 'module');
    await repo.commit('module');
    await repo.write('module/inner', 'dirty inside');
    await repo.git('config', 'submodule.recurse', 'true');
  },
  'with pointers of a Git LFS that is not installed': async (repo) => {
    await repo.commit('lfs', {
      '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n',
      'x.bin': 'version https://git-lfs.github.com/spec/v1\n',
    });
    await repo.git('config', 'filter.lfs.clean', 'no-such-git-lfs clean -- %f');
    await repo.git('config', 'filter.lfs.smudge', 'no-such-git-lfs smudge -- %f');
    await repo.git('config', 'filter.lfs.process', 'no-such-git-lfs filter-process');
    await repo.git('config', 'filter.lfs.required', 'true');
    await repo.write('x.bin', 'version https://git-lfs.github.com/spec/v1\n');
  },
  sparse: (repo) => repo.git('sparse-checkout', 'set', 'dir'),
  'with line ends of another system': async (repo) => (
    await repo.git('config', 'core.autocrlf', 'true'),
    repo.write('a.txt', LINES.replaceAll('\n', '\r\n'))
  ),
  'with executable bits and links': async (repo) => {
    await repo.write('run.sh', '#!/bin/sh\n', 0o755);
    await repo.link('link', 'a.txt');
    await repo.commit('modes');
    await chmod(join(repo.path, 'run.sh'), 0o644);
  },
  'with strange names': async (repo) => {
    await repo.commit('names', {
      '-rf': 'x',
      'two\nlines': 'x',
      'ünï côdé/日本': 'x',
      '$(touch pwned)': 'x',
      ':(top)': 'x',
      'tab\t"quote"': 'x',
    });
    await repo.write('two\nlines', 'dirty');
    await repo.write('-new', 'new');
  },
  'in a renaming of nothing but case': async (repo) => (await repo.git('mv', 'README', 'Readme'), repo.write('Readme', 'changed')),
  'with hooks, a monitor and an editor': async (repo) => {
    for (const hook of ['post-checkout', 'reference-transaction', 'post-index-change', 'pre-commit', 'commit-msg', 'post-commit']) {
      await repo.write(`.git/hooks/${hook}`, `#!/bin/sh\ntouch "${repo.path}/hook-ran"\nexit 1\n`, 0o755);
    }
    await repo.git('config', 'core.fsmonitor', 'true');
    await repo.git('config', 'core.editor', 'false');
    await repo.git('config', 'core.untrackedCache', 'true');
    await repo.git('config', 'core.splitIndex', 'true');
  },
  'without an identity': async (repo) => (
    await repo.git('config', 'user.useConfigOnly', 'true'),
    await repo.git('config', 'user.email', ''),
    repo.git('config', 'user.name', '')
  ),
};

/** What a run does with git: look, open, fix, commit, merge, keep, take away. */
async function run(path: string, dir: string): Promise<string> {
  const repository = await openRepository(path);
  const commit = repository.head ?? expect.fail('no commit');
  await operationInProgress(repository);
  await uncommittedFiles(repository);
  await recentCommits(repository, commit, 10);
  const entries = await listTree(repository, commit);
  await readBlobs(
    repository,
    entries.filter(({ type }) => type === 'blob').map(({ oid }) => oid),
  );
  if (repository.root !== null) await snapshotWorkingTree(repository);
  await using tree = await openWorktree({ repository, commit, dir, runId: 'run-1', label: 'backend' });
  await symlink(path, join(tree.path, 'node_modules'));
  await writeFile(join(tree.path, 'a.txt'), (await readFile(join(tree.path, 'a.txt'), 'utf8')).replace('line 5', 'fixed'));
  const paths = await changedPaths(tree);
  expect(paths).toEqual(['a.txt']);
  const fixed = await commitTree({
    repository,
    tree: await writeTree(tree, paths),
    parents: [commit],
    message: 'auto: fix\n',
    date: new Date(0),
  });
  await updateRef(repository, 'refs/upkeep/runs/run-1/backend', { from: null, to: fixed });
  await mergeOnto({ repository, tip: commit, commit: fixed, message: 'auto: replayed\n' });
  await tree.reset(fixed);
  await pruneWorktrees(repository, () => false);
  return fixed;
}

describe('the checkout of a person', () => {
  it.each(Object.keys(states))('is as it was after a run when it is %s', async (state) => {
    await using repo = await theirs();
    await using beside = await temporaryFolder();
    await states[state]?.(repo, beside.path);
    const before = await checkoutFingerprint(repo);
    const config = await readFile(join(repo.path, '.git', 'config'), 'utf8');

    const fixed = await run(repo.path, join(beside.path, 'worktrees'));

    expect(await checkoutFingerprint(repo)).toEqual(before);
    expect(await readFile(join(repo.path, '.git', 'config'), 'utf8')).toBe(config);
    expect(await worktreeRecords(await repo.open())).toHaveLength(1);
    expect((await readPath(await repo.open(), fixed, 'a.txt'))?.toString()).toBe(LINES.replace('line 5', 'fixed'));
    expect((await repo.tryGit('fsck', '--no-dangling')).exitCode).toBe(0);
  });

  it.each([
    ['shallow', ['--depth=1']],
    ['partial', ['--filter=blob:none']],
    ['bare', ['--bare']],
  ])('is as it was after a run in a %s clone', async (kind, flags) => {
    await using source = await theirs();
    await source.git('config', 'uploadpack.allowFilter', 'true');
    await using clone = await source.clone(...flags);
    await using beside = await temporaryFolder();
    const before = kind === 'bare' ? await clone.git('for-each-ref', 'refs/heads') : await checkoutFingerprint(clone);
    await run(clone.path, beside.path);
    expect(kind === 'bare' ? await clone.git('for-each-ref', 'refs/heads') : await checkoutFingerprint(clone)).toEqual(before);
    expect((await clone.open()).shallow).toBe(kind === 'shallow');
  });

  it('is as it was after a run in a linked worktree, and so is the main one', async () => {
    await using repo = await theirs();
    await using beside = await temporaryFolder();
    const linked = repositoryAt(join(beside.path, 'linked'));
    await repo.git('worktree', 'add', '-q', '-b', 'side', linked.path);
    await linked.write('a.txt', 'mine');
    await repo.write('c.txt', 'mine');
    const before = [await checkoutFingerprint(repo), await checkoutFingerprint(linked)];
    await run(linked.path, beside.path);
    expect([await checkoutFingerprint(repo), await checkoutFingerprint(linked)]).toEqual(before);
  });

  it('can be read and is not written to when its Git directory is read-only', async () => {
    await using repo = await theirs();
    await using beside = await temporaryFolder();
    await repo.write('a.txt', 'mine');
    const before = await checkoutFingerprint(repo);
    await repo.tryGit('-c', 'alias.seal=!chmod -R a-w .git', 'seal');
    try {
      // Root may write anywhere, so it lays its rights down.
      await using _wrapper = await wrapGit(process.getuid?.() === 0 ? 'exec setpriv --bounding-set=-all --inh-caps=-all --' : 'exec');
      const repository = await openRepository(repo.path);
      expect((await uncommittedFiles(repository)).map(({ path }) => path)).toEqual(['a.txt']);
      expect(await listTree(repository, repository.head ?? '')).toHaveLength(5);
      const opening = openWorktree({ repository, commit: repository.head ?? '', dir: beside.path, runId: 'r', label: 't' });
      await expect(opening).rejects.toMatchObject({ code: 'read-only' });
    } finally {
      await repo.tryGit('-c', 'alias.unseal=!chmod -R u+w .git', 'unseal');
    }
    expect((await checkoutFingerprint(repo)).filter((line) => line.startsWith('a.txt'))).toEqual(
      before.filter((line) => line.startsWith('a.txt')),
    );
  });
});
