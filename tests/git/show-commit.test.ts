/** Commits as people read them. */
import { describe, expect, it } from 'vitest';
import { showCommit, showDiff } from '../../git/show-commit.ts';
import { createRepository } from '../support/git-repository.ts';

describe('a commit that is shown', () => {
  it('has its subject, its files and its changes, whatever the repository sets and however files are called', async () => {
    await using repository = await createRepository();
    const first = await repository.commit('first', { 'a.txt': 'one\n', '.gitattributes': '*.txt diff=evil\n' });
    await repository.git('config', 'diff.evil.textconv', 'touch pwned; cat');
    await repository.git('config', 'diff.external', 'false');
    await repository.git('config', 'color.ui', 'always');
    const second = await repository.commit('second\n\nmore', { 'a.txt': 'two\n', ':(glob)*\n': 'odd\n', 'b.bin': Buffer.from([0, 1, 2]) });
    const clone = await repository.open();
    const shown = await showCommit(clone, second);
    expect(shown?.subject).toBe('second');
    expect(shown?.files).toEqual([
      { path: ':(glob)*\n', added: 1, removed: 0 },
      { path: 'a.txt', added: 1, removed: 1 },
      { path: 'b.bin', added: null, removed: null },
    ]);
    const { text, isCut } = await showDiff(clone, { sha: second, files: shown?.files ?? [], mostBytes: 100_000 });
    expect(text).toContain('-one\n+two\n');
    expect(text).not.toContain('\u001b');
    expect(isCut).toBe(false);
    expect((await showCommit(clone, first))?.files.map(({ path }) => path)).toEqual(['.gitattributes', 'a.txt']);
    expect(await showCommit(clone, 'a'.repeat(40))).toBeNull();
    expect((await repository.tryGit('status', '--porcelain')).stdout).toBe('');
  });

  it('is cut between files when it is too large', async () => {
    await using repository = await createRepository();
    const commit = await repository.commit('large', { 'a.txt': 'small\n', 'b.txt': 'large line\n'.repeat(10_000), 'c.txt': 'small\n' });
    const clone = await repository.open();
    const files = (await showCommit(clone, commit))?.files ?? [];
    const { text, isCut } = await showDiff(clone, { sha: commit, files, mostBytes: 20_000 });
    expect(isCut).toBe(true);
    expect(text).toContain('+small');
    expect(text).not.toContain('b.txt');
  });
});
