import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { git } from '../../git/exec-git.ts';
import { append } from '../../ledger/append.ts';
import { compactLedger, packLedger, refold } from '../../ledger/compact.ts';
import { uuidv7 } from '../../ledger/event.ts';
import { emptyState, fold } from '../../ledger/fold.ts';
import { AGENT_IDS } from '../../ledger/outcome.ts';
import { readEvents, readState } from '../../ledger/read.ts';
import { encodeState } from '../../ledger/state-file.ts';
import { LIMITS } from '../../ledger/state.ts';
import { openLedger, type Ledger } from '../../ledger/store.ts';
import { pushShared } from '../../ledger/sync.ts';
import { createRepository, repositoryWith } from '../support/git-repository.ts';
import { at, completed, failed, finding, tripped } from '../support/ledger-events.ts';

const raw = async (ledger: Ledger, ...args: string[]) => (await git(args, { gitDir: ledger.gitDir })).stdout;
const files = async (ledger: Ledger) =>
  (await raw(ledger, 'ls-tree', '-r', '--name-only', 'refs/upkeep/ledger', 'events/')).trim().split('\n');
const DAY = 24 * 60;

describe('state.json', () => {
  /** Six agents on three branches with sixty runs each, `red` of a hundred of them failing with many findings and a commit. */
  function stateAfter(red: number) {
    let state = emptyState();
    for (let index = 0; index < 60 * 18; index += 1) {
      const minutes = Math.floor(index / 18) * 5;
      const agentId = AGENT_IDS[index % 6] ?? 'backend';
      const place = { minutes, agentId, branch: `feature/some-branch-${Math.floor(index / 6) % 3}`, runId: uuidv7(at(minutes)) };
      const run = { ...place, key: index.toString(16).padStart(64, '0'), warnings: 12, coverage: 91.25 };
      const worst = {
        commit: 'c'.repeat(40),
        findings: Array.from({ length: 50 }, (_, nth) => finding(`Something is wrong here and it takes a sentence to say so (${nth}).`)),
        blobs: Array.from({ length: 200 }, (_, nth) => ({ path: `src/a/path/${nth}.ts`, from: 'a'.repeat(40), to: 'b'.repeat(40) })),
      };
      const event = index % 100 < red ? failed({ ...run, ...worst }) : completed(run);
      state = fold(state, { sequence: index + 1, events: [event] });
    }
    return state;
  }

  it.each([
    ['well under 200 kB as things are', 10, 180_000],
    ['bounded when every run fails with as much as there can be', 100, 270_000],
  ])('with six agents on three branches is %s', (_, red, bytes) => {
    const state = stateAfter(red);
    expect(Object.keys(state.agents)).toHaveLength(18);
    expect(Object.values(state.agents).every((agent) => agent.runs.length === LIMITS.runs && agent.keys.length === LIMITS.keys)).toBe(true);
    expect(Buffer.byteLength(encodeState(state))).toBeLessThan(bytes);
  });

  it('does not grow with the number of branches without end, and forgets none that people wait for', () => {
    let state = fold(emptyState(), { sequence: 1, events: [failed({ branch: 'red' }), tripped({ branch: 'red' })] });
    for (let index = 0; index < 200; index += 1) state = fold(state, { sequence: index + 2, events: [completed({ branch: `b${index}` })] });
    expect(Object.keys(state.agents)).toHaveLength(LIMITS.agents + 1);
    expect(state.agents).toHaveProperty(['backend@red']);
  });
});

describe('compaction', () => {
  it('happens on the first append of a day, one file a month, and changes nothing in the fold', async () => {
    await using repository = await createRepository();
    const ledger = openLedger(join(repository.path, '.git'));
    const events = [0, 1, 2, 20, 40, 41].map((day) => failed({ minutes: day * DAY, key: `k${day}` }));
    for (const event of events) await append(ledger, [event], { scope: 'shared' });
    expect(await files(ledger)).toEqual([
      'events/2026/09.jsonl',
      ...events.slice(4).map((event, index) => `events/2026/10/1${1 + index}/${event.id}.jsonl`),
    ]);
    const state = encodeState((await readState(ledger)).shared);
    expect(encodeState(await refold(ledger))).toBe(state);
    expect(await compactLedger(ledger, { scope: 'shared', now: at(400 * DAY) })).toBe(2);
    expect(await compactLedger(ledger, { scope: 'shared', now: at(400 * DAY) })).toBe(0);
    expect(encodeState((await readState(ledger)).shared)).toBe(state);
    expect((await readEvents(ledger, { limit: 100 })).map(({ event }) => event.id)).toEqual(events.map(({ id }) => id).reverse());
  });

  it('leaves a month alone of which something cannot be read', async () => {
    await using repository = await createRepository();
    const ledger = openLedger(join(repository.path, '.git'));
    const event = failed();
    await append(ledger, [event], { scope: 'shared' });
    const oid = (await raw(ledger, 'rev-parse', `refs/upkeep/ledger:events/2026/09/01/${event.id}.jsonl`)).trim();
    await rename(join(ledger.gitDir, 'objects', oid.slice(0, 2), oid.slice(2)), join(repository.path, 'kept'));
    expect(await compactLedger(ledger, { scope: 'shared', now: at(100 * DAY) })).toBe(0);
  });
});

