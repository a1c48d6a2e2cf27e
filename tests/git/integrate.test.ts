import { describe, expect, it } from 'vitest';
import { commitMessage } from '../../git/commit.ts';
import { mergeOnto } from '../../git/integrate.ts';
import { repositoryWith } from '../support/git-repository.ts';
import type { TestRepository } from '../support/git-repository.ts';

const TEN_LINES = `${Array.from({ length: 10 }, (_, i) => `line ${i}`).join('\n')}\n`;

/** A commit of these files on top of `base`, reachable from nothing. */
async function commitOn(
  repo: TestRepository,
  base: string,
  { message = 'fix', ...files }: Record<string, string | null> & { message?: string },
): Promise<string> {
  await repo.git('checkout', '-q', '--detach', base);
  const sha = await repo.commit(message, files);
  await repo.git('checkout', '-q', 'main');
  return sha;
}

describe('mergeOnto', () => {
  it('puts a commit on a tip that has moved, with its message and author, and touches no file and no ref', async () => {
    await using repo = await repositoryWith({ a: TEN_LINES, b: '1' });
    const base = await repo.head();
    const commit = await commitOn(repo, base, { a: TEN_LINES.replace('line 9', 'fixed'), message: 'auto: fix\n\nAgent: backend' });
    const tip = await repo.commit('theirs', { a: TEN_LINES.replace('line 0', 'theirs'), c: 'new' });
    await repo.write('b', 'dirty');
    const before = await repo.git('for-each-ref');
    const repository = await repo.open();
    const result = await mergeOnto({ repository, tip, commit });
    expect(result).toMatchObject({ ok: true, empty: false });
    const sha = result.ok ? result.sha : '';
    expect(await repo.git('show', '-s', '--format=%P %an', sha)).toBe(`${tip} A Person`);
    expect(await repo.git('show', `${sha}:a`)).toBe(TEN_LINES.replace('line 0', 'theirs').replace('line 9', 'fixed').trimEnd());
    expect(await commitMessage(repository, sha)).toBe('auto: fix\n\nAgent: backend\n');
    expect([await repo.git('for-each-ref'), await repo.read('b')]).toEqual([before, 'dirty']);
    // The same inputs give the same commit, so what is done again after a crash is done once.
    expect(await mergeOnto({ repository, tip, commit })).toEqual(result);
  });

  it('names the files in conflict, in spite of strange names, and makes nothing', async () => {
    await using repo = await repositoryWith({ 'two\nlines': 'base\n', 'ü b': 'base\n', c: '1' });
    const base = await repo.head();
    const commit = await commitOn(repo, base, { 'two\nlines': 'ours\n', 'ü b': 'ours\n', c: '2' });
    const tip = await repo.commit('theirs', { 'two\nlines': 'theirs\n', 'ü b': null });
    const result = await mergeOnto({ repository: await repo.open(), tip, commit });
    expect(result).toEqual({ ok: false, conflicts: ['two\nlines', 'ü b'] });
  });

  it('replays one commit of several, not those below it', async () => {
    await using repo = await repositoryWith({ a: '1', b: '1' });
    const base = await repo.head();
    const below = await commitOn(repo, base, { a: 'below' });
    const commit = await commitOn(repo, below, { b: 'above' });
    const tip = await repo.commit('theirs', { c: 'theirs' });
    const result = await mergeOnto({ repository: await repo.open(), tip, commit });
    expect(await repo.git('diff', '--name-status', tip, result.ok ? result.sha : '')).toBe('M\tb');
  });

  it('answers with the tip when it has the commit, or everything that is in it', async () => {
    await using repo = await repositoryWith({ a: '1' });
    const base = await repo.head();
    const commit = await commitOn(repo, base, { a: 'fixed' });
    const same = await repo.commit('the same by hand', { a: 'fixed', b: 'more' });
    const repository = await repo.open();
    expect(await mergeOnto({ repository, tip: same, commit })).toEqual({ ok: true, sha: same, empty: true });
    expect(await mergeOnto({ repository, tip: same, commit: base })).toEqual({ ok: true, sha: same, empty: true });
  });

  it('is the commit itself when the tip has not moved, unless it is to say something else', async () => {
    await using repo = await repositoryWith({ a: '1' });
    const tip = await repo.head();
    const commit = await commitOn(repo, tip, { a: 'fixed' });
    const repository = await repo.open();
    expect(await mergeOnto({ repository, tip, commit })).toEqual({ ok: true, sha: commit, empty: false });
    const renamed = await mergeOnto({ repository, tip, commit, message: 'other words\n' });
    expect(await commitMessage(repository, renamed.ok ? renamed.sha : '')).toBe('other words\n');
  });

  it('works in a shallow clone, where the common history is cut off', async () => {
    await using source = await repositoryWith({ a: TEN_LINES });
    await source.commit('second', { b: '1' });
    await using repo = await source.clone('--depth=1');
    const base = await repo.head();
    const commit = await commitOn(repo, base, { a: TEN_LINES.replace('line 9', 'fixed') });
    const tip = await repo.commit('theirs', { a: TEN_LINES.replace('line 0', 'theirs') });
    expect(await mergeOnto({ repository: await repo.open(), tip, commit })).toMatchObject({ ok: true, empty: false });
  });

  it('fails loudly when an object is missing: that is no conflict', async () => {
    await using repo = await repositoryWith({ a: '1' });
    await expect(mergeOnto({ repository: await repo.open(), tip: await repo.head(), commit: 'f'.repeat(40) })).rejects.toMatchObject({
      name: 'GitError',
    });
  });
});
