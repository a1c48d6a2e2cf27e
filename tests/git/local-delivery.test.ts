import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDelivery } from '../../git/delivery-record.ts';
import { deliverLocal, recoverLocal } from '../../git/local-delivery.ts';
import { isProcessAlive, processIdentity } from '../../git/process-identity.ts';
import { openRepository } from '../../git/repository.ts';
import { checkoutFingerprint } from '../support/checkout-fingerprint.ts';
import { repositoryAt, repositoryWith, temporaryFolder } from '../support/git-repository.ts';
import type { Content, TestRepository } from '../support/git-repository.ts';

interface Scene extends AsyncDisposable {
  readonly repo: TestRepository;
  readonly move: { readonly branch: string; readonly from: string; readonly to: string };
}

const BEFORE = { 'a.txt': 'old a\n', 'b.txt': 'old b\n', 'gone.txt': 'old\n', 'mine.txt': 'theirs\n', 'run.sh': 'x\n', 'staged.txt': '1\n', '.gitignore': 'ignored*\n' };
const AFTER = { 'a.txt': 'new a\n', 'b.txt': 'new b\n', 'gone.txt': null, 'deep/er/new.txt': 'new\n' };

/** A repository at `from` and a commit `to` on top of it that no branch has. */
async function scene(after: Readonly<Record<string, Content>> = AFTER, before: Readonly<Record<string, Content>> = BEFORE): Promise<Scene> {
  const repo = await repositoryWith(before);
  const from = await repo.head();
  await repo.git('checkout', '-q', '--detach');
  const to = await repo.commit('auto: fix', after);
  await repo.git('checkout', '-q', 'main');
  return { repo, move: { branch: 'main', from, to }, [Symbol.asyncDispose]: () => repo[Symbol.asyncDispose]() };
}

async function makeDirty(repo: TestRepository): Promise<void> {
  await repo.write('mine.txt', 'my work\n');
  await repo.write('staged.txt', 'staged\n');
  await repo.git('add', 'staged.txt');
  await repo.write('untracked.txt', 'u\n');
  await repo.write('ignored.txt', 'i\n');
}

const deliver = async ({ repo, move }: Scene) => deliverLocal({ repository: await repo.open(), ...move });

/** Contents of the files, the index and the branch: what must be as it was. */
async function state(repo: TestRepository): Promise<Record<string, string>> {
  const result: Record<string, string> = {
    index: (await readFile(join(repo.path, '.git', 'index'))).toString('base64'),
    branch: await repo.git('rev-parse', 'refs/heads/main'),
    head: await repo.git('symbolic-ref', 'HEAD'),
  };
  for (const entry of await readdir(repo.path, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !path.includes('/.git/')) result[path.slice(repo.path.length)] = await readFile(path, 'utf8');
  }
  return result;
}

