import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diffTrees, listTree, readBlobs, readPath, treeIdOf } from '../../git/tree.ts';
import { createRepository, repositoryWith } from '../support/git-repository.ts';
import { startGitServer } from '../support/git-server.ts';

const STRANGE_NAMES = [
  '-leading-dash',
  'a b/c d',
  'two\nlines',
  'tab\there',
  'ünï/çödé.txt',
  '"quoted"',
  '*.glob',
  ':(top)magic',
  '日本語',
];

describe('listTree', () => {
  it('lists every kind of entry under any name', async () => {
    await using sub = await repositoryWith({ inner: 'x' });
    await using repo = await createRepository();
    for (const name of STRANGE_NAMES) await repo.write(name, name);
    await repo.write('run.sh', '#!/bin/sh\n', 0o755);
    await repo.link('link', 'run.sh');
    await repo.git('submodule', '--quiet', 'add', sub.path, 'module');
    const commit = await repo.commit('all');
    const entries = await listTree(await repo.open(), commit);
    expect(entries.map(({ path }) => path).sort()).toEqual([...STRANGE_NAMES, '.gitmodules', 'link', 'module', 'run.sh'].sort());
    const modes = Object.fromEntries(entries.map(({ path, mode, type }) => [path, `${mode} ${type}`]));
    expect(modes).toMatchObject({ 'run.sh': '100755 blob', link: '120000 blob', module: '160000 commit', '-leading-dash': '100644 blob' });
  });

  it('lists 50,000 files in one pass', async () => {
    await using repo = await createRepository();
    const stream = Array.from({ length: 50_000 }, (_, i) => `M 100644 inline d${i % 500}/f${i}\ndata 1\nx\n`).join('');
    await repo.write('../stream', `commit refs/heads/main\ncommitter A <a@b> 1 +0000\ndata 1\nx\n${stream}\n`);
    await repo.git('config', 'alias.load', '!git fast-import --quiet < ../stream');
    await repo.git('load');
    await rm(join(repo.path, '../stream'));
    const repository = await repo.open();
    expect(await listTree(repository, repository.head ?? '')).toHaveLength(50_000);
  });

  it('takes nothing but the id of a commit', async () => {
    await using repo = await repositoryWith({ a: 'x' });
    await expect(listTree(await repo.open(), '--help')).rejects.toThrow('not an object id');
  });
});

describe('diffTrees', () => {
  it('tells added, deleted, modified and type-changed paths, renames as two, with strange names', async () => {
    await using repo = await repositoryWith({ keep: 'k', change: '1', gone: 'same', README: 'r', 'two\nlines': '1', plain: 'p', run: 's' });
    const from = await repo.head();
    await repo.git('mv', 'gone', 'moved');
    await repo.git('mv', 'README', 'Readme');
    await repo.write('plain', null);
    await repo.link('plain', 'keep');
    await repo.write('run', 's', 0o755);
    const to = await repo.commit('changes', { change: '2', 'two\nlines': '2' });
    const changes = await diffTrees(await repo.open(), from, to);
    expect(Object.fromEntries(changes.map(({ path, status }) => [path, status]))).toEqual({
      change: 'modified',
      gone: 'deleted',
      moved: 'added',
      README: 'deleted',
      Readme: 'added',
      plain: 'type-changed',
      run: 'modified',
      'two\nlines': 'modified',
    });
    expect(changes.find(({ path }) => path === 'moved')).toMatchObject({ oldOid: null, oldMode: null, newMode: '100644' });
    expect(changes.find(({ path }) => path === 'gone')).toMatchObject({ newOid: null, newMode: null, oldMode: '100644' });
    expect(changes.find(({ path }) => path === 'run')).toMatchObject({ oldMode: '100644', newMode: '100755' });
  });

  it('finds nothing between equal trees', async () => {
    await using repo = await repositoryWith({ a: 'x' });
    const from = await repo.head();
    expect(await diffTrees(await repo.open(), from, await repo.commit('empty'))).toEqual([]);
  });
});

describe('readBlobs', () => {
  it('reads bytes, empty and large ones, and reports what is not there as absent', async () => {
    const large = Buffer.alloc(3_000_000, 'line\n');
    await using repo = await repositoryWith({ binary: Buffer.from([0, 255, 10, 13, 0]), empty: '', large });
    const repository = await repo.open();
    const entries = await listTree(repository, await repo.head());
    const missing = 'f'.repeat(40);
    const blobs = await readBlobs(repository, [...entries.map(({ oid }) => oid), missing]);
    const of = (path: string) => blobs.get(entries.find((entry) => entry.path === path)?.oid ?? '');
    expect(of('binary')).toEqual(Buffer.from([0, 255, 10, 13, 0]));
    expect(of('empty')).toEqual(Buffer.alloc(0));
    expect(of('large')?.equals(large)).toBe(true);
    expect(blobs.has(missing)).toBe(false);
  });

  it('fetches what a partial clone lacks all at once, and says what is missing when the server is gone', async () => {
    await using source = await createRepository();
    for (let i = 0; i < 40; i += 1) await source.write(`f${i}`, `content ${i}`);
    await source.commit('many');
    const server = await startGitServer();
    const served = await server.create('r');
    await source.git('push', '-q', served.path, 'main');
    await using holder = await createRepository();
    await holder.git('clone', '-q', '--filter=blob:none', '--no-checkout', server.url('r'), 'partial');
    const gitDir = join(holder.path, 'partial', '.git');
    const entries = await listTree({ gitDir }, await source.head());
    const half = entries.slice(0, 20).map(({ oid }) => oid);

    const before = server.requests.length;
    expect((await readBlobs({ gitDir }, half)).size).toBe(20);
    expect(server.requests.slice(before).filter((line) => line.startsWith('POST')).length).toBeLessThanOrEqual(2);

    await server[Symbol.asyncDispose]();
    expect((await readBlobs({ gitDir }, half)).size).toBe(20);
    const all = entries.map(({ oid }) => oid);
    await expect(readBlobs({ gitDir }, all)).rejects.toMatchObject({
      code: 'objects-missing',
      message: `this clone is partial and 20 objects that are needed are missing: origin (${server.url('r')}) cannot be reached`,
    });
  });
});

describe('readPath', () => {
  it.each(STRANGE_NAMES)('reads %j', async (name) => {
    await using repo = await repositoryWith({ [name]: `content of ${name}`, 'x.glob': 'another' });
    expect((await readPath(await repo.open(), await repo.head(), name))?.toString()).toBe(`content of ${name}`);
  });

  it('answers null for a folder and for what is not there', async () => {
    await using repo = await repositoryWith({ 'dir/a': 'x' });
    const repository = await repo.open();
    expect([await readPath(repository, await repo.head(), 'dir'), await readPath(repository, await repo.head(), 'none')]).toEqual([
      null,
      null,
    ]);
  });
});

describe('treeIdOf', () => {
  it('gives the tree of a commit and fails for what is none', async () => {
    await using repo = await repositoryWith({ a: 'x' });
    const repository = await repo.open();
    expect(await treeIdOf(repository, await repo.head())).toBe(await repo.git('rev-parse', 'HEAD^{tree}'));
    await expect(treeIdOf(repository, '--all')).rejects.toMatchObject({ code: 'failed' });
  });
});
