import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstat, mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { processIdentity } from '../../git/process-identity.ts';
import { openRepository } from '../../git/repository.ts';
import { worktreeRecords } from '../../git/worktree-list.ts';
import { openWorktree, pruneWorktrees } from '../../git/worktree.ts';
import type { Worktree } from '../../git/worktree.ts';
import { createRepository, repositoryAt, repositoryWith, temporaryFolder } from '../support/git-repository.ts';
import type { TestRepository } from '../support/git-repository.ts';

async function openAt(repo: TestRepository, dir: string, name: { label?: string; runId?: string } = {}): Promise<Worktree> {
  const repository = await repo.open();
  return openWorktree({ repository, commit: repository.head ?? '', dir, runId: 'run-1', label: 'checks', ...name });
}

describe('openWorktree', () => {
  it('checks a commit out, detached and locked in the name of the run, and is gone afterwards', async () => {
    await using repo = await repositoryWith({ 'a b/c\nd': 'x', '-dash': 'y' });
    await using folder = await temporaryFolder();
    {
      await using tree = await openAt(repo, folder.path);
      expect(tree.path).toBe(join(folder.path, 'run-1', 'upkeep-checks'));
      expect(await readFile(join(tree.path, 'a b/c\nd'), 'utf8')).toBe('x');
      const [, record] = await worktreeRecords(tree.repository);
      expect(record).toEqual({ path: tree.path, branch: null, lockReason: `upkeep run-1 pid ${process.pid}` });
      expect(await repositoryAt(tree.path).git('status', '--porcelain')).toBe('');
    }
    expect(await readdir(folder.path)).toEqual([]);
    expect(await repo.git('worktree', 'list')).not.toContain(folder.path);
    expect(await readdir(join(repo.path, '.git', 'upkeep'))).toEqual([]);
  });

  it('opens twelve at once without a single failure', async () => {
    await using repo = await repositoryWith(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`f${i}`, String(i)])));
    await using folder = await temporaryFolder();
    const trees = await Promise.all(Array.from({ length: 12 }, (_, i) => openAt(repo, folder.path, { label: `t${i}` })));
    for (const tree of trees) expect(await readdir(tree.path)).toHaveLength(51);
    await Promise.all(trees.map((tree) => tree.remove()));
    expect(await worktreeRecords(await repo.open())).toHaveLength(1);
  });

  it('opens several at once from several processes', async () => {
    await using repo = await repositoryWith({ a: 'x' });
    await using folder = await temporaryFolder();
    const script = join(folder.path, 'open.ts');
    const url = (path: string) => JSON.stringify(new URL(`../../git/${path}`, import.meta.url).href);
    await writeFile(
      script,
      `import { setGitEnvironment } from ${url('exec-git.ts')};
       import { openRepository } from ${url('repository.ts')};
       import { openWorktree } from ${url('worktree.ts')};
       setGitEnvironment(process.env);
       const [path, dir, runId] = process.argv.slice(2);
       const repository = await openRepository(path);
       for (let i = 0; i < 4; i += 1) {
         const tree = await openWorktree({ repository, commit: repository.head, dir, runId, label: 't' + i });
         await tree.remove();
       }`,
    );
    const run = promisify(execFile);
    await Promise.all(['p1', 'p2', 'p3', 'p4'].map((id) => run(process.execPath, [script, repo.path, join(folder.path, 'w'), id])));
    expect(await worktreeRecords(await repo.open())).toHaveLength(1);
  });

  it('runs no hook and asks no filter of Git LFS, installed or not', async () => {
    await using repo = await repositoryWith({
      '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n',
      'x.bin': 'version https://git-lfs\noid 1\n',
    });
    await repo.git('config', 'filter.lfs.smudge', 'no-such-program-lfs smudge -- %f');
    await repo.git('config', 'filter.lfs.process', 'no-such-program-lfs filter-process');
    await repo.git('config', 'filter.lfs.required', 'true');
    await repo.write('.git/hooks/post-checkout', '#!/bin/sh\ntouch hook-ran\n', 0o755);
    await using folder = await temporaryFolder();
    await using tree = await openAt(repo, folder.path);
    expect((await readdir(tree.path)).sort()).toEqual(['.git', '.gitattributes', 'x.bin']);
    expect(await readFile(join(tree.path, 'x.bin'), 'utf8')).toContain('oid 1');
  });

  it('leaves files as they are stored whose filter cannot run here', async () => {
    await using repo = await repositoryWith({ '.gitattributes': 's.txt filter=crypt\n', 's.txt': 'cipher', a: 'x' });
    await repo.git('config', 'filter.crypt.smudge', 'no-such-program-crypt');
    await repo.git('config', 'filter.crypt.clean', 'no-such-program-crypt');
    await repo.git('config', 'filter.crypt.required', 'true');
    await using folder = await temporaryFolder();
    await using tree = await openAt(repo, folder.path);
    expect(await readFile(join(tree.path, 's.txt'), 'utf8')).toBe('cipher');
    expect(tree.config).toContainEqual(['filter.crypt.required', 'false']);
  });

  it.each([['with'], ['without']])('holds every file of a sparse checkout, %s settings of its own for each worktree', async (own) => {
    await using repo = await repositoryWith({ 'in/a': '1', 'out/b': '2' });
    if (own === 'with') await repo.git('config', 'extensions.worktreeConfig', 'true');
    await repo.git('sparse-checkout', 'set', 'in');
    if (own === 'without') {
      await repo.git('config', '--worktree', '--unset-all', 'core.sparseCheckout');
      await repo.git('config', '--unset', 'extensions.worktreeConfig');
      await repo.git('config', 'core.sparseCheckout', 'true');
    }
    await using folder = await temporaryFolder();
    await using tree = await openAt(repo, folder.path);
    expect(await readFile(join(tree.path, 'out/b'), 'utf8')).toBe('2');
    await tree.reset(tree.commit);
    expect(await readFile(join(tree.path, 'out/b'), 'utf8')).toBe('2');
    await expect(lstat(join(repo.path, 'out'))).rejects.toThrow('ENOENT');
  });

  it('leaves submodules empty', async () => {
    await using sub = await repositoryWith({ inner: 'x' });
    await using repo = await createRepository();
    await repo.git('submodule', '--quiet', 'add', sub.path, 'module');
    await repo.git('config', 'submodule.recurse', 'true');
    await repo.commit('with module', { a: 'x' });
    await using folder = await temporaryFolder();
    await using tree = await openAt(repo, folder.path);
    expect(await readdir(join(tree.path, 'module'))).toEqual([]);
    await tree.reset(tree.commit);
    expect(await repositoryAt(tree.path).git('status', '--porcelain')).toBe('');
  });

  it('works beside a bare repository, a linked worktree, core.worktree and a SHA-256 one', async () => {
    await using folder = await temporaryFolder();
    await using source = await repositoryWith({ a: 'x' });
    await using bare = await source.clone('--bare');
    await source.git('worktree', 'add', '-q', '-b', 'side', join(folder.path, 'linked'));
    await using moved = await repositoryWith({ a: 'x' });
    await moved.git('config', 'extensions.worktreeConfig', 'true');
    await moved.git('config', '--worktree', 'core.worktree', moved.path);
    await using wide = await createRepository('--object-format=sha256');
    await wide.commit('first', { a: 'x' });
    for (const [index, path] of [bare.path, join(folder.path, 'linked'), moved.path, wide.path].entries()) {
      const repository = await openRepository(path);
      await using tree = await openWorktree({
        repository,
        commit: repository.head ?? '',
        dir: folder.path,
        runId: 'r',
        label: `t${index}`,
      });
      expect(await readFile(join(tree.path, 'a'), 'utf8')).toBe('x');
    }
  });

  it('works in a shallow and in a partial clone', async () => {
    await using source = await repositoryWith({ a: '1' });
    await source.git('config', 'uploadpack.allowFilter', 'true');
    await source.commit('second', { a: '2' });
    for (const option of ['--depth=1', '--filter=blob:none']) {
      await using clone = await source.clone(option);
      await using folder = await temporaryFolder();
      await using tree = await openAt(clone, folder.path);
      expect(await readFile(join(tree.path, 'a'), 'utf8')).toBe('2');
    }
  });

  it('leaves nothing behind when the commit cannot be checked out', async () => {
    await using repo = await repositoryWith({ a: 'lost' });
    const blob = await repo.git('rev-parse', 'HEAD:a');
    await rm(join(repo.path, '.git/objects', blob.slice(0, 2), blob.slice(2)));
    await using folder = await temporaryFolder();
    await expect(openAt(repo, folder.path)).rejects.toMatchObject({ name: 'GitError' });
    expect(await readdir(folder.path)).toEqual([]);
    expect(await readdir(join(repo.path, '.git', 'worktrees')).catch(() => [])).toEqual([]);
  });
});