describe('deliverLocal', () => {
  it('moves branch, index and files forward and leaves the work of the person as it is', async () => {
    await using s = await scene();
    await makeDirty(s.repo);
    expect(await deliver(s)).toEqual({ ok: true });
    expect(await s.repo.git('rev-parse', 'refs/heads/main')).toBe(s.move.to);
    expect(await s.repo.git('symbolic-ref', 'HEAD')).toBe('refs/heads/main');
    expect((await s.repo.git('status', '--porcelain')).split('\n').sort()).toEqual([' M mine.txt', '?? untracked.txt', 'M  staged.txt'].sort());
    expect([await s.repo.read('a.txt'), await s.repo.read('deep/er/new.txt'), await s.repo.read('mine.txt')]).toEqual(['new a\n', 'new\n', 'my work\n']);
    expect(await readDelivery(await s.repo.open())).toBe(null);
    expect(await s.repo.git('stash', 'list')).toBe('');
  });

  it('does it whatever the person has set for merges, and runs no hook', async () => {
    await using s = await scene();
    await makeDirty(s.repo);
    for (const [key, value] of Object.entries({
      'merge.ff': 'false',
      'merge.autoStash': 'true',
      'merge.verifySignatures': 'true',
      'branch.main.mergeOptions': '--squash',
      'commit.gpgSign': 'true',
    })) {
      await s.repo.git('config', key, value);
    }
    await s.repo.write('.git/hooks/post-merge', '#!/bin/sh\ntouch hook-ran\n', 0o755);
    expect(await deliver(s)).toEqual({ ok: true });
    expect(await s.repo.git('rev-parse', 'HEAD')).toBe(s.move.to);
    expect(await s.repo.git('status', '--porcelain', '--ignored')).not.toContain('hook-ran');
  });

  const refusals: Record<string, { reason: string; paths?: string[]; prepare: (repo: TestRepository, scene: Scene) => Promise<unknown> }> = {
    'HEAD is detached': { reason: 'detached', prepare: (repo) => repo.git('checkout', '-q', '--detach') },
    'another branch is checked out': { reason: 'not-checked-out', prepare: (repo) => repo.git('checkout', '-q', '-b', 'other') },
    'the branch has moved': { reason: 'moved', prepare: (repo) => repo.commit('theirs', { 'z.txt': 'z' }) },
    'a rebase has stopped, cleanly': {
      reason: 'operation-in-progress',
      prepare: async (repo) => {
        await repo.commit('one more', { 'z.txt': 'z' });
        await repo.git('-c', 'sequence.editor=sed -i s/^pick/edit/', 'rebase', '-q', '-i', 'HEAD~1');
      },
    },
    'a merge is open': {
      reason: 'operation-in-progress',
      prepare: async (repo) => {
        await repo.git('checkout', '-q', '-b', 'other');
        await repo.commit('theirs', { 'z.txt': 'z' });
        await repo.git('checkout', '-q', 'main');
        await repo.git('merge', '-q', '--no-ff', '--no-commit', 'other');
      },
    },
    'a bisect is open': { reason: 'operation-in-progress', prepare: (repo) => repo.git('bisect', 'start') },
    'a file is changed': { reason: 'would-overwrite', paths: ['a.txt'], prepare: (repo) => repo.write('a.txt', 'my work\n') },
    'a file is staged': {
      reason: 'would-overwrite',
      paths: ['a.txt'],
      prepare: async (repo) => (await repo.write('a.txt', 'my work\n'), repo.git('add', 'a.txt')),
    },
    'a file is deleted': { reason: 'would-overwrite', paths: ['a.txt'], prepare: (repo) => repo.write('a.txt', null) },
    'a new file is in the way': { reason: 'would-overwrite', paths: ['deep/er/new.txt'], prepare: (repo) => repo.write('deep/er/new.txt', 'my work\n') },
    'an equal new file is in the way': { reason: 'would-overwrite', paths: ['deep/er/new.txt'], prepare: (repo) => repo.write('deep/er/new.txt', 'new\n') },
    'an ignored file is in the way': {
      reason: 'would-overwrite',
      paths: ['deep/er/new.txt'],
      prepare: async (repo) => (await repo.write('.git/info/exclude', 'deep\n'), repo.write('deep/er/new.txt', 'my ignored work\n')),
    },
    'an ignored file is where a folder must be': {
      reason: 'would-overwrite',
      paths: ['deep'],
      prepare: async (repo) => (await repo.write('.git/info/exclude', 'deep\n'), repo.write('deep', 'my ignored work\n')),
    },
    'the index is locked': { reason: 'locked', prepare: (repo) => repo.write('.git/index.lock', '') },
  };

  it.each(Object.keys(refusals))('leaves everything as it is and says so when %s', async (title) => {
    await using s = await scene();
    const { reason, paths, prepare } = refusals[title] ?? expect.fail();
    await prepare(s.repo, s);
    const before = await checkoutFingerprint(s.repo);
    const result = await deliver(s);
    expect(result).toMatchObject({ ok: false, reason });
    if (paths !== undefined) expect(result).toMatchObject({ paths });
    expect(await checkoutFingerprint(s.repo)).toEqual(before);
  });

  it.each(['checked out', 'under a rebase', 'under a bisect'])('does not move a branch that another worktree has %s', async (how) => {
    await using s = await scene();
    await using folder = await temporaryFolder();
    const linked = join(folder.path, 'linked');
    await s.repo.git('worktree', 'add', '-q', '--force', linked, 'main');
    const other = repositoryAt(linked);
    if (how === 'under a rebase') await other.tryGit('-c', 'sequence.editor=echo break >', 'rebase', '-i', '--root');
    if (how === 'under a bisect') {
      await other.git('bisect', 'start');
      await other.git('checkout', '-q', '--detach');
    }
    expect(await deliver(s)).toMatchObject({ ok: false, reason: 'checked-out-elsewhere' });
    expect(await s.repo.git('rev-parse', 'refs/heads/main')).toBe(s.move.from);
  });

  it('moves the branch of a linked worktree', async () => {
    await using s = await scene();
    await using folder = await temporaryFolder();
    const linked = join(folder.path, 'linked');
    await s.repo.git('worktree', 'add', '-q', '-b', 'side', linked, s.move.from);
    expect(await deliverLocal({ repository: await openRepository(linked), ...s.move, branch: 'side' })).toEqual({ ok: true });
    expect(await repositoryAt(linked).git('status', '--porcelain')).toBe('');
    expect(await s.repo.git('rev-parse', 'side', 'main')).toBe(`${s.move.to}\n${s.move.from}`);
  });

  it('keeps a sparse checkout sparse', async () => {
    await using s = await scene({ 'in/a': '2', 'out/b': '2' }, { 'in/a': '1', 'out/b': '1' });
    await s.repo.git('sparse-checkout', 'set', 'in');
    expect(await deliver(s)).toEqual({ ok: true });
    expect(await s.repo.read('in/a')).toBe('2');
    expect((await readdir(s.repo.path)).sort()).toEqual(['.git', 'in']);
    expect(await s.repo.git('status', '--porcelain')).toBe('');
  });

  it('puts everything back when git fails half-way', async () => {
    await using s = await scene({ '1-first.txt': 'new\n', 'z.slow': 'new\n' }, { '.gitattributes': '*.slow filter=bad\n', '1-first.txt': 'old\n', 'z.slow': 'old\n' });
    await makeDirty(s.repo);
    const before = await state(s.repo);
    await s.repo.git('config', 'filter.bad.smudge', 'false');
    await s.repo.git('config', 'filter.bad.clean', 'cat');
    await s.repo.git('config', 'filter.bad.required', 'true');
    expect(await deliver(s)).toMatchObject({ ok: false });
    expect(await state(s.repo)).toEqual(before);
    expect(await readDelivery(await s.repo.open())).toBe(null);
  });
});

