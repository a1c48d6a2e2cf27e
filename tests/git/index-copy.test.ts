/** Counting uncommitted files by the copy of a large index gives what git gives without it, whatever changes. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countUncommitted } from '../../git/count-uncommitted.ts';
import { indexCopyOf, makeIndexCopy } from '../../git/index-copy.ts';
import type { TestRepository } from '../support/git-repository.ts';
import { repositoryWith } from '../support/git-repository.ts';

const FILES = 7000;

async function largeRepository(): Promise<TestRepository> {
  const files: Record<string, string> = { '.gitignore': '*.log\n', 'quiet/only.txt': 'x\n' };
  for (let index = 0; index < FILES; index++) files[`folder-${Math.floor(index / 250)}/file-${index}.txt`] = `${index}\n`;
  return repositoryWith(files);
}

const gitDirOf = (repository: TestRepository): string => join(repository.path, '.git');
const digest = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** The copy is asked first: git's own status may write the user's index, which ends the copy. */
async function counted(repository: TestRepository): Promise<{ byCopy: number | null; byGit: number }> {
  const byCopy = countUncommitted(repository.path, gitDirOf(repository));
  const byGit = (await repository.git('status', '--porcelain', '--untracked-files=all')).split('\n').filter((line) => line !== '').length;
  return { byCopy, byGit };
}

describe('the copy of a large index', () => {
  it('counts what git counts after each kind of change, and leaves the index of the user as it was', async () => {
    await using repository = await largeRepository();
    await repository.git('status');
    const index = join(gitDirOf(repository), 'index');
    const before = [digest(index), statSync(index).mtimeMs];
    makeIndexCopy(repository.path, gitDirOf(repository));
    const copy = indexCopyOf(gitDirOf(repository));
    expect(copy).not.toBeNull();
    const changes: readonly [string, number, () => Promise<unknown>][] = [
      ['nothing', 0, () => Promise.resolve()],
      ['a new file in a known folder', 1, () => repository.write('quiet/new.txt', '')],
      ['a new folder in a folder', 2, () => repository.write('folder-3/deep/er/new.txt', '')],
      ['one more file in that new folder', 3, () => repository.write('folder-3/deep/er/more.txt', '')],
      ['an ignored file', 3, () => repository.write('quiet/new.log', '')],
      ['other content of the same size', 4, () => repository.write('folder-0/file-1.txt', 'x\n')],
      ['the same content again', 3, () => repository.write('folder-0/file-1.txt', '1\n')],
      ['a rule that ignores one of them', 2, () => repository.write('.git/info/exclude', 'quiet/new.txt\n')],
      ['a new file that ignores in a folder', 1, () => repository.write('folder-3/.gitignore', 'deep\n')],
    ];
    for (const [what, count, change] of changes) {
      await change();
      expect(countUncommitted(repository.path, gitDirOf(repository)), what).toBe(count);
    }
    expect(indexCopyOf(gitDirOf(repository))).toBe(copy);
    expect([digest(index), statSync(index).mtimeMs]).toEqual(before);
    const { byCopy, byGit } = await counted(repository);
    expect(byCopy).toBe(byGit);
  });

  it('sees a change that happened in the same instant as the index was written', async () => {
    await using repository = await largeRepository();
    const index = join(gitDirOf(repository), 'index');
    const file = join(repository.path, 'folder-0/file-1.txt');
    // Same size and same time as the index holds, written in the instant of the index itself: Git calls that racily clean.
    const instant = 1_700_000_000;
    await repository.git('config', 'core.trustctime', 'false');
    await repository.git('config', 'core.checkStat', 'minimal');
    utimesSync(file, instant, instant);
    await repository.git('update-index', '--refresh');
    await repository.write('folder-0/file-1.txt', 'x\n');
    utimesSync(file, instant, instant);
    utimesSync(index, instant, instant);
    makeIndexCopy(repository.path, gitDirOf(repository));
    expect(indexCopyOf(gitDirOf(repository))).not.toBeNull();
    expect(await counted(repository)).toEqual({ byCopy: 1, byGit: 1 });
  });

  it('is not used once the index is another one, and is replaced by the next', async () => {
    await using repository = await largeRepository();
    makeIndexCopy(repository.path, gitDirOf(repository));
    await repository.write('quiet/new.txt', '');
    await repository.git('add', '-A');
    expect(indexCopyOf(gitDirOf(repository))).toBeNull();
    expect(countUncommitted(repository.path, gitDirOf(repository))).toBe(1);
    makeIndexCopy(repository.path, gitDirOf(repository));
    expect(await counted(repository)).toEqual({ byCopy: 1, byGit: 1 });
    expect(readdirSync(join(gitDirOf(repository), 'upkeep', 'cache'))).toHaveLength(1);
  });

  it('is not made for a small index', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'a\n' });
    makeIndexCopy(repository.path, gitDirOf(repository));
    expect(indexCopyOf(gitDirOf(repository))).toBeNull();
    expect(countUncommitted(repository.path, gitDirOf(repository))).toBe(0);
  });
});
