import { chmod, readFile, rm, symlink, utimes, writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { changedPaths, commitMessage, commitTree, writeTree } from '../../git/commit.ts';
import { BOT_EMAIL, BOT_NAME } from '../../git/identity.ts';
import { diffTrees, readPath } from '../../git/tree.ts';
import { openWorktree } from '../../git/worktree.ts';
import type { Worktree } from '../../git/worktree.ts';
import { repositoryAt, repositoryWith, temporaryFolder } from '../support/git-repository.ts';
import type { Content, TestRepository } from '../support/git-repository.ts';
import { wrapGit } from '../support/wrap-git.ts';

interface Bench extends AsyncDisposable {
  readonly repo: TestRepository;
  readonly tree: Worktree;
  readonly at: (path: string) => string;
}

async function bench(
  files: Readonly<Record<string, Content>>,
  prepare: (repo: TestRepository) => Promise<unknown> = async () => undefined,
): Promise<Bench> {
  const repo = await repositoryWith(files);
  await prepare(repo);
  const repository = await repo.open();
  const folder = await temporaryFolder();
  const tree = await openWorktree({ repository, commit: repository.head ?? '', dir: folder.path, runId: 'r', label: 't' });
  return {
    repo,
    tree,
    at: (path) => join(tree.path, path),
    [Symbol.asyncDispose]: async () => {
      await tree.remove();
      await folder[Symbol.asyncDispose]();
      await repo[Symbol.asyncDispose]();
    },
  };
}

const DATE = new Date('2026-01-02T03:04:05Z');

async function committed({ repo, tree }: Bench, paths: readonly string[]): Promise<Record<string, string>> {
  const id = await writeTree(tree, paths);
  const changes = await diffTrees(tree.repository, await repo.git('rev-parse', `${tree.commit}^{tree}`), id);
  return Object.fromEntries(changes.map(({ path, status, newMode }) => [path, `${status} ${newMode ?? ''}`.trim()]));
}

describe('changedPaths', () => {
  it('fails once when several of its commands do', async () => {
    await using b = await bench({ 'a.txt': 'a\n' });
    await using _wrapped = await wrapGit(`sh -c 'case "$*" in *diff-index*|*ls-files*) exit 1;; esac; exec "$@"' sh`);
    // A second failure that nobody waits for would end the whole program.
    await expect(changedPaths(b.tree)).rejects.toThrow('ended with exit code 1');
  });

  it('finds changed, deleted, new, renamed, re-moded and linked files under any name', async () => {
    await using b = await bench({
      a: '1',
      gone: '2',
      README: 'r',
      run: 's',
      '-dash': '1',
      'two\nlines': '1',
      'ü b': '1',
      '.gitignore': 'ignored\n',
    });
    for (const name of ['a', '-dash', 'two\nlines', 'ü b', 'new', 'ignored']) await writeFile(b.at(name), 'changed');
    await rm(b.at('gone'));
    await rm(b.at('README'));
    await writeFile(b.at('Readme'), 'r');
    await chmod(b.at('run'), 0o755);
    await symlink('a', b.at('link'));
    expect(await changedPaths(b.tree)).toEqual(
      ['-dash', 'README', 'Readme', 'a', 'gone', 'link', 'new', 'run', 'two\nlines', 'ü b'].sort(),
    );
  });

  it('finds nothing where a tool only touched files', async () => {
    await using b = await bench({ a: '1' });
    await utimes(b.at('a'), 1, 1);
    expect(await changedPaths(b.tree)).toEqual([]);
  });

  it('finds nothing in files whose stored line ends their attributes forbid', async () => {
    await using b = await bench({ 'crlf.txt': 'a\r\nb\r\n' }, (repo) => repo.commit('later', { '.gitattributes': '* text=auto\n' }));
    // `commit` has normalised nothing, because only the attributes were new.
    expect((await readPath(b.tree.repository, b.tree.commit, 'crlf.txt'))?.toString()).toBe('a\r\nb\r\n');
    await utimes(b.at('crlf.txt'), 1, 1);
    expect(await changedPaths(b.tree)).toEqual([]);
  });

  it('passes over dependencies, linked or copied, and submodules', async () => {
    await using b = await bench({ a: '1', '.gitignore': 'node_modules/\n' });
    await mkdir(b.at('packages/x/node_modules/y'), { recursive: true });
    await writeFile(b.at('packages/x/node_modules/y/i.js'), '');
    await symlink(b.repo.path, b.at('node_modules'));
    expect(await changedPaths(b.tree)).toEqual([]);
  });

  it('sees what a tool has staged by itself', async () => {
    await using b = await bench({ a: '1', b: '1' });
    await writeFile(b.at('a'), '2');
    await repositoryAt(b.tree.path).git('add', 'a');
    await repositoryAt(b.tree.path).git('rm', '-q', 'b');
    expect(await changedPaths(b.tree)).toEqual(['a', 'b']);
  });
});

describe('writeTree', () => {
  it('takes exactly the paths it is given, with modes, links, deletions and strange names', async () => {
    await using b = await bench({ a: '1', other: '1', gone: '1', run: 's', 'two\nlines': '1', '-dash': '1', '*': '1', dir: 'was a file' });
    for (const name of ['a', 'other', 'two\nlines', '-dash', '*', 'staged']) await writeFile(b.at(name), 'changed');
    await repositoryAt(b.tree.path).git('add', 'staged', 'other');
    await rm(b.at('gone'));
    await chmod(b.at('run'), 0o755);
    await symlink('a', b.at('link'));
    await rm(b.at('dir'));
    await mkdir(b.at('dir'));
    await writeFile(b.at('dir/inside'), 'x');
    expect(await committed(b, ['a', 'gone', 'run', 'link', 'two\nlines', '-dash', '*', 'dir/inside', 'dir'])).toEqual({
      '*': 'modified 100644',
      '-dash': 'modified 100644',
      a: 'modified 100644',
      gone: 'deleted',
      link: 'added 120000',
      run: 'modified 100755',
      'two\nlines': 'modified 100644',
      dir: 'deleted',
      'dir/inside': 'added 100644',
    });
  });

  it('never takes dependencies, even when asked', async () => {
    await using b = await bench({ a: '1' });
    await symlink(b.repo.path, b.at('node_modules'));
    expect(await committed(b, ['node_modules'])).toEqual({});
  });

  it('keeps an executable bit that the file system cannot show', async () => {
    await using b = await bench({}, async (repo) => {
      await repo.write('run', 's', 0o755);
      await repo.commit('script');
      await repo.git('config', 'core.fileMode', 'false');
    });
    await writeFile(b.at('run'), 'changed');
    await chmod(b.at('run'), 0o644);
    expect(await committed(b, ['run'])).toEqual({ run: 'modified 100755' });
  });

  it('stores line ends as the repository wants them', async () => {
    await using b = await bench({ 'a.txt': 'one\ntwo\n' }, (repo) => repo.git('config', 'core.autocrlf', 'true'));
    expect(await readFile(b.at('a.txt'), 'utf8')).toBe('one\r\ntwo\r\n');
    expect(await changedPaths(b.tree)).toEqual([]);
    await writeFile(b.at('a.txt'), 'one\r\nthree\r\n');
    const tree = await writeTree(b.tree, await changedPaths(b.tree));
    expect(await b.repo.git('cat-file', 'blob', `${tree}:a.txt`)).toBe('one\nthree');
  });

  it('runs the filters of the repository', async () => {
    await using b = await bench({ '.gitattributes': '*.up filter=case\n', 'a.up': 'stored' }, async (repo) => {
      await repo.git('config', 'filter.case.smudge', 'tr a-z A-Z');
      await repo.git('config', 'filter.case.clean', 'tr A-Z a-z');
    });
    expect(await readFile(b.at('a.up'), 'utf8')).toBe('STORED');
    expect(await changedPaths(b.tree)).toEqual([]);
    await writeFile(b.at('a.up'), 'CHANGED');
    const tree = await writeTree(b.tree, ['a.up']);
    expect(await b.repo.git('cat-file', 'blob', `${tree}:a.up`)).toBe('changed');
  });

  it('refuses to store raw what belongs into Git LFS', async () => {
    await using b = await bench({ '.gitattributes': '*.bin filter=lfs -text\n', 'x.bin': 'pointer', 'y.bin': 'pointer' });
    await writeFile(b.at('x.bin'), 'raw');
    await rm(b.at('y.bin'));
    await expect(writeTree(b.tree, ['x.bin'])).rejects.toMatchObject({ code: 'filter-failed' });
    expect(await committed(b, ['y.bin'])).toEqual({ 'y.bin': 'deleted' });
  });
});

describe('commitTree', () => {
  it('commits as the bot on a machine without identity, unsigned, past hooks, and moves no ref', async () => {
    await using repo = await repositoryWith({ a: '1' });
    const repository = await repo.open();
    await repo.git('config', 'user.useConfigOnly', 'true');
    await repo.git('config', 'user.name', '');
    await repo.git('config', 'user.email', '');
    await repo.git('config', 'commit.gpgSign', 'true');
    await repo.git('config', 'gpg.program', 'false');
    await repo.git('config', 'i18n.commitEncoding', 'latin1');
    await repo.write('.git/hooks/commit-msg', '#!/bin/sh\nexit 1\n', 0o755);
    const head = repository.head ?? '';
    const message = 'auto: Backend – fix 2 problems\n\nAgent: backend\n';
    const sha = await commitTree({ repository, tree: await repo.git('rev-parse', 'HEAD^{tree}'), parents: [head], message, date: DATE });
    expect(await repo.git('cat-file', 'commit', sha)).toBe(
      [
        `tree ${await repo.git('rev-parse', 'HEAD^{tree}')}`,
        `parent ${head}`,
        `author ${BOT_NAME} <${BOT_EMAIL}> 1767323045 +0000`,
        `committer ${BOT_NAME} <${BOT_EMAIL}> 1767323045 +0000`,
        '',
        message.trimEnd(),
      ].join('\n'),
    );
    expect(await commitMessage(repository, sha)).toBe(message);
    expect(await repo.head()).toBe(head);
    const merge = await commitTree({
      repository,
      tree: await repo.git('rev-parse', 'HEAD^{tree}'),
      parents: [head, sha],
      message: 'm',
      date: DATE,
    });
    expect(await repo.git('rev-parse', `${merge}^2`)).toBe(sha);
  });
});