/** Delivers from a process of its own in which every `*.slow` file waits in a filter until `release` exists. */
async function deliverSlowly({ repo, move }: Scene, folder: string): Promise<{ ours: ReturnType<typeof spawn>; waiting: string; release: string }> {
  const [waiting, release] = [join(folder, 'waiting'), join(folder, 'release')];
  await repo.git('config', 'filter.slow.smudge', `touch ${waiting}; while [ ! -e ${release} ]; do sleep 0.02; done; cat`);
  const url = (path: string) => JSON.stringify(new URL(`../../git/${path}`, import.meta.url).href);
  const script = join(folder, 'deliver.ts');
  await writeFile(
    script,
    `import { setGitEnvironment } from ${url('exec-git.ts')};
     import { openRepository } from ${url('repository.ts')};
     import { deliverLocal } from ${url('local-delivery.ts')};
     setGitEnvironment(process.env);
     const [path, branch, from, to] = process.argv.slice(2);
     console.log(JSON.stringify(await deliverLocal({ repository: await openRepository(path), branch, from, to })));`,
  );
  const ours = spawn(process.execPath, [script, repo.path, move.branch, move.from, move.to], { stdio: ['ignore', 'ignore', 'inherit'] });
  await expect.poll(() => readdir(folder), { timeout: 15_000, interval: 10 }).toContain('waiting');
  return { ours, waiting, release };
}