describe('reset', () => {
  it('brings back changed, deleted and new files, and leaves what is ignored and the dependencies', async () => {
    await using repo = await repositoryWith({ a: '1', b: '2', '.gitignore': 'build/\n' });
    await using folder = await temporaryFolder();
    await using tree = await openAt(repo, folder.path);
    const at = (name: string) => join(tree.path, name);
    await mkdir(at('node_modules/x'), { recursive: true });
    await mkdir(at('build'));
    await writeFile(at('node_modules/x/i.js'), 'dep');
    await writeFile(at('build/out'), 'built');
    await writeFile(at('a'), 'changed');
    await rm(at('b'));
    await writeFile(at('new'), 'new');
    await tree.reset(tree.commit);
    expect((await readdir(tree.path)).sort()).toEqual(['.git', '.gitignore', 'a', 'b', 'build', 'node_modules']);
    expect([await readFile(at('a'), 'utf8'), await readFile(at('node_modules/x/i.js'), 'utf8')]).toEqual(['1', 'dep']);
    const next = await repo.commit('next', { a: 'next' });
    await tree.reset(next);
    expect([tree.commit, await readFile(at('a'), 'utf8')]).toEqual([next, 'next']);
  });
});

describe('pruneWorktrees', () => {
  it('removes what dead runs left and nothing of a living run or a person', async () => {
    await using repo = await repositoryWith({ a: 'x' });
    await using folder = await temporaryFolder();
    await using alive = await openAt(repo, folder.path, { label: 'a', runId: 'alive' });
    const dead = await openAt(repo, folder.path, { label: 'b', runId: 'dead' });
    const vanished = await openAt(repo, folder.path, { label: 'c', runId: 'vanished' });
    await rm(vanished.path, { recursive: true });
    await repo.git('worktree', 'add', '-q', '--lock', '--reason', 'upkeep is my hobby', join(folder.path, 'theirs'));
    await repo.git('worktree', 'add', '-q', '-b', 'usb', join(folder.path, 'on-a-removed-drive'));
    await rm(join(folder.path, 'on-a-removed-drive'), { recursive: true });

    const repository = await repo.open();
    expect((await pruneWorktrees(repository, (runId) => runId === 'alive')).sort()).toEqual([dead.path, vanished.path].sort());
    const left = (await worktreeRecords(repository)).map(({ path }) => path);
    expect(left.sort()).toEqual([repo.path, alive.path, join(folder.path, 'theirs'), join(folder.path, 'on-a-removed-drive')].sort());
    expect((await readdir(folder.path)).sort()).toEqual(['alive', 'theirs']);
  });

  it('follows no link out of a dead worktree', async () => {
    await using repo = await repositoryWith({ a: 'x' });
    await using folder = await temporaryFolder();
    const dead = await openAt(repo, folder.path, { label: 'b', runId: 'dead' });
    await symlink(repo.path, join(dead.path, 'node_modules'));
    await pruneWorktrees(await repo.open(), () => false);
    expect(await repo.read('a')).toBe('x');
  });

  it('removes what killed processes left in our folder of the Git directory, and nothing of living ones', async () => {
    await using repo = await repositoryWith({ a: 'x' });
    const dead = spawn('true');
    const identity = processIdentity(dead.pid);
    await once(dead, 'exit');
    await repo.write(`.git/upkeep/snapshot-${identity.pid}-x/index`, 'x');
    await repo.write(`.git/upkeep/snapshot-${process.pid}-x/index`, 'x');
    await repo.write('.git/upkeep/worktree.lock.dead', JSON.stringify({ ...identity, nonce: 'dead' }));
    await repo.write('.git/upkeep/worktree.lock.live', JSON.stringify({ ...processIdentity(), nonce: 'live' }));
    await repo.write('.git/upkeep/delivery.lock.half', '{');
    await pruneWorktrees(await repo.open(), () => false);
    expect((await readdir(join(repo.path, '.git', 'upkeep'))).sort()).toEqual([
      'delivery.lock.half',
      `snapshot-${process.pid}-x`,
      'worktree.lock.live',
    ]);
  });

  it('removes the record that a killed `git worktree add` left half made', async () => {
    await using repo = await repositoryWith({ a: 'x' });
    await repo.write('.git/worktrees/upkeep-half/locked', 'upkeep dead pid 1');
    await repo.write('.git/worktrees/theirs/locked', 'mine');
    await using folder = await temporaryFolder();
    await pruneWorktrees(await repo.open(), () => false);
    expect(await readdir(join(repo.path, '.git', 'worktrees'))).toEqual(['theirs']);
    await rm(join(repo.path, '.git', 'worktrees', 'theirs'), { recursive: true });
    await using tree = await openAt(repo, folder.path, { label: 'half' });
    expect(await readdir(tree.path)).toContain('a');
  });
});
