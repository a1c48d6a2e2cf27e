import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { git } from '../../git/exec-git.ts';
import { remoteFailure, remoteOptions, remoteSentence } from '../../git/remote-access.ts';
import { fetchCommits, fetchedRef, remoteHead, remoteUrl } from '../../git/remote.ts';
import { createRepository, repositoryAt, repositoryWith } from '../support/git-repository.ts';
import type { TestRepository } from '../support/git-repository.ts';
import { READER_TOKEN, startGitServer, WRITER_TOKEN } from '../support/git-server.ts';
import type { GitServer } from '../support/git-server.ts';
import { startSilentServer } from '../support/silent-server.ts';

interface World extends AsyncDisposable {
  readonly server: GitServer;
  readonly served: TestRepository;
  /** Who pushes to the server by its folder. */
  readonly author: TestRepository;
  clone(...options: string[]): Promise<TestRepository & AsyncDisposable>;
}

async function world(options: Parameters<typeof startGitServer>[0] = {}): Promise<World> {
  const server = await startGitServer(options);
  const served = await server.create('r');
  const author = await repositoryWith({ a: '1' });
  await author.commit('second', { a: '2' });
  await author.git('remote', 'add', 'origin', served.path);
  await author.git('push', '-q', 'origin', 'main');
  return {
    server,
    served,
    author,
    clone: async (...flags) => {
      const holder = await createRepository();
      await holder.git('clone', '-q', ...flags, server.url('r'), 'clone');
      return { ...repositoryAt(join(holder.path, 'clone')), [Symbol.asyncDispose]: () => holder[Symbol.asyncDispose]() };
    },
    [Symbol.asyncDispose]: async () => {
      await author[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe('remoteHead', () => {
  it('says where the branch is, null when there is none, and is not taken in by names that end alike', async () => {
    await using w = await world();
    await w.author.git('push', '-q', 'origin', 'main~1:refs/heads/x/main', 'main:refs/tags/only');
    await using clone = await w.clone();
    const repository = await clone.open();
    expect(await remoteHead({ repository, remote: 'origin', branch: 'main' })).toEqual({ ok: true, sha: await w.author.head() });
    expect(await remoteHead({ repository, remote: w.server.url('r'), branch: 'only' })).toEqual({ ok: true, sha: null });
  });

  it('reads with a token that is in no argument, also where another header is configured', async () => {
    await using w = await world({ readsAnonymously: false });
    await using local = await repositoryWith({ a: 'x' });
    await local.git('config', `http.${w.server.origin}/.extraheader`, 'Authorization: Basic d3Jvbmc=');
    const repository = await local.open();
    const ask = { repository, remote: w.server.url('r'), branch: 'main' };
    expect(await remoteHead(ask)).toMatchObject({ ok: false, reason: 'denied' });
    expect(await remoteHead({ ...ask, auth: { header: w.server.header(READER_TOKEN) } })).toMatchObject({
      ok: true,
      sha: await w.author.head(),
    });
  });

  it.each([
    ['hangs', 'timeout'],
    ['is busy', 'unreachable'],
    ['is gone', 'unreachable'],
  ])('says so when the remote %s', async (how, reason) => {
    await using w = await world();
    await using clone = await w.clone();
    if (how === 'hangs') w.server.fail('hang', 'fetch');
    if (how === 'is busy') w.server.fail('unavailable', 'fetch');
    if (how === 'is gone') await w.server[Symbol.asyncDispose]();
    expect(await remoteHead({ repository: await clone.open(), remote: 'origin', branch: 'main', timeoutMs: 1_000 })).toMatchObject({
      ok: false,
      reason,
    });
  });

  it.each(['http', 'https', 'git'])('does not wait for a remote that takes the connection and never says a word: %s', async (protocol) => {
    await using silent = await startSilentServer();
    await using local = await repositoryWith({ a: 'x' });
    const ask = {
      repository: await local.open(),
      remote: `${protocol}://127.0.0.1:${silent.port}/r.git`,
      branch: 'main',
      firstReplyMs: 300,
    };
    expect(await remoteHead(ask)).toEqual({ ok: false, reason: 'silent', stderr: expect.any(String) as string });
    expect(await fetchCommits(ask)).toMatchObject({ ok: false, reason: 'silent' });
    expect(silent.connections()).toBe(2);
  });

  it('waits for one that is slow and goes on', async () => {
    await using w = await world();
    await using clone = await w.clone();
    const tip = await w.author.commit('third', { b: '3' });
    await w.author.git('push', '-q', 'origin', 'main');
    w.server.fail('trickle', 'fetch', 10);
    const ask = { repository: await clone.open(), remote: 'origin', branch: 'main', firstReplyMs: 1_500 };
    const started = performance.now();
    expect(await remoteHead(ask)).toEqual({ ok: true, sha: tip });
    expect(await fetchCommits(ask)).toEqual({ ok: true, sha: tip });
    expect(performance.now() - started).toBeGreaterThan(1_500);
  });

  it('gives up on one that stops in the middle', async () => {
    await using w = await world();
    await using clone = await w.clone();
    w.server.fail('stall', 'fetch');
    const options = await remoteOptions(await clone.open(), 'origin', { firstReplyMs: 500, stalledMs: 1_000 });
    const error: unknown = await git(['ls-remote', '--', 'origin'], options).catch((reason: unknown) => reason);
    expect(remoteFailure(error)).toMatchObject({ reason: 'timeout' });
  });

  it('never shows the credentials of an address', async () => {
    await using local = await repositoryWith({ a: 'x' });
    await local.git('remote', 'add', 'origin', `${'http'}://person:pa55word@127.0.0.1:1/r.git`);
    const result = await remoteHead({ repository: await local.open(), remote: 'origin', branch: 'main' });
    expect(result).toMatchObject({ ok: false, reason: 'unreachable' });
    expect(JSON.stringify(result)).not.toContain('pa55word');
    expect(await remoteSentence(await local.open(), 'origin', 'silent')).toBe('origin (http://127.0.0.1:1/r.git) sent nothing for 15 s');
  });

  it('takes neither a remote nor a branch that looks like an option', async () => {
    await using local = await repositoryWith({ a: 'x' });
    const repository = await local.open();
    await expect(remoteHead({ repository, remote: '--upload-pack=touch pwned', branch: 'main' })).rejects.toThrow('not a remote');
    await expect(remoteHead({ repository, remote: 'origin', branch: '--all' })).rejects.toThrow('not the name of a branch');
  });
});

describe('fetchCommits', () => {
  it.each([
    ['full', []],
    ['shallow', ['--depth=1']],
    ['partial', ['--filter=blob:none']],
  ])('fetches a branch into a %s clone and moves nothing else', async (kind, flags) => {
    await using w = await world();
    await using clone = await w.clone(...flags);
    const shallowAt = async () => readFile(join(clone.path, '.git', 'shallow'), 'utf8').catch(() => null);
    const before = { refs: await clone.git('for-each-ref'), shallow: await shallowAt() };
    await clone.git('config', 'remote.origin.tagOpt', '--tags');
    await clone.git('config', 'fetch.prune', 'true');
    const tip = await w.author.commit('third', { b: '3' });
    await w.author.git('tag', 'v1');
    await w.author.git('push', '-q', 'origin', 'main', 'v1');

    const repository = await clone.open();
    expect(await fetchCommits({ repository, remote: 'origin', branch: 'main' })).toEqual({ ok: true, sha: tip });
    expect(await clone.git('for-each-ref')).toBe(`${before.refs}\n${tip} commit\t${fetchedRef('origin', 'main')}`);
    expect(await shallowAt()).toBe(before.shallow);
    expect(await readdir(join(clone.path, '.git'))).not.toContain('FETCH_HEAD');
    // The merge base of what was checked and what came is there, in a shallow clone too.
    expect(await clone.git('merge-base', 'HEAD', tip)).toBe(await clone.head());
    expect((await clone.open()).shallow).toBe(kind === 'shallow');
  });

  it('follows a branch that was rewritten, and answers null for one that is not there', async () => {
    await using w = await world();
    await using clone = await w.clone();
    const repository = await clone.open();
    await fetchCommits({ repository, remote: 'origin', branch: 'main' });
    await w.author.git('reset', '-q', '--hard', 'HEAD~1');
    const tip = await w.author.commit('rewritten', { c: '1' });
    await w.author.git('push', '-q', '--force', 'origin', 'main');
    expect(await fetchCommits({ repository, remote: 'origin', branch: 'main' })).toEqual({ ok: true, sha: tip });
    expect(await fetchCommits({ repository, remote: 'origin', branch: 'none' })).toEqual({ ok: true, sha: null });
  });

  it('says so when the connection is cut', async () => {
    await using w = await world();
    await using clone = await w.clone();
    await w.author.commit('third', { b: '3' });
    await w.author.git('push', '-q', 'origin', 'main');
    w.server.fail('cut-request', 'fetch', 5);
    expect(await fetchCommits({ repository: await clone.open(), remote: 'origin', branch: 'main' })).toMatchObject({
      ok: false,
      reason: 'unreachable',
    });
  });
});

describe('an address that is relative', () => {
  it('counts from the top of the working tree, also of a linked one, and in a bare repository from the Git directory', async () => {
    await using served = await repositoryWith({ a: '1' });
    await using local = await createRepository();
    const there = { remote: 'origin', branch: 'main' };
    const answer = { ok: true, sha: await served.head() };
    await local.git('remote', 'add', 'origin', `../${basename(served.path)}`);
    expect(await fetchCommits({ ...there, repository: await local.open() })).toEqual(answer);
    await local.git('worktree', 'add', '-q', '--detach', 'linked/deep', fetchedRef('origin', 'main'));
    const linked = repositoryAt(join(local.path, 'linked/deep'));
    expect(await remoteHead({ ...there, repository: await linked.open() })).toMatchObject({ ok: false });
    await local.git('remote', 'set-url', 'origin', `../../../${basename(served.path)}`);
    expect(await remoteHead({ ...there, repository: await linked.open() })).toEqual(answer);
    await using bare = await createRepository('--bare');
    await bare.git('remote', 'add', 'origin', `../${basename(served.path)}`);
    expect(await remoteHead({ ...there, repository: await bare.open() })).toEqual(answer);
  });
});

describe('remoteUrl', () => {
  it('finds the address of a remote by name', async () => {
    await using local = await repositoryWith({ a: 'x' });
    await local.git('remote', 'add', 'origin', 'https://example.test/r.git');
    const repository = await local.open();
    expect([await remoteUrl(repository, 'origin'), await remoteUrl(repository, 'none'), await remoteUrl(repository, 'git@host:r')]).toEqual(
      ['https://example.test/r.git', null, 'git@host:r'],
    );
  });
});

describe('the test server', () => {
  it('refuses to write without a token', async () => {
    await using w = await world();
    expect((await w.author.tryGit('push', w.server.url('r'), 'HEAD:refs/heads/x')).exitCode).not.toBe(0);
    expect((await w.author.tryGit('push', w.server.url('r', WRITER_TOKEN), 'HEAD:refs/heads/x')).exitCode).toBe(0);
  });
});
