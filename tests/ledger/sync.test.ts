import { utimes, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { git } from '../../git/exec-git.ts';
import { append } from '../../ledger/append.ts';
import { compactLedger, refold } from '../../ledger/compact.ts';
import type { UpkeepEvent } from '../../ledger/event.ts';
import { readEvents, readState } from '../../ledger/read.ts';
import { encodeState } from '../../ledger/state-file.ts';
import { agentStateOf } from '../../ledger/state.ts';
import { openLedger, type Ledger } from '../../ledger/store.ts';
import { fetchShared, pushShared, unite } from '../../ledger/sync.ts';
import { createRepository, repositoryWith, type TestRepository } from '../support/git-repository.ts';
import { startGitServer, WRITER_TOKEN } from '../support/git-server.ts';
import { at, completed, failed } from '../support/ledger-events.ts';

interface Site extends AsyncDisposable {
  readonly remote: TestRepository;
  readonly clones: readonly { readonly repository: TestRepository; readonly ledger: Ledger }[];
}

/** A bare remote with one commit on main, and clones of it. */
async function siteWith(count: number, ...cloneOptions: string[]): Promise<Site> {
  const stack = new AsyncDisposableStack();
  const remote = stack.use(await createRepository('--bare'));
  const seed = stack.use(await repositoryWith({ 'a.txt': 'a' }));
  await seed.commit('second', { 'a.txt': 'b', 'dir/c.txt': 'c' });
  await seed.git('push', '-q', remote.path, 'main');
  await remote.git('config', 'uploadpack.allowFilter', 'true');
  const clones = [];
  for (let index = 0; index < count; index += 1) {
    const repository = stack.use(await remote.clone(...cloneOptions));
    clones.push({ repository, ledger: openLedger(`${repository.path}/.git`) });
  }
  return { remote, clones, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const shared = async (ledger: Ledger) => (await readState(ledger)).shared;
const ids = async (ledger: Ledger) => (await readEvents(ledger, { limit: 1_000 })).map(({ event }) => event.id).sort();
const idsOf = (...events: readonly UpkeepEvent[]) => events.map((event) => event.id).sort();
const remoteOf = (repository: TestRepository) => ({ remote: 'origin', cwd: repository.path, patienceMs: 0 });

describe('two clones of one remote', () => {
  it('see the same state after a push of either', async () => {
    await using site = await siteWith(2);
    const [one, two] = site.clones as [Site['clones'][0], Site['clones'][0]];
    const event = failed({ minutes: 1 });
    await append(one.ledger, [event], { scope: 'shared' });
    expect(await pushShared(one.ledger, remoteOf(one.repository))).toMatchObject({ ok: true, tries: 1 });
    expect(await fetchShared(two.ledger, remoteOf(two.repository))).toMatchObject({ ok: true, added: 0, place: 'ref' });
    expect(encodeState(await shared(two.ledger))).toBe(encodeState(await shared(one.ledger)));
    expect(await two.repository.git('for-each-ref', '--format=%(refname)')).not.toContain('upkeep');
    expect(await two.repository.git('rev-parse', '--is-shallow-repository')).toBe('false');
  });

  it('lose no event when both appended, whoever pushes first', async () => {
    await using site = await siteWith(2);
    const [one, two] = site.clones as [Site['clones'][0], Site['clones'][0]];
    const events = [1, 2, 3, 4].map((minutes) => failed({ minutes, key: `k${minutes}` })) as [
      UpkeepEvent,
      UpkeepEvent,
      UpkeepEvent,
      UpkeepEvent,
    ];
    await append(one.ledger, [events[0]], { scope: 'shared' });
    await append(two.ledger, [events[1]], { scope: 'shared' });
    await append(two.ledger, [events[2]], { scope: 'shared' });
    expect(await pushShared(one.ledger, remoteOf(one.repository))).toMatchObject({ ok: true });
    expect(await pushShared(two.ledger, remoteOf(two.repository))).toMatchObject({ ok: true, tries: 2 });
    await append(one.ledger, [events[3]], { scope: 'shared' });
    expect(await pushShared(one.ledger, remoteOf(one.repository))).toMatchObject({ ok: true, tries: 2 });
    await fetchShared(two.ledger, remoteOf(two.repository));
    expect(encodeState(await shared(two.ledger))).toBe(encodeState(await shared(one.ledger)));
    expect(await ids(two.ledger)).toEqual(idsOf(...events));
    expect(await shared(two.ledger)).toMatchObject({ sequence: 4 });
    expect(encodeState(await refold(two.ledger))).toBe(encodeState(await shared(two.ledger)));
  });

  it('agree when one of them had compacted and the other had not', async () => {
    await using site = await siteWith(2);
    const [one, two] = site.clones as [Site['clones'][0], Site['clones'][0]];
    const old = [1, 2, 3].map((minutes) => failed({ minutes }));
    for (const event of old) await append(one.ledger, [event], { scope: 'shared' });
    await pushShared(one.ledger, remoteOf(one.repository));
    await fetchShared(two.ledger, remoteOf(two.repository));
    const offline = completed({ minutes: 5 });
    await append(two.ledger, [offline], { scope: 'shared' });
    const later = at(60 * 24 * 20);
    expect(await compactLedger(one.ledger, { scope: 'shared', now: later })).toBe(3);
    await pushShared(one.ledger, remoteOf(one.repository));
    await pushShared(two.ledger, remoteOf(two.repository));
    await fetchShared(one.ledger, remoteOf(one.repository));
    expect(await ids(one.ledger)).toEqual(idsOf(...old, offline));
    expect(encodeState(await shared(one.ledger))).toBe(encodeState(await shared(two.ledger)));
    // The same history on the same day is compacted to the same commit.
    await Promise.all(site.clones.map(({ ledger }) => compactLedger(ledger, { scope: 'shared', now: later })));
    expect((await readState(one.ledger)).tips.shared).toBe((await readState(two.ledger)).tips.shared);
    expect(encodeState(await refold(one.ledger))).toBe(encodeState(await shared(one.ledger)));
    // The compacted one meets a remote that is not.
    await append(two.ledger, [failed({ minutes: 9 })], { scope: 'shared' });
    await fetchShared(one.ledger, remoteOf(one.repository));
    await pushShared(two.ledger, remoteOf(two.repository));
    await fetchShared(one.ledger, remoteOf(one.repository));
    expect(await ids(one.ledger)).toEqual(await ids(two.ledger));
    expect((await ids(one.ledger)).length).toBe(5);
  });
});

describe('a push of branch and ledger', () => {
  it.each([['whole'], ['shallow', '--depth=1'], ['partial', '--filter=blob:none'], ['treeless', '--filter=tree:0']])(
    'arrives from a %s clone',
    async (_, ...options) => {
      await using site = await siteWith(1, ...options);
      const [one] = site.clones as [Site['clones'][0]];
      const sha = await one.repository.commit('mine', { 'b.txt': 'b' });
      const event = completed({ minutes: 1, commit: sha, outcome: 'fixed' });
      const pushed = await pushShared(one.ledger, {
        ...remoteOf(one.repository),
        events: [event],
        extraUpdates: [{ sha, ref: 'refs/heads/main' }],
      });
      expect(pushed).toMatchObject({ ok: true, tries: 1 });
      expect(await site.remote.git('rev-parse', 'refs/heads/main')).toBe(sha);
      expect(await site.remote.git('rev-parse', 'refs/upkeep/ledger')).toBe((await readState(one.ledger)).tips.shared);
      expect(await ids(one.ledger)).toEqual([event.id]);
      await expect(site.remote.git('fsck', '--strict')).resolves.toBe('');
    },
  );

  it('arrives again when a shallow clone was deepened since, and when a killed fetch left its lock', async () => {
    await using site = await siteWith(1, '--depth=1');
    const [one] = site.clones as [Site['clones'][0]];
    const deliver = async (minutes: number) => {
      const sha = await one.repository.commit('mine', { 'b.txt': `${minutes}` });
      const extraUpdates = [{ sha, ref: 'refs/heads/main' }];
      return pushShared(one.ledger, { ...remoteOf(one.repository), events: [completed({ minutes })], extraUpdates });
    };
    expect(await deliver(1)).toMatchObject({ ok: true, tries: 1 });
    await one.repository.git('fetch', '-q', '--unshallow');
    const lock = `${one.ledger.gitDir}/shallow.lock`;
    await writeFile(lock, '');
    await utimes(lock, new Date(0), new Date(0));
    expect(await deliver(2)).toMatchObject({ ok: true, tries: 1 });
    expect((await git(['rev-parse', '--is-shallow-repository'], { gitDir: one.ledger.gitDir })).stdout).toBe('false\n');
    await expect(site.remote.git('fsck', '--strict')).resolves.toBe('');
  });

  it('says that the branch moved, records nothing, and leaves the rest to the caller', async () => {
    await using site = await siteWith(2);
    const [one, two] = site.clones as [Site['clones'][0], Site['clones'][0]];
    await one.repository.commit('first there', { 'b.txt': 'b' });
    await one.repository.git('push', '-q', 'origin', 'main');
    const sha = await two.repository.commit('too late', { 'c.txt': 'c' });
    const pushed = await pushShared(two.ledger, {
      ...remoteOf(two.repository),
      events: [completed()],
      extraUpdates: [{ sha, ref: 'refs/heads/main' }],
    });
    expect(pushed).toMatchObject({ ok: false, culprit: 'branch', ref: 'refs/heads/main', reason: 'moved' });
    expect((await readState(two.ledger)).tips.shared).toBeNull();
    expect((await site.remote.tryGit('rev-parse', '--verify', 'refs/upkeep/ledger')).exitCode).not.toBe(0);
  });

  it('is repeated when only the ledger moved', async () => {
    await using site = await siteWith(2);
    const [one, two] = site.clones as [Site['clones'][0], Site['clones'][0]];
    await append(one.ledger, [failed({ minutes: 1 })], { scope: 'shared' });
    await pushShared(one.ledger, remoteOf(one.repository));
    const sha = await two.repository.commit('mine', { 'c.txt': 'c' });
    const event = completed({ minutes: 2 });
    const pushed = await pushShared(two.ledger, {
      ...remoteOf(two.repository),
      events: [event],
      extraUpdates: [{ sha, ref: 'refs/heads/main' }],
    });
    expect(pushed).toMatchObject({ ok: true, tries: 2 });
    expect(await site.remote.git('rev-parse', 'main')).toBe(sha);
    expect(await ids(two.ledger)).toHaveLength(2);
    expect(agentStateOf(await shared(two.ledger), 'backend', 'main')).toMatchObject({ streak: 0 });
  });
});

describe('a remote', () => {
  it('over HTTP takes the token that the user’s repository sends, and protects its branch', async () => {
    await using server = await startGitServer({ readsAnonymously: false });
    const remote = await server.create('repo');
    await using seed = await repositoryWith({ 'a.txt': 'a' });
    const withToken = ['-c', `http.extraHeader=${server.header(WRITER_TOKEN)}`];
    await seed.git(...withToken, 'push', '-q', server.url('repo'), 'main');
    await seed.git('remote', 'add', 'origin', server.url('repo'));
    const ledger = openLedger(`${seed.path}/.git`);
    await append(ledger, [failed({ minutes: 1 })], { scope: 'shared' });
    expect(await pushShared(ledger, remoteOf(seed))).toMatchObject({ ok: false, reason: 'denied', culprit: 'remote' });
    await seed.git('config', `http.${server.origin}/.extraHeader`, server.header(WRITER_TOKEN));
    expect(await pushShared(ledger, remoteOf(seed))).toMatchObject({ ok: true });
    await server.protect('repo', 'main');
    const sha = await seed.commit('unapproved', { 'b.txt': 'b' });
    const pushed = await pushShared(ledger, {
      ...remoteOf(seed),
      events: [completed({ minutes: 2 })],
      extraUpdates: [{ sha, ref: 'refs/heads/main' }],
    });
    expect(pushed).toMatchObject({ ok: false, culprit: 'branch', reason: 'protected', ref: 'refs/heads/main' });
    await append(ledger, [completed({ minutes: 3 })], { scope: 'shared' });
    expect(await pushShared(ledger, remoteOf(seed))).toMatchObject({ ok: true });
    expect(await remote.git('rev-parse', 'refs/upkeep/ledger')).toBe((await readState(ledger)).tips.shared);
  });

  it('that cuts the answer to a push ends with each event once', async () => {
    await using server = await startGitServer();
    await server.create('repo');
    await using seed = await repositoryWith({ 'a.txt': 'a' });
    await seed.git('remote', 'add', 'origin', server.url('repo'));
    await seed.git('config', `http.${server.origin}/.extraHeader`, server.header(WRITER_TOKEN));
    const ledger = openLedger(`${seed.path}/.git`);
    const event = failed({ minutes: 1 });
    server.fail('cut-response', 'push');
    await pushShared(ledger, { ...remoteOf(seed), events: [event] });
    expect(await pushShared(ledger, { ...remoteOf(seed), events: [event] })).toMatchObject({ ok: true });
    expect(agentStateOf(await shared(ledger), 'backend', 'main').streak).toBe(1);
    expect(await ids(ledger)).toEqual([event.id]);
  });

  it('that is gone or hangs is a reason, not a throw', async () => {
    await using server = await startGitServer();
    await server.create('repo');
    await using seed = await repositoryWith({ 'a.txt': 'a' });
    const ledger = openLedger(`${seed.path}/.git`);
    await append(ledger, [failed()], { scope: 'shared' });
    const before = await readState(ledger);
    expect(await fetchShared(ledger, { remote: '/nowhere/at/all.git' })).toMatchObject({ ok: false, reason: 'unreachable' });
    expect(await pushShared(ledger, { remote: '/nowhere/at/all.git' })).toMatchObject({ ok: false, culprit: 'remote' });
    server.fail('hang', 'fetch');
    expect(await fetchShared(ledger, { remote: server.url('repo'), timeoutMs: 300 })).toMatchObject({ ok: false, reason: 'timeout' });
    expect(await readState(ledger)).toEqual(before);
  });

  it('that refuses custom refs gets a branch, which others find', async () => {
    await using site = await siteWith(2);
    const [one, two] = site.clones as [Site['clones'][0], Site['clones'][0]];
    const hook =
      '#!/bin/sh\nwhile read -r old new ref; do case "$ref" in refs/heads/*) ;; *) echo "only branches here" >&2; exit 1;; esac; done\n';
    await site.remote.write('hooks/pre-receive', hook, 0o755);
    await append(one.ledger, [failed({ minutes: 1 })], { scope: 'shared' });
    expect(await pushShared(one.ledger, remoteOf(one.repository))).toMatchObject({ ok: true, tries: 2 });
    expect(await site.remote.git('log', '--format=%s', 'refs/heads/upkeep/ledger')).toContain('[skip ci]');
    expect(await fetchShared(two.ledger, remoteOf(two.repository))).toMatchObject({ ok: true, place: 'branch' });
    await append(two.ledger, [failed({ minutes: 2 })], { scope: 'shared' });
    expect(await pushShared(two.ledger, { ...remoteOf(two.repository), store: 'branch' })).toMatchObject({ ok: true, tries: 1 });
  });

  it('whose ledger is a blob is left alone and said to be corrupt', async () => {
    await using site = await siteWith(1);
    const [one] = site.clones as [Site['clones'][0]];
    const blob = await site.remote.git('rev-parse', 'main:a.txt');
    await site.remote.git('update-ref', 'refs/upkeep/ledger', blob);
    await append(one.ledger, [failed()], { scope: 'shared' });
    const before = await readState(one.ledger);
    expect(await fetchShared(one.ledger, remoteOf(one.repository))).toMatchObject({
      ok: false,
      reason: 'corrupt',
      message: expect.stringContaining('git push') as string,
    });
    expect(await readState(one.ledger)).toEqual(before);
  });

  it('with a ledger of the future changes nothing here', async () => {
    await using site = await siteWith(2);
    const [one, two] = site.clones as [Site['clones'][0], Site['clones'][0]];
    await append(one.ledger, [failed()], { scope: 'shared' });
    const stream =
      'commit refs/heads/f\ncommitter u <u@x> 0 +0000\ndata 1\nf\nM 100644 inline state.json\ndata 20\n{"schemaVersion":99}\n\n';
    await git(['fast-import', '--quiet'], { gitDir: two.ledger.commonDir, input: stream });
    await two.repository.git('push', '-q', 'origin', 'refs/heads/f:refs/upkeep/ledger');
    const before = await readState(one.ledger);
    await expect(fetchShared(one.ledger, remoteOf(one.repository))).rejects.toMatchObject({
      code: 'future-version',
      message: expect.stringContaining('upgrade') as string,
    });
    expect(await readState(one.ledger)).toEqual(before);
  });

  it('that lost its ledger gets it back', async () => {
    await using site = await siteWith(1);
    const [one] = site.clones as [Site['clones'][0]];
    await append(one.ledger, [failed()], { scope: 'shared' });
    await pushShared(one.ledger, remoteOf(one.repository));
    await site.remote.git('update-ref', '-d', 'refs/upkeep/ledger');
    expect(await fetchShared(one.ledger, remoteOf(one.repository))).toMatchObject({ ok: true, sha: null });
    expect(await pushShared(one.ledger, remoteOf(one.repository))).toMatchObject({ ok: true });
  });
});

it('a union with a history that has everything of ours is that history', async () => {
  await using site = await siteWith(1);
  const [one] = site.clones as [Site['clones'][0]];
  await append(one.ledger, [failed({ minutes: 1 })], { scope: 'shared' });
  const { tips } = await readState(one.ledger);
  expect(await unite(one.ledger, tips.shared ?? '')).toEqual({ ok: true, sha: tips.shared, added: 0 });
});
