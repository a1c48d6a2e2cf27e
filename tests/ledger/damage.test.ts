import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { git } from '../../git/exec-git.ts';
import { append } from '../../ledger/append.ts';
import { refold } from '../../ledger/compact.ts';
import { examineStore } from '../../ledger/examine-store.ts';
import { mendStore } from '../../ledger/mend-store.ts';
import { deadLetters, readEvents, readState } from '../../ledger/read.ts';
import { agentStateOf } from '../../ledger/state.ts';
import { openLedger, type Ledger } from '../../ledger/store.ts';
import { fetchShared, pushShared } from '../../ledger/sync.ts';
import { createRepository, repositoryWith } from '../support/git-repository.ts';
import { completed, failed } from '../support/ledger-events.ts';

const raw = (ledger: Ledger, ...args: string[]) => git(args, { gitDir: ledger.gitDir });

describe('a damaged ledger', () => {
  /** A ledger of two failures, then damage, then what is left. */
  async function damaged(damage: (ledger: Ledger) => Promise<unknown>) {
    const stack = new AsyncDisposableStack();
    const repository = stack.use(await repositoryWith({ 'a.txt': 'a' }));
    const ledger = openLedger(join(repository.path, '.git'));
    await append(ledger, [failed({ minutes: 1 })], { scope: 'shared' });
    await append(ledger, [failed({ minutes: 2 })], { scope: 'shared' });
    await damage(ledger);
    return { repository, ledger, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  }
  const importFile = (path: string, text: string) => async (ledger: Ledger) => {
    const stream = `commit refs/upkeep/ledger\ncommitter u <u@x> 0 +0000\ndata 1\nx\nfrom refs/upkeep/ledger^0\nM 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n\n`;
    await git(['fast-import', '--quiet'], { gitDir: ledger.gitDir, input: stream });
  };
  const removeObject = (revision: string) => async (ledger: Ledger) => {
    const oid = (await raw(ledger, 'rev-parse', revision)).stdout.trim();
    await rm(join(ledger.gitDir, 'objects', oid.slice(0, 2), oid.slice(2)));
  };

  it.each([
    ['holds garbage as its state', importFile('state.json', '{"schemaVersion":1,"agents":')],
    ['holds the state of another program', importFile('state.json', '{"schemaVersion":0}')],
    ['lacks the object of its state', removeObject('refs/upkeep/ledger:state.json')],
  ])('that %s is rebuilt from its events, and mended by the next append', async (_, damage) => {
    await using site = await damaged(damage);
    const { shared, health } = await readState(site.ledger);
    expect(health.shared).toBe('rebuilt');
    expect(agentStateOf(shared, 'backend', 'main').streak).toBe(2);
    await append(site.ledger, [failed({ minutes: 3 })], { scope: 'shared' });
    const mended = await readState(site.ledger);
    expect(mended.health.shared).toBe('ok');
    expect(mended.shared).toMatchObject({ sequence: 3 });
    expect(agentStateOf(mended.shared, 'backend', 'main').streak).toBe(3);
  });

  it.each([
    ['an event', 'refs/upkeep/ledger~1:events/2026/09/01'],
    ['a folder of events', 'refs/upkeep/ledger:events/2026'],
    ['the root', 'refs/upkeep/ledger^{tree}'],
  ])('that lacks %s takes further events', async (_, revision) => {
    await using site = await damaged(removeObject(revision));
    await append(site.ledger, [completed({ minutes: 3 })], { scope: 'shared' });
    const { shared, health } = await readState(site.ledger);
    expect(health.shared).toBe('ok');
    expect(agentStateOf(shared, 'backend', 'main')).toMatchObject({ streak: 0, decided: { outcome: 'passed' } });
    await using remote = await createRepository('--bare');
    expect(await pushShared(site.ledger, { remote: remote.path })).toMatchObject({ ok: true });
    await expect(remote.git('fsck', '--strict')).resolves.toBe('');
  });

  it.each([
    [
      'points at a blob',
      async (ledger: Ledger) => {
        const blob = (await git(['hash-object', '-w', '--stdin'], { gitDir: ledger.gitDir, input: 'x' })).stdout.trim();
        await raw(ledger, 'update-ref', 'refs/upkeep/ledger', blob);
      },
    ],
    ['points at an object that is gone', removeObject('refs/upkeep/ledger')],
    ['is no ref at all', (ledger: Ledger) => writeFile(join(ledger.gitDir, 'refs/upkeep/ledger'), 'garbage\n')],
  ])('whose ref %s reads as empty with a warning, is put aside and begun anew', async (_, damage) => {
    await using site = await damaged(damage);
    const { shared, health } = await readState(site.ledger);
    expect([shared.sequence, health.shared]).toEqual([0, 'lost']);
    await append(site.ledger, [failed({ minutes: 3 })], { scope: 'shared' });
    expect(await readState(site.ledger)).toMatchObject({ health: { shared: 'ok' }, shared: { sequence: 1 } });
    expect(await readdir(join(site.ledger.gitDir, 'upkeep-damaged'))).toHaveLength(1);
  });

  it('of a future version is an error that says to upgrade, for reading and for appending, and stays as it is', async () => {
    await using site = await damaged(importFile('state.json', '{"schemaVersion":2,"agents":{}}'));
    const before = (await raw(site.ledger, 'rev-parse', 'refs/upkeep/ledger')).stdout;
    await expect(readState(site.ledger)).rejects.toMatchObject({
      code: 'future-version',
      message: expect.stringContaining('upgrade') as string,
    });
    await expect(append(site.ledger, [failed()], { scope: 'shared' })).rejects.toMatchObject({ code: 'future-version' });
    expect((await raw(site.ledger, 'rev-parse', 'refs/upkeep/ledger')).stdout).toBe(before);
  });

  it('keeps files it does not know, and lists lines that are no events', async () => {
    const path = 'events/2026/09/02/0199088c-b840-7000-8000-000000000000.jsonl';
    await using site = await damaged(async (ledger) => {
      await importFile('notes.txt', 'mine')(ledger);
      await importFile(
        path,
        `{"batch":"0199088c-b840-7000-8000-000000000000","sequence":3}\nno json\n${JSON.stringify({ ...failed(), type: 'agent:dreamt' })}\n`,
      )(ledger);
    });
    expect(await deadLetters(site.ledger)).toMatchObject([
      { scope: 'shared', path, sequence: 3, reason: 'not JSON', text: 'no json' },
      { scope: 'shared', path, sequence: 3, reason: expect.stringContaining('type') as string },
    ]);
    expect((await refold(site.ledger)).deadLetters).toBe(1);
    await append(site.ledger, [failed({ minutes: 3 })], { scope: 'shared' });
    expect((await raw(site.ledger, 'show', 'refs/upkeep/ledger:notes.txt')).stdout).toBe('mine');
    expect(await readEvents(site.ledger, { limit: 10 })).toHaveLength(3);
  });

  const inStore = (work: (gitDir: string) => Promise<unknown>) => async (ledger: Ledger) => work(ledger.gitDir);
  it.each<[string, (ledger: Ledger) => Promise<unknown>]>([
    ['has a HEAD that names nothing', inStore((gitDir) => writeFile(join(gitDir, 'HEAD'), 'garbage\n'))],
    ['has no HEAD', inStore((gitDir) => rm(join(gitDir, 'HEAD')))],
    ['has no folder objects', inStore((gitDir) => rm(join(gitDir, 'objects'), { recursive: true }))],
    ['has no folder refs', inStore((gitDir) => rm(join(gitDir, 'refs'), { recursive: true }))],
    [
      'has a file in place of the folder refs/upkeep',
      inStore((gitDir) => rm(join(gitDir, 'refs/upkeep'), { recursive: true }).then(() => writeFile(join(gitDir, 'refs/upkeep'), ''))),
    ],
    ['has no config', inStore((gitDir) => rm(join(gitDir, 'config')))],
    ['has a config that Git cannot read', inStore((gitDir) => writeFile(join(gitDir, 'config'), '[[[\n'))],
    ['is no folder', inStore((gitDir) => rm(gitDir, { recursive: true }).then(() => writeFile(gitDir, 'mine')))],
  ])('whose store %s reads as lost, is moved aside as it is, and the shared history is fetched again', async (problem, damage) => {
    await using remote = await createRepository('--bare');
    await using site = await damaged(async (ledger) => {
      await pushShared(ledger, { remote: remote.path });
      await damage(ledger);
    });
    expect(examineStore(site.ledger)).toMatchObject({ ok: false, path: site.ledger.gitDir, problem });
    expect((await readState(site.ledger)).health).toEqual({ shared: 'lost', local: 'lost' });
    const sentence = await mendStore(site.ledger);
    const aside = /moved to (\S+), and a new one begins$/.exec(sentence ?? '')?.[1] ?? expect.fail(`no place in ${sentence}`);
    expect(sentence).toContain(`${site.ledger.gitDir} ${problem}`);
    expect(problem === 'is no folder' ? await readFile(aside, 'utf8') : (await readdir(aside)).length).toBeTruthy();
    expect(await fetchShared(site.ledger, { remote: remote.path })).toMatchObject({ ok: true });
    expect(await readState(site.ledger)).toMatchObject({ health: { shared: 'ok' }, shared: { sequence: 2 } });
    expect([examineStore(site.ledger), await mendStore(site.ledger)]).toEqual([{ ok: true }, null]);
  });

  it('whose store is damaged while it is in use is mended by the append that finds it so', async () => {
    await using site = await damaged(inStore((gitDir) => writeFile(join(gitDir, 'HEAD'), '')));
    expect(await append(site.ledger, [failed({ minutes: 3 })], { scope: 'shared' })).toMatchObject({ written: true, sequence: 1 });
    expect((await readdir(join(site.ledger.commonDir, 'upkeep'))).filter((name) => name.includes('.damaged-'))).toHaveLength(1);
  });

  it('whose store cannot be moved aside is one error with the way out', async () => {
    await using site = await damaged(inStore((gitDir) => rm(join(gitDir, 'HEAD'))));
    // A folder in place of the lock file: nobody can take it.
    await mkdir(join(site.ledger.commonDir, 'upkeep-mend.lock'));
    await expect(mendStore(site.ledger)).rejects.toMatchObject({
      code: 'damaged',
      message: expect.stringContaining(`mv '${site.ledger.gitDir}' '${site.ledger.gitDir}.damaged'`) as string,
    });
  });
});