describe('packing', () => {
  it('happens when as many objects are loose as 500 appends leave', async () => {
    await using repository = await createRepository();
    const ledger = openLedger(join(repository.path, '.git'));
    await append(ledger, [failed({ minutes: 1 })], { scope: 'shared' });
    expect(await packLedger(ledger)).toBe(false);
    const loose = Array.from({ length: 6_000 }, (_, index) => `M 100644 inline other/${index}\ndata ${`${index}`.length}\n${index}\n`).join(
      '',
    );
    await git(['fast-import', '--quiet'], {
      gitDir: ledger.gitDir,
      input: `commit refs/upkeep/ledger\ncommitter u <u@x> 0 +0000\ndata 1\nx\nfrom refs/upkeep/ledger^0\n${loose}\n`,
      config: [['fastimport.unpackLimit', '100000']],
    });
    await append(ledger, [failed({ minutes: 2 })], { scope: 'shared' });
    expect(await raw(ledger, 'count-objects', '-v')).toMatch(/^count: 0$[\s\S]*^packs: 1$/m);
    expect((await readState(ledger)).shared.sequence).toBe(2);
    await raw(ledger, 'fsck', '--strict');
  });
});

describe('the private repository', () => {
  it('takes the user’s configuration for reaching remotes, and nothing that would move its work tree', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'a' });
    await using remote = await createRepository('--bare');
    await repository.git('config', 'core.worktree', '/nowhere');
    await repository.git('config', 'core.bare', 'false');
    await repository.git('config', 'remote.pushDefault', 'elsewhere');
    await repository.git('config', `url.${remote.path}.insteadOf`, 'short:');
    const ledger = openLedger(join(repository.path, '.git'));
    await append(ledger, [failed()], { scope: 'shared' });
    expect((await raw(ledger, 'rev-parse', '--is-bare-repository')).trim()).toBe('true');
    expect(await pushShared(ledger, { remote: 'short:' })).toMatchObject({ ok: true });
    expect(await remote.git('rev-parse', 'refs/upkeep/ledger')).toBe((await readState(ledger)).tips.shared);
  });

  it('follows a repository that is moved', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'a' });
    await using remote = await createRepository('--bare');
    await append(openLedger(join(repository.path, '.git')), [failed()], { scope: 'shared' });
    const sha = await repository.head();
    const moved = join(repository.path, 'moved "here"');
    await rename(join(repository.path, '.git'), moved);
    const pushed = await pushShared(openLedger(moved), { remote: remote.path, extraUpdates: [{ sha, ref: 'refs/heads/main' }] });
    expect(pushed).toMatchObject({ ok: true });
    expect(await remote.git('rev-parse', 'main')).toBe(sha);
  });

  it('is made once by processes that come at the same time, and leaves no draft', async () => {
    await using repository = await createRepository();
    const ledger = openLedger(join(repository.path, '.git'));
    await Promise.all([1, 2, 3, 4].map((minutes) => append(ledger, [failed({ minutes })], { scope: 'local' })));
    expect(await readdir(join(repository.path, '.git', 'upkeep'))).toEqual(['ledger.git']);
    expect((await readState(ledger)).local.sequence).toBe(4);
  });
});

describe('the log', () => {
  it('merges both histories, filters, limits and turns', async () => {
    await using repository = await createRepository();
    const ledger = openLedger(join(repository.path, '.git'));
    const events = [
      failed({ minutes: 1 }),
      completed({ minutes: 2, agentId: 'docs' }),
      failed({ minutes: 3 }),
      completed({ minutes: DAY }),
    ] as const;
    await append(ledger, [events[0], events[1]], { scope: 'shared' });
    await append(ledger, [events[2]], { scope: 'local' });
    await append(ledger, [events[3]], { scope: 'shared' });
    const log = async (options: Parameters<typeof readEvents>[1]) =>
      (await readEvents(ledger, options)).map(({ event }) => events.findIndex(({ id }) => id === event.id));
    expect(await log({ limit: 10 })).toEqual([3, 2, 1, 0]);
    expect(await log({ limit: 2 })).toEqual([3, 2]);
    expect(await log({ limit: 2, newestFirst: false })).toEqual([0, 1]);
    expect(await log({ limit: 10, agent: 'docs' })).toEqual([1]);
    expect(await log({ limit: 10, since: at(3) })).toEqual([3, 2]);
    expect((await readEvents(ledger, { limit: 10 })).map(({ scope }) => scope)).toEqual(['shared', 'local', 'shared', 'shared']);
  });
});