describe('recoverLocal', () => {
  const SLOW_BEFORE = { ...BEFORE, '.gitattributes': '*.slow filter=slow\n', 'm.slow': 'old m\n', 'z.txt': 'old z\n' };
  const SLOW_AFTER = { ...AFTER, 'm.slow': 'new m\n', 'z.txt': 'new z\n' };

  it('lets a git that outlived us finish', async () => {
    await using s = await scene(SLOW_AFTER, SLOW_BEFORE);
    await using folder = await temporaryFolder();
    await makeDirty(s.repo);
    const { ours, release } = await deliverSlowly(s, folder.path);
    ours.kill('SIGKILL');
    await once(ours, 'exit');
    const recovery = recoverLocal({ repository: await s.repo.open(), ...s.move });
    await writeFile(release, '');
    expect(await recovery).toEqual({ state: 'completed', restored: [], kept: [] });
    expect(await s.repo.git('rev-parse', 'HEAD')).toBe(s.move.to);
    expect((await s.repo.git('status', '--porcelain')).split('\n').sort()).toEqual([' M mine.txt', '?? untracked.txt', 'M  staged.txt'].sort());
  });

  it('brings everything back when git was killed as well', async () => {
    await using s = await scene(SLOW_AFTER, SLOW_BEFORE);
    await using folder = await temporaryFolder();
    await makeDirty(s.repo);
    await s.repo.git('status');
    const before = await state(s.repo);
    const { ours, release } = await deliverSlowly(s, folder.path);
    const repository = await s.repo.open();
    const git = (await readDelivery(repository))?.process ?? expect.fail('no record of the process');
    ours.kill('SIGKILL');
    process.kill(-git.pid, 'SIGKILL');
    await once(ours, 'exit');
    await expect.poll(() => isProcessAlive(git)).toBe(false);
    await writeFile(release, '');
    expect(await s.repo.read('a.txt')).toBe('new a\n');
    expect(await readdir(join(s.repo.path, '.git'))).toContain('index.lock');

    const recovery = await recoverLocal({ repository, ...s.move });
    expect(recovery).toMatchObject({ state: 'restored', kept: [] });
    expect(recovery.restored).toContain('a.txt');
    expect(await state(s.repo)).toEqual(before);
    expect(await readdir(join(s.repo.path, '.git'))).not.toContain('index.lock');
    expect(await readdir(s.repo.path)).not.toContain('deep');
    expect((await s.repo.tryGit('fsck', '--strict')).exitCode).toBe(0);
    // And the next one succeeds.
    expect(await deliver(s)).toEqual({ ok: true });
  });

  /** What a git leaves that was killed when it had written `files` and not yet the index. */
  async function halfDone({ repo, move }: Scene, files: Readonly<Record<string, Content>>): Promise<void> {
    const repository = await repo.open();
    const dead = spawn('true');
    const process = processIdentity(dead.pid);
    await once(dead, 'exit');
    await repo.write('.git/upkeep/delivery.json', JSON.stringify({ ...move, startedAt: Date.now() - 10, process, origHead: null }));
    for (const [path, content] of Object.entries(files)) await repo.write(path, content);
    await repo.write('.git/index.lock', 'half an index');
    expect(repository.head).toBe(move.from);
  }

  it.each<[string, Record<string, Content>]>([
    ['nothing', {}],
    ['one file', { 'a.txt': 'new a\n' }],
    ['half a file', { 'a.txt': 'new a\n', 'b.txt': 'ne' }],
    ['a file that was removed to be written anew', { 'a.txt': null }],
    ['a deletion', { 'gone.txt': null }],
    ['a new file in new folders', { 'deep/er/new.txt': 'new\n' }],
    ['an empty new file', { 'deep/er/new.txt': '' }],
    ['everything', AFTER],
  ])('undoes %s', async (_, files) => {
    await using s = await scene();
    await makeDirty(s.repo);
    await s.repo.git('status');
    const before = await state(s.repo);
    await halfDone(s, files);
    expect(await recoverLocal({ repository: await s.repo.open(), ...s.move })).toMatchObject({ state: 'restored', kept: [] });
    expect(await state(s.repo)).toEqual(before);
    expect(await readdir(join(s.repo.path, '.git'))).not.toContain('index.lock');
    expect(await s.repo.git('status', '--porcelain')).not.toContain('a.txt');
  });

  it('leaves a file alone that a person has written to since', async () => {
    await using s = await scene();
    await halfDone(s, { 'a.txt': 'new a\nand my own line\n', 'b.txt': 'new b\n' });
    expect(await recoverLocal({ repository: await s.repo.open(), ...s.move })).toEqual({ state: 'restored', restored: ['b.txt'], kept: ['a.txt'] });
    expect([await s.repo.read('a.txt'), await s.repo.read('b.txt')]).toEqual(['new a\nand my own line\n', 'old b\n']);
  });

  it('goes forward when files and index are new and only the branch is not', async () => {
    await using s = await scene();
    await makeDirty(s.repo);
    await halfDone(s, {});
    await s.repo.write('.git/index.lock', null);
    await s.repo.git('read-tree', '-m', '-u', s.move.from, s.move.to);
    await s.repo.write('.git/refs/heads/main.lock', '');
    expect(await recoverLocal({ repository: await s.repo.open(), ...s.move })).toMatchObject({ state: 'completed' });
    expect(await s.repo.git('rev-parse', 'main')).toBe(s.move.to);
    expect((await s.repo.git('status', '--porcelain')).split('\n').sort()).toEqual([' M mine.txt', '?? untracked.txt', 'M  staged.txt'].sort());
  });

  it('restores executable bits, links and line ends', async () => {
    await using s = await scene({ 'crlf.txt': 'new\r\n', 'run.sh': 'y\n' }, { '.gitattributes': '*.txt text eol=crlf\n', 'crlf.txt': 'old\n', 'run.sh': 'x\n', link: 'z' });
    const before = await state(s.repo);
    await halfDone(s, { 'crlf.txt': 'new\r\n' });
    await s.repo.write('run.sh', 'y\n', 0o755);
    expect(await recoverLocal({ repository: await s.repo.open(), ...s.move })).toMatchObject({ state: 'restored', kept: [] });
    expect(await state(s.repo)).toEqual(before);
    expect(await s.repo.git('status', '--porcelain')).toBe('');
  });

  it('does not bring files into a sparse checkout', async () => {
    await using s = await scene({ 'in/a': '2', 'out/b': '2' }, { 'in/a': '1', 'out/b': '1' });
    await s.repo.git('sparse-checkout', 'set', 'in');
    await halfDone(s, { 'in/a': '2' });
    expect(await recoverLocal({ repository: await s.repo.open(), ...s.move })).toEqual({ state: 'restored', restored: ['in/a'], kept: [] });
    expect((await readdir(s.repo.path)).sort()).toEqual(['.git', 'in']);
  });

  it('removes no lock that a living process holds', async () => {
    await using s = await scene();
    await halfDone(s, {});
    const lock = join(s.repo.path, '.git', 'index.lock');
    const holder = spawn('sh', ['-c', 'exec 9>>"$1"; echo ready; sleep 60', 'sh', lock], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
    await once(holder.stdout, 'data');
    await recoverLocal({ repository: await s.repo.open(), ...s.move });
    expect(await readdir(join(s.repo.path, '.git'))).toContain('index.lock');
    process.kill(-(holder.pid ?? 0), 'SIGKILL');
    await once(holder, 'close');
  });

  it('touches nothing when no delivery was begun', async () => {
    await using s = await scene();
    await s.repo.write('a.txt', 'new a\n');
    await s.repo.write('.git/index.lock', '');
    const before = await checkoutFingerprint(s.repo);
    expect(await recoverLocal({ repository: await s.repo.open(), ...s.move })).toEqual({ state: 'untouched', restored: [], kept: [] });
    expect(await checkoutFingerprint(s.repo)).toEqual(before);
  });
});
