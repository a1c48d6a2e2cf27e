import { mkdir, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { git } from '../../git/exec-git.ts';
import { append, prepareAppend, adopt } from '../../ledger/append.ts';
import { makeEvent } from '../../ledger/event.ts';
import { LedgerError } from '../../ledger/ledger-error.ts';
import { readState } from '../../ledger/read.ts';
import { agentStateOf } from '../../ledger/state.ts';
import { ledgerExists, openLedger, type Ledger } from '../../ledger/store.ts';
import { createRepository, repositoryWith } from '../support/git-repository.ts';
import { common, completed, failed, originAt } from '../support/ledger-events.ts';

const files = async (ledger: Ledger, ref = 'refs/upkeep/ledger') =>
  (await git(['ls-tree', '-r', '--name-only', ref], { gitDir: ledger.gitDir })).stdout.trim().split('\n');

describe('append', () => {
  it('makes the ledger, writes the batch under its day and folds the state', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'a' });
    const ledger = openLedger(`${repository.path}/.git`);
    const event = failed({ minutes: 1 });
    expect(await append(ledger, [event], { scope: 'shared' })).toMatchObject({ written: true, sequence: 1 });
    expect(await files(ledger)).toEqual([`events/2026/09/01/${event.id}.jsonl`, 'state.json']);
    const { shared, local, layered, health } = await readState(ledger);
    expect(agentStateOf(shared, 'backend', 'main')).toMatchObject({ streak: 1, decided: { outcome: 'failed', sequence: 1 } });
    expect(local.agents).toEqual({});
    expect(layered).toEqual(shared);
    expect(health).toEqual({ shared: 'ok', local: 'absent' });
  });

  it('leaves nothing in the user’s repository but the folder upkeep', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'a' });
    const before = await repository.git('count-objects', '-v');
    await append(openLedger(`${repository.path}/.git`), [completed()], { scope: 'local' });
    expect(await repository.git('count-objects', '-v')).toBe(before);
    expect(await repository.git('for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');
    expect(await repository.git('status', '--porcelain')).toBe('');
  });

  it('keeps what only this clone did apart', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'a' });
    const ledger = openLedger(`${repository.path}/.git`);
    await append(ledger, [failed({ minutes: 1, key: 'one' })], { scope: 'shared' });
    await append(ledger, [completed({ minutes: 2, key: 'two', counts: false })], { scope: 'local' });
    const { shared, local, layered } = await readState(ledger);
    expect(agentStateOf(shared, 'backend', 'main').keys.map((record) => record.key)).toEqual(['one']);
    expect(agentStateOf(local, 'backend', 'main').keys.map((record) => record.key)).toEqual(['two']);
    expect(agentStateOf(layered, 'backend', 'main')).toMatchObject({
      streak: 1,
      keys: [{ key: 'two' }, { key: 'one' }],
      last: { outcome: 'passed' },
    });
  });

  it('appends nothing for events on the way and for none', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'a' });
    const ledger = openLedger(`${repository.path}/.git`);
    const progress = makeEvent(
      'agent:progress',
      { ...common(), progress: 0, message: 'm', check: null, outcome: null, durationMs: null },
      originAt(0),
    );
    const skipped = makeEvent('agent:skipped', { ...common(), reason: 'unchanged' }, originAt(0));
    expect(await append(ledger, [progress, skipped], { scope: 'shared' })).toEqual({ written: false });
    expect(await append(ledger, [], { scope: 'shared' })).toEqual({ written: false });
    expect(ledgerExists(ledger)).toBe(false);
  });

  it('refuses an event that does not match its schema, and the whole batch with it', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'a' });
    const ledger = openLedger(`${repository.path}/.git`);
    const wrong = { ...completed(), data: { ...completed().data, base: 'no sha' } };
    await expect(append(ledger, [completed(), wrong], { scope: 'shared' })).rejects.toMatchObject({
      code: 'invalid-event',
      message: expect.stringContaining('data.base') as string,
    });
    expect(ledgerExists(ledger)).toBe(false);
  });

  it('appends the same events once, however often it is told to', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'a' });
    const ledger = openLedger(`${repository.path}/.git`);
    const [one, two] = [failed({ minutes: 1 }), failed({ minutes: 2 })];
    await append(ledger, [one], { scope: 'shared' });
    expect(await append(ledger, [one], { scope: 'shared' })).toEqual({ written: false });
    await append(ledger, [one, two], { scope: 'shared' });
    expect(agentStateOf((await readState(ledger)).shared, 'backend', 'main').streak).toBe(2);
  });

  it('prepares the same commit twice for the same events, and adopts it only onto the tip it was made for', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'a' });
    const ledger = openLedger(`${repository.path}/.git`);
    const event = completed();
    const prepared = await prepareAppend(ledger, [event]);
    const again = await prepareAppend(ledger, [event]);
    if (prepared === null) throw new Error('nothing prepared');
    expect(again).toEqual(prepared);
    expect((await readState(ledger)).tips.shared).toBeNull();
    expect(await adopt(ledger, prepared)).toBe(true);
    const late = await prepareAppend(ledger, [failed({ minutes: 3 })]);
    await append(ledger, [failed({ minutes: 4 })], { scope: 'shared' });
    expect(late && (await adopt(ledger, late))).toBe(false);
  });

  it('works in linked worktrees, SHA-256 repositories and folders with awkward names', async () => {
    await using repository = await createRepository('--object-format=sha256');
    await repository.commit('first', { 'a.txt': 'a' });
    const ledger = openLedger(`${repository.path}/.git`);
    await append(ledger, [completed()], { scope: 'shared' });
    const { tips } = await readState(ledger);
    expect(tips.shared).toHaveLength(64);
    await repository.git('worktree', 'add', '-q', '-b', 'other', `${repository.path}/linked "one"`);
    const common = await repository.git('-C', `${repository.path}/linked "one"`, 'rev-parse', '--path-format=absolute', '--git-common-dir');
    expect((await readState(openLedger(common))).tips).toEqual(tips);
  });

  it('sees the user’s objects', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'a' });
    const ledger = openLedger(`${repository.path}/.git`);
    await append(ledger, [completed()], { scope: 'shared' });
    expect((await git(['cat-file', '-t', await repository.head()], { gitDir: ledger.gitDir })).stdout).toBe('commit\n');
  });

  it('says that its folder cannot be made', async () => {
    await using repository = await repositoryWith({ 'a.txt': 'a' });
    // A file where the folder should be refuses root as well, and a folder where the lock should be keeps it from being moved.
    await writeFile(`${repository.path}/.git/upkeep`, '');
    await mkdir(`${repository.path}/.git/upkeep-mend.lock`);
    const ledger = openLedger(`${repository.path}/.git`);
    const error = await append(ledger, [completed()], { scope: 'shared' }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(LedgerError);
    expect((await readState(ledger)).health).toEqual({ shared: 'lost', local: 'lost' });
  });
});
