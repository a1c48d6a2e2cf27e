import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDelivery } from '../../git/delivery-record.ts';
import { deliverLocal } from '../../git/local-delivery.ts';
import { openRepository } from '../../git/repository.ts';
import { checkoutFingerprint } from '../support/checkout-fingerprint.ts';
import { AFTER, BEFORE, deliver, makeDirty, scene, state } from '../support/delivery-scene.ts';
import type { Scene } from '../support/delivery-scene.ts';
import { repositoryAt, temporaryFolder } from '../support/git-repository.ts';
import type { TestRepository } from '../support/git-repository.ts';

describe('deliverLocal', () => {
  it('moves branch, index and files forward and leaves the work of the person as it is', async () => {
    await using s = await scene();
    await makeDirty(s.repo);
    expect(await deliver(s)).toEqual({ ok: true });
    expect(await s.repo.git('rev-parse', 'refs/heads/main')).toBe(s.move.to);
    expect(await s.repo.git('symbolic-ref', 'HEAD')).toBe('refs/heads/main');
    expect((await s.repo.git('status', '--porcelain')).split('\n').sort()).toEqual(
      [' M mine.txt', '?? untracked.txt', 'M  staged.txt'].sort(),
    );
    expect([await s.repo.read('a.txt'), await s.repo.read('deep/er/new.txt'), await s.repo.read('mine.txt')]).toEqual([
      'new a\n',
      'new\n',
      'my work\n',
    ]);
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

  const refusals: Record<string, { reason: string; paths?: string[]; prepare: (repo: TestRepository, scene: Scene) => Promise<unknown> }> =
    {
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
      'a new file is in the way': {
        reason: 'would-overwrite',
        paths: ['deep/er/new.txt'],
        prepare: (repo) => repo.write('deep/er/new.txt', 'my work\n'),
      },
      'an equal new file is in the way': {
        reason: 'would-overwrite',
        paths: ['deep/er/new.txt'],
        prepare: (repo) => repo.write('deep/er/new.txt', 'new\n'),
      },
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
      'the index is locked': { reason: 'locked', paths: ['.git/index.lock'], prepare: (repo) => repo.write('.git/index.lock', '') },
      'the branch is locked': {
        reason: 'locked',
        paths: ['.git/refs/heads/main.lock'],
        prepare: (repo) => repo.write('.git/refs/heads/main.lock', ''),
      },
      'HEAD is locked': { reason: 'locked', paths: ['.git/HEAD.lock'], prepare: (repo) => repo.write('.git/HEAD.lock', '') },
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

  it('lets one of several runs in a clone win, and tells the others that the branch has moved', async () => {
    await using s = await scene();
    const results = await Promise.all([deliver(s), deliver(s), deliver(s)]);
    expect(results.map((result) => (result.ok ? 'ok' : result.reason)).sort()).toEqual(['moved', 'moved', 'ok']);
    expect(await readdir(join(s.repo.path, '.git', 'upkeep'))).toEqual([]);
  });

  it('puts index and files back when the branch is locked while git writes them', async () => {
    await using s = await scene(
      { ...AFTER, 'z.slow': 'new\n' },
      { ...BEFORE, '.gitattributes': '*.slow filter=locks\n', 'z.slow': 'old\n' },
    );
    await makeDirty(s.repo);
    const { index: _, ...before } = await state(s.repo);
    const staged = await s.repo.git('ls-files', '--stage');
    const lock = join(s.repo.path, '.git', 'refs', 'heads', 'main.lock');
    await s.repo.git('config', 'filter.locks.smudge', `touch '${lock}'; cat`);
    expect(await deliver(s)).toMatchObject({ ok: false, reason: 'locked', paths: ['.git/refs/heads/main.lock'] });
    expect(await state(s.repo)).toMatchObject(before);
    expect(await s.repo.git('ls-files', '--stage')).toBe(staged);
    expect(await readdir(s.repo.path)).not.toContain('deep');
    expect(await readDelivery(await s.repo.open())).toBe(null);
    // It is somebody else's.
    expect(await s.repo.read('.git/refs/heads/main.lock')).toBe('');
  });

  it('puts everything back when git fails half-way', async () => {
    await using s = await scene(
      { '1-first.txt': 'new\n', 'z.slow': 'new\n' },
      { '.gitattributes': '*.slow filter=bad\n', '1-first.txt': 'old\n', 'z.slow': 'old\n' },
    );
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
