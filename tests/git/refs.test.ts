import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isValidBranchName, isValidRefName, listRefs, resolveRef, updateRef } from '../../git/refs.ts';
import { repositoryWith } from '../support/git-repository.ts';

const REF = 'refs/upkeep/test/one';

describe('updateRef', () => {
  it('creates, moves and deletes a ref that is where it is expected', async () => {
    await using repo = await repositoryWith({ a: '1' });
    const repository = await repo.open();
    const [first, second] = [await repo.head(), await repo.commit('second', { a: '2' })];
    expect(await updateRef(repository, REF, { from: null, to: first })).toEqual({ ok: true });
    expect(await updateRef(repository, REF, { from: first, to: second })).toEqual({ ok: true });
    expect(await listRefs(repository, 'refs/upkeep/')).toEqual(new Map([[REF, second]]));
    expect(await updateRef(repository, REF, { from: second, to: null })).toEqual({ ok: true });
    expect(await listRefs(repository, 'refs/upkeep/')).toEqual(new Map());
    expect(await updateRef(repository, REF, { from: '0'.repeat(40), to: first })).toEqual({ ok: true });
  });

  it('moves nothing that is elsewhere, and says where it is', async () => {
    await using repo = await repositoryWith({ a: '1' });
    const repository = await repo.open();
    const [first, second] = [await repo.head(), await repo.commit('second', { a: '2' })];
    await repo.git('update-ref', REF, second);
    const moved = { ok: false, reason: 'moved', actual: second };
    expect(await updateRef(repository, REF, { from: first, to: first })).toEqual(moved);
    expect(await updateRef(repository, REF, { from: null, to: first })).toEqual(moved);
    expect(await updateRef(repository, REF, { from: first, to: null })).toEqual(moved);
    expect(await updateRef(repository, 'refs/upkeep/none', { from: first, to: second })).toEqual({
      ok: false,
      reason: 'moved',
      actual: null,
    });
  });

  it('says when another process holds the lock', async () => {
    await using repo = await repositoryWith({ a: '1' });
    await repo.git('update-ref', REF, 'HEAD');
    await repo.write(`.git/${REF}.lock`, '');
    const head = await repo.head();
    expect(await updateRef(await repo.open(), REF, { from: head, to: null })).toEqual({
      ok: false,
      reason: 'locked',
      actual: head,
      lock: expect.stringMatching(/\.lock$/) as string,
    });
  });

  it('lets one of many win', async () => {
    await using repo = await repositoryWith({ a: '1' });
    const repository = await repo.open();
    const commits = await Promise.all(Array.from({ length: 8 }, (_, i) => repo.git('commit-tree', '-m', String(i), 'HEAD^{tree}')));
    const results = await Promise.all(commits.map((commit) => updateRef(repository, REF, { from: null, to: commit })));
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it('refuses a name that Git refuses, and a path that a ref is in the way of', async () => {
    await using repo = await repositoryWith({ a: '1' });
    const repository = await repo.open();
    const head = await repo.head();
    expect(await updateRef(repository, 'refs/upkeep/a..b', { from: null, to: head })).toEqual({
      ok: false,
      reason: 'invalid',
      actual: null,
    });
    await repo.git('update-ref', REF, 'HEAD');
    expect(await updateRef(repository, `${REF}/below`, { from: null, to: head })).toEqual({ ok: false, reason: 'invalid', actual: null });
  });

  it('works without any identity', async () => {
    await using repo = await repositoryWith({ a: '1' });
    await repo.git('config', 'user.useConfigOnly', 'true');
    await repo.git('config', 'user.email', '');
    await repo.git('config', 'core.logAllRefUpdates', 'always');
    expect(await updateRef(await repo.open(), REF, { from: null, to: await repo.head() })).toEqual({ ok: true });
  });
});

describe('resolveRef', () => {
  it('finds commits by name and nothing else', async () => {
    await using repo = await repositoryWith({ a: '1' });
    const repository = await repo.open();
    expect(await resolveRef(repository, 'refs/heads/main')).toBe(await repo.head());
    expect(await resolveRef(repository, 'HEAD:a')).toBe(null);
    expect(await resolveRef(repository, 'refs/heads/none')).toBe(null);
    expect(await resolveRef(repository, '--all')).toBe(null);
  });

  it('answers null for a ref whose commit is gone', async () => {
    await using repo = await repositoryWith({ a: '1' });
    const lost = await repo.git('commit-tree', '-m', 'lost', 'HEAD^{tree}');
    await repo.git('update-ref', REF, lost);
    await rm(join(repo.path, '.git/objects', lost.slice(0, 2), lost.slice(2)));
    expect(await resolveRef(await repo.open(), REF)).toBe(null);
  });
});

describe('names', () => {
  it.each([
    ['feature/x', true],
    ['ünïcode', true],
    ['$(touch${IFS}x)', true],
    ['a;b', true],
    ['-option', false],
    ['--upload-pack=x', false],
    ['HEAD', false],
    ['a b', false],
    ['a..b', false],
    ['a.lock', false],
    ['a\nb', false],
    ['a\0b', false],
    ['a\u0007b', false],
    ['', false],
    ['@{-1}', false],
    ['/a', false],
  ])('isValidBranchName(%j) is %s', async (name, valid) => {
    expect(await isValidBranchName(name)).toBe(valid);
  });

  it('a ref has its full name', async () => {
    expect([await isValidRefName('refs/heads/a'), await isValidRefName('heads/a'), await isValidRefName('--all')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
