import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { append } from '../../../ledger/append.ts';
import { uuidv7 } from '../../../ledger/event.ts';
import { readState } from '../../../ledger/read.ts';
import type { Ledger } from '../../../ledger/store.ts';
import { fetchShared, pushShared } from '../../../ledger/sync.ts';
import { createLedgerSync, type LedgerSync, type SyncedClone } from '../../../scheduler/ledger-sync/ledger-sync.ts';
import { at, completed, failed, START } from '../../support/ledger-events.ts';
import { idsIn, ledgerScene, type LedgerScene } from '../../support/ledger-scene.ts';

const DAYS_SINCE_START = Math.ceil((Date.now() - START) / 86_400_000) + 2;

interface Synced {
  readonly sync: LedgerSync;
  readonly problems: string[];
  readonly notes: string[];
  readonly clone: SyncedClone;
  /** A look as the service takes it, so many seconds after the one before; returns how many events were new. */
  readonly look: (seconds?: number) => Promise<number>;
}

function synced(setup: LedgerScene, ledger: Ledger, remote: string | null): Synced {
  const problems: string[] = [];
  const notes: string[] = [];
  let clock = 0;
  const sync = createLedgerSync({
    pool: setup.scene.database.pool,
    keepDays: DAYS_SINCE_START,
    redact: (text) => text,
    onProblem: (what) => problems.push(what),
    onNote: (note) => notes.push(note),
    monotonic: () => clock,
  });
  const clone: SyncedClone = {
    repositoryId: setup.repositoryId,
    name: 'acme/shop',
    ledger,
    compactAfterDays: 30,
    remote: remote === null ? null : { remote },
    fetches: true,
  };
  return {
    ...{ sync, problems, notes, clone },
    async look(seconds = 0) {
      clock += seconds * 1000;
      await sync.exchange(clone, { hasUnsent: true, isChanged: true, mayFetch: true });
      return (await sync.bringIn(clone, await readState(ledger))).length;
    },
  };
}

const count = async ({ scene }: LedgerScene, table: string): Promise<number> =>
  (await scene.query<{ n: number }>(`SELECT count(*)::int AS n FROM upkeep.${table}`))[0]?.n ?? 0;

describe('keeping a ledger and the database in step', () => {
  it('brings in a thousand events of others in bounded steps, and goes on where it was killed', async () => {
    await using setup = await ledgerScene();
    const { ledger } = await setup.clone();
    const events = Array.from({ length: 1000 }, (_, minute) => completed({ minutes: minute, runId: uuidv7(at(minute)) }));
    for (let from = 0; from < 1000; from += 125) await append(ledger, events.slice(from, from + 125), { scope: 'shared' });
    const { look, sync, clone, problems } = synced(setup, ledger, null);
    await sync.exchange(clone, { hasUnsent: false, isChanged: true, mayFetch: true });
    // The second step meets a database that takes no more.
    await setup.scene.query(`
      CREATE FUNCTION full_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF (SELECT count(*) FROM upkeep.event) > 400 THEN RAISE 'disk full' USING ERRCODE = '53100'; END IF; RETURN NULL; END $$;
      CREATE TRIGGER full_up BEFORE INSERT ON upkeep.event FOR EACH STATEMENT EXECUTE FUNCTION full_up()`);
    await expect(sync.bringIn(clone, await readState(ledger))).rejects.toThrow('disk full');
    expect([await count(setup, 'event'), await count(setup, 'run')], 'the first step').toEqual([500, 500]);
    await setup.scene.query('DROP TRIGGER full_up ON upkeep.event');
    expect(await look()).toBe(500);
    expect([await count(setup, 'event'), await count(setup, 'run')]).toEqual([1000, 1000]);
    expect(await look()).toBe(0);
    const [agent] = await setup.scene.query<{ last_run_id: string }>('SELECT last_run_id FROM upkeep.agent');
    expect(agent?.last_run_id).toBe(events.at(-1)?.data.runId);
    await append(ledger, [failed({ minutes: 2000 })], { scope: 'shared' });
    expect(await look()).toBe(1);
    expect(problems).toEqual([]);
  });

  it('asks a remote once a minute, tells once that it does not answer, and asks it less often then', async () => {
    await using setup = await ledgerScene();
    const { ledger, ...own } = await setup.clone();
    const { ledger: others, ...there } = await setup.clone();
    const { look, problems } = synced(setup, ledger, 'origin');
    const ci = async (minutes: number): Promise<void> => {
      await append(others, [completed({ minutes, runId: uuidv7(at(minutes)) })], { scope: 'shared' });
      expect(await pushShared(others, { remote: 'origin', cwd: there.path })).toMatchObject({ ok: true });
    };
    expect(await look()).toBe(0);
    await ci(1);
    expect(await look(59), 'not yet').toBe(0);
    expect(await look(1)).toBe(1);
    const address = await own.git('remote', 'get-url', 'origin');
    await own.git('remote', 'set-url', 'origin', 'file:///nowhere/at/all.git');
    for (const seconds of [60, 120, 240, 480]) expect(await look(seconds)).toBe(0);
    expect(problems).toEqual([expect.stringMatching(/^acme\/shop: origin .*cannot be reached; what others did there is not heard of/)]);
    await own.git('remote', 'set-url', 'origin', address);
    await ci(2);
    expect(await look(60), 'less often').toBe(0);
    expect(await look(900)).toBe(1);
  });

  it('tells of a ledger that is damaged, and loses nothing: the remote has it, and else the database', async () => {
    await using setup = await ledgerScene();
    const { ledger } = await setup.clone();
    const events = [failed({ minutes: 1 }), completed({ minutes: 2, agentId: 'qa' })];
    await append(ledger, events, { scope: 'shared' });
    const ids = events.map(({ id }) => id).sort();
    const first = synced(setup, ledger, 'origin');
    expect(await first.look()).toBe(2);
    expect(await setup.remote.git('rev-parse', 'refs/upkeep/ledger')).toBe((await readState(ledger)).tips.shared);
    await writeFile(join(ledger.gitDir, 'refs', 'upkeep', 'ledger'), 'garbage\n');
    expect(await first.look()).toBe(0);
    expect(first.problems).toEqual([expect.stringMatching(/acme\/shop: refs\/upkeep\/ledger in .* could not be read/)]);
    expect((await idsIn(ledger)).sort()).toEqual(ids);
    // No folder of Git any more, and the remote's is gone as well.
    await setup.remote.git('update-ref', '-d', 'refs/upkeep/ledger');
    await rm(join(ledger.gitDir, 'objects'), { recursive: true });
    await writeFile(join(ledger.gitDir, 'objects'), 'no folder');
    const second = synced(setup, ledger, 'origin');
    expect(await second.look()).toBe(0);
    expect(second.problems).toEqual([expect.stringMatching(/acme\/shop: the memory of agents could not be used: .* a new one begins/)]);
    expect(second.notes).toEqual([expect.stringMatching(/lacked 2 events/)]);
    expect((await idsIn(ledger)).sort()).toEqual(ids);
    expect([await count(setup, 'event'), await count(setup, 'run')]).toEqual([2, 2]);
    const { ledger: fresh, ...other } = await setup.clone();
    expect(await fetchShared(fresh, { remote: 'origin', cwd: other.path })).toMatchObject({ ok: true });
    expect((await idsIn(fresh)).sort()).toEqual(ids);
  });
});
