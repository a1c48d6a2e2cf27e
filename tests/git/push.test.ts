import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePorcelain, push } from '../../git/push.ts';
import type { PushRequest } from '../../git/push.ts';
import { createRepository, repositoryWith } from '../support/git-repository.ts';
import type { TestRepository } from '../support/git-repository.ts';
import { READER_TOKEN, startGitServer, WRITER_TOKEN } from '../support/git-server.ts';
import type { GitServer } from '../support/git-server.ts';

interface World extends AsyncDisposable {
  readonly server: GitServer;
  readonly served: TestRepository;
  readonly repo: TestRepository;
  /** Pushes HEAD to these refs as the writer. */
  push(refs: readonly string[], more?: Partial<PushRequest>): ReturnType<typeof push>;
  at(ref: string): Promise<string>;
}

async function world(): Promise<World> {
  const server = await startGitServer();
  const served = await server.create('r');
  const repo = await repositoryWith({ a: '1' });
  await repo.git('push', '-q', served.path, 'main');
  await repo.commit('second', { a: '2' });
  return {
    server,
    served,
    repo,
    push: async (refs, more = {}) =>
      push({
        repository: await repo.open(),
        remote: server.url('r'),
        updates: await Promise.all(refs.map(async (ref) => ({ ref, sha: await repo.head() }))),
        auth: { header: server.header(WRITER_TOKEN) },
        ...more,
      }),
    at: async (ref) => (await served.tryGit('rev-parse', '--verify', '--quiet', ref)).stdout.trim(),
    [Symbol.asyncDispose]: async () => {
      await repo[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const MAIN = 'refs/heads/main';
const LEDGER = 'refs/upkeep/ledger';

describe('push', () => {
  it('takes a branch and a ref of ours to the remote, both at once, past the hooks and wishes of this machine', async () => {
    await using w = await world();
    await w.repo.write('.git/hooks/pre-push', '#!/bin/sh\nexit 1\n', 0o755);
    await w.repo.git('tag', '-a', '-m', 't', 'v1');
    await w.repo.git('config', 'push.followTags', 'true');
    await w.repo.git('config', 'push.gpgSign', 'true');
    await w.repo.git('config', 'push.pushOption', 'ci.skip');
    await w.repo.git('config', 'remote.origin.url', w.server.url('r'));
    await w.repo.git('config', 'remote.origin.mirror', 'true');
    expect(await w.push([MAIN, LEDGER], { remote: 'origin' })).toMatchObject({
      ok: true,
      refs: [
        { ref: MAIN, ok: true },
        { ref: LEDGER, ok: true },
      ],
    });
    expect([await w.at(MAIN), await w.at(LEDGER), await w.at('refs/tags/v1')]).toEqual([await w.repo.head(), await w.repo.head(), '']);
  });

  it('never forces: when the branch has moved nothing arrives, not even the other ref', async () => {
    await using w = await world();
    const theirs = await w.served.git(
      '-c',
      'user.name=x',
      '-c',
      'user.email=x@y',
      'commit-tree',
      '-p',
      'main',
      '-m',
      'theirs',
      'main^{tree}',
    );
    await w.served.git('update-ref', MAIN, theirs);
    expect(await w.push([MAIN, LEDGER])).toMatchObject({ ok: false, reason: 'moved', advice: expect.stringContaining('newer commits') });
    expect([await w.at(MAIN), await w.at(LEDGER)]).toEqual([theirs, '']);
  });

  it('creates nothing over a ref that somebody else has just created', async () => {
    await using w = await world();
    const other = await w.served.git('-c', 'user.name=x', '-c', 'user.email=x@y', 'commit-tree', '-m', 'unrelated', 'main^{tree}');
    await w.served.git('update-ref', LEDGER, other);
    expect(await w.push([LEDGER])).toMatchObject({ ok: false, reason: 'moved' });
    expect(await w.at(LEDGER)).toBe(other);
  });

  it('lets exactly one of several that push at once win', async () => {
    await using w = await world();
    const commits = await Promise.all(
      Array.from({ length: 6 }, (_, i) => w.repo.git('commit-tree', '-p', 'HEAD', '-m', String(i), 'HEAD^{tree}')),
    );
    const results = await Promise.all(
      commits.map((sha) =>
        w.push([], {
          updates: [
            { sha, ref: MAIN },
            { sha, ref: LEDGER },
          ],
        }),
      ),
    );
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    for (const result of results) if (!result.ok) expect(['moved', 'locked']).toContain(result.reason);
    expect(await w.at(MAIN)).toBe(await w.at(LEDGER));
  });

  it('says that another push holds the lock', async () => {
    await using w = await world();
    await w.served.write(`${MAIN}.lock`, '');
    expect(await w.push([MAIN, LEDGER])).toMatchObject({ ok: false, reason: 'locked' });
  });

  it('says that the branch is protected', async () => {
    await using w = await world();
    await w.server.protect('r', 'main');
    expect(await w.push([MAIN, LEDGER])).toMatchObject({ ok: false, reason: 'protected' });
    await w.server.approve('r', await w.repo.head());
    expect(await w.push([MAIN])).toMatchObject({ ok: true });
  });

  it.each([
    ['echo "no, thanks" >&2', 'hook-declined'],
    ['echo "error: GH013: Repository rule violations found for refs/heads/main." >&2', 'ruleset'],
    ['echo "error: GH008: Your push referenced at least 1 unknown Git LFS object:" >&2', 'lfs'],
    ['echo "error: GH001: Large files detected." >&2', 'too-large'],
    [
      'echo "refusing to allow a GitHub App to create or update workflow \\`.github/workflows/x.yml\\` without \\`workflows\\` permission" >&2',
      'workflow-permission',
    ],
  ])('reads a hook of the server that says %j', async (words, reason) => {
    await using w = await world();
    await w.server.preReceive('r', `#!/bin/sh\ncat >/dev/null\n${words}\nexit 1\n`);
    const result = await w.push([MAIN]);
    expect(result).toMatchObject({ ok: false, reason });
    expect(await w.at(MAIN)).not.toBe(await w.repo.head());
  });

  it.each([
    ['no token', {}],
    ['a wrong token', { 'x:wrong': true }],
    ['a token that may only read', { reader: true }],
  ])('says that it may not with %s', async (_, kind) => {
    await using w = await world();
    const header = 'reader' in kind ? w.server.header(READER_TOKEN) : 'x:wrong' in kind ? w.server.header('wrong') : null;
    expect(await w.push([MAIN], { auth: header === null ? undefined : { header } })).toMatchObject({ ok: false, reason: 'denied' });
  });

  it('says that the remote does not answer', async () => {
    await using w = await world();
    w.server.fail('unavailable', 'push');
    expect(await w.push([MAIN])).toMatchObject({ ok: false, reason: 'unreachable' });
    expect(await w.push([MAIN], { remote: 'http://127.0.0.1:1/r.git' })).toMatchObject({ ok: false, reason: 'unreachable' });
    expect(await w.push([MAIN], { remote: join(w.repo.path, 'no-such-repository') })).toMatchObject({ ok: false, reason: 'unreachable' });
  });

  it('ends a push that hangs at its time limit, or when the run is interrupted', async () => {
    await using w = await world();
    w.server.fail('hang', 'push', 2);
    expect(await w.push([MAIN], { timeoutMs: 500 })).toMatchObject({ ok: false, reason: 'timeout' });
    const interruption = new AbortController();
    const pushing = w.push([MAIN], { signal: interruption.signal });
    await w.server.faultMet();
    interruption.abort();
    expect(await pushing).toMatchObject({ ok: false, reason: 'cancelled' });
    expect(await w.push([MAIN])).toMatchObject({ ok: true });
  });

  it('does not wait for a remote that never says a word, and waits for one that is slow', async () => {
    await using w = await world();
    w.server.fail('hang', 'push');
    expect(await w.push([MAIN], { firstReplyMs: 500 })).toMatchObject({
      ok: false,
      reason: 'silent',
      advice: expect.stringContaining('nothing was pushed') as string,
    });
    expect(await w.at(MAIN)).toBe(await w.repo.git('rev-parse', 'HEAD~1'));
    w.server.fail('trickle', 'push', 9);
    expect(await w.push([MAIN], { firstReplyMs: 1_500 })).toMatchObject({ ok: true });
  });

  it('has delivered nothing when the remote vanishes before its work', async () => {
    await using w = await world();
    w.server.fail('cut-request', 'push', 9);
    expect(await w.push([MAIN, LEDGER])).toMatchObject({ ok: false, reason: 'unreachable' });
    expect([await w.at(MAIN), await w.at(LEDGER)]).toEqual([await w.repo.git('rev-parse', 'HEAD~1'), '']);
  });

  it.each([1, 9])('knows that it has delivered when the remote vanishes after its work, %i times', async (times) => {
    await using w = await world();
    w.server.fail('cut-response', 'push', times);
    expect(await w.push([MAIN, LEDGER])).toMatchObject({ ok: true });
    expect([await w.at(MAIN), await w.at(LEDGER)]).toEqual([await w.repo.head(), await w.repo.head()]);
  });

  it('works from a shallow tip in a bare repository that borrows the objects of another', async () => {
    await using w = await world();
    const first = await w.repo.git('commit-tree', '-m', 'ledger', 'HEAD^{tree}');
    await w.push([], { updates: [{ sha: await w.repo.git('commit-tree', '-p', first, '-m', 'more', 'HEAD^{tree}'), ref: LEDGER }] });
    await using side = await createRepository('--bare');
    await side.write('objects/info/alternates', `${w.repo.path}/.git/objects\n`);
    await side.git('fetch', '-q', '--depth=1', w.server.url('r'), `${LEDGER}:${LEDGER}`);
    const sha = await side.git('commit-tree', '-p', LEDGER, '-m', 'next', `${LEDGER}^{tree}`);
    const updates = [
      { sha, ref: LEDGER },
      { sha: await w.repo.head(), ref: MAIN },
    ];
    expect(await w.push([], { repository: { gitDir: side.path }, updates })).toMatchObject({ ok: true });
    expect([await w.at(LEDGER), (await w.repo.open()).shallow]).toEqual([sha, false]);
  });

  it('deletes a ref of ours', async () => {
    await using w = await world();
    await w.push([LEDGER]);
    expect(await w.push([], { updates: [{ sha: null, ref: LEDGER }] })).toMatchObject({ ok: true });
    expect(await w.at(LEDGER)).toBe('');
  });

  it('shows no token, whatever happens', async () => {
    await using w = await world();
    const remote = w.server.url('r', 'secret-token');
    const result = await w.push([MAIN], { remote, auth: undefined });
    expect(result.ok).toBe(false);
    expect(JSON.stringify(result)).not.toContain('secret-token');
  });

  it('replaces a branch of ours while it is where it is expected, and only then', async () => {
    await using w = await world();
    const ref = 'refs/heads/upkeep/docs';
    const [first, second, third] = await Promise.all(
      ['1', '2', '3'].map((message) => w.repo.git('commit-tree', '-p', 'HEAD~1', '-m', message, 'HEAD^{tree}')),
    );
    const replace = (sha: string | null | undefined, expected: string | null | undefined) =>
      w.push([], { updates: [{ sha: sha ?? null, ref, expected }] });
    expect(await replace(first, null)).toMatchObject({ ok: true });
    expect(await replace(second, null)).toMatchObject({ ok: false, reason: 'moved' });
    expect(await replace(second, first)).toMatchObject({ ok: true });
    expect(await replace(third, first)).toMatchObject({ ok: false, reason: 'moved' });
    expect(await replace(null, first)).toMatchObject({ ok: false, reason: 'moved' });
    expect(await w.at(ref)).toBe(second);
    expect(await replace(null, second)).toMatchObject({ ok: true });
    expect(await w.at(ref)).toBe('');
  });

  it('replaces a branch of ours once, of several that try at the same time', async () => {
    await using w = await world();
    const ref = 'refs/heads/upkeep/docs';
    const old = await w.repo.git('commit-tree', '-p', 'HEAD~1', '-m', 'old', 'HEAD^{tree}');
    await w.push([], { updates: [{ sha: old, ref, expected: null }] });
    const commits = await Promise.all(
      Array.from({ length: 5 }, (_, i) => w.repo.git('commit-tree', '-p', 'HEAD~1', '-m', String(i), 'HEAD^{tree}')),
    );
    const results = await Promise.all(commits.map((sha) => w.push([], { updates: [{ sha, ref, expected: old }] })));
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    for (const result of results) if (!result.ok) expect(['moved', 'locked']).toContain(result.reason);
  });

  it('replaces no branch that is not ours, whatever is asked', async () => {
    await using w = await world();
    const sha = await w.repo.head();
    for (const ref of [MAIN, LEDGER, 'refs/heads/upkeep', 'refs/heads/upkeep/ledger', 'refs/heads/x/upkeep/docs', 'refs/tags/upkeep/a']) {
      await expect(w.push([], { updates: [{ sha, ref, expected: null }] }), ref).rejects.toThrow('never replaced');
    }
  });

  it('takes no ref that is not one', async () => {
    await using w = await world();
    await expect(w.push(['--force'])).rejects.toThrow('not the full name of a ref');
    await expect(w.push(['refs/heads/a b'])).rejects.toThrow('not the full name of a ref');
  });
});

describe('the porcelain output', () => {
  it('reads the porcelain lines and nothing else', () => {
    const lines = [
      'To https://example.test/r',
      ' \tabc:refs/heads/main\t1..2',
      '!\tabc:refs/upkeep/ledger\t[rejected] (fetch first)',
      '*\tabc:refs/x\t[new reference]',
      '-\t:refs/y\t[deleted]',
      'Done',
    ];
    expect(parsePorcelain(lines.join('\n')).map(({ ref, ok }) => `${ref} ${ok}`)).toEqual([
      'refs/heads/main true',
      'refs/upkeep/ledger false',
      'refs/x true',
      'refs/y true',
    ]);
  });
});
