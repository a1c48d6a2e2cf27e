import type { Pool, PoolClient } from 'pg';
import { describe, expect, it } from 'vitest';
import { append } from '../../../ledger/append.ts';
import { makeEvent, uuidv7, type UpkeepEvent } from '../../../ledger/event.ts';
import { readState } from '../../../ledger/read.ts';
import { sendOutbox } from '../../../scheduler/ledger-sync/send-outbox.ts';
import { at, common, completed, originAt, tripped } from '../../support/ledger-events.ts';
import { idsIn, ledgerScene, linesIn } from '../../support/ledger-scene.ts';

const paused = (minutes: number): UpkeepEvent =>
  makeEvent('agent:paused', { ...common(null, 'p', ''), by: 'ann', reason: 'rest', nextRunAt: null }, originAt(minutes));
const resumed = (minutes: number): UpkeepEvent =>
  makeEvent('agent:resumed', { ...common(null, 'r', ''), by: 'ann', reason: null, nextRunAt: null }, originAt(minutes));

/** Dies where a statement is sent, as a process does that is killed there. */
function dyingAt(pool: Pool, statement: string): Pool {
  const connect = async (): Promise<PoolClient> => {
    const client = await pool.connect();
    const query = client.query.bind(client) as (...given: unknown[]) => Promise<unknown>;
    const faulty = (...given: unknown[]): Promise<unknown> =>
      (given[0] as { name?: string }).name === statement ? Promise.reject(new Error('killed')) : query(...given);
    return Object.assign(Object.create(client) as PoolClient, { query: faulty, release: () => client.release() });
  };
  return { connect } as unknown as Pool;
}

describe('the outbox', () => {
  it('goes to the ledger in the order of the decisions, under their own ids', async () => {
    await using setup = await ledgerScene();
    const { ledger } = await setup.clone();
    const events = [paused(1), resumed(2), tripped({ minutes: 3, kind: 'operation', runId: uuidv7(at(3)) })];
    await setup.decide(...events.toReversed());
    const ask = { repositoryId: setup.repositoryId, ledger };
    expect(await sendOutbox(setup.scene.database.pool, ask)).toEqual({ appended: 3, refused: [], problem: null });
    expect(await idsIn(ledger)).toEqual(events.map(({ id }) => id));
    expect((await readState(ledger)).shared).toMatchObject({ sequence: 1, paused: {}, agents: { 'backend@main': { inError: {} } } });
    expect(await setup.outbox()).toEqual(['done', 'done', 'done']);
    expect(await sendOutbox(setup.scene.database.pool, ask)).toMatchObject({ appended: 0 });
    expect((await readState(ledger)).shared.sequence).toBe(1);
  });

  it('is not appended again when its sender was killed before it could say so, whatever has come before it since', async () => {
    await using setup = await ledgerScene();
    const { ledger, ...clone } = await setup.clone();
    const { pool } = setup.scene.database;
    const ask = { repositoryId: setup.repositoryId, ledger };
    await setup.decide(paused(5), resumed(6));
    await expect(sendOutbox(dyingAt(pool, 'outbox_done'), ask)).rejects.toThrow('killed');
    expect(await linesIn(clone, ledger)).toBe(2);
    expect(await sendOutbox(pool, ask), 'while the dead one may still live').toMatchObject({ appended: 0 });
    // Decided earlier, committed later.
    const late = paused(1);
    await setup.decide(late);
    await setup.due();
    expect(await sendOutbox(pool, ask)).toMatchObject({ appended: 1, problem: null });
    expect(await linesIn(clone, ledger)).toBe(3);
    expect(await setup.outbox()).toEqual(['done', 'done', 'done']);
  });

  it('is sent once by two services', async () => {
    await using setup = await ledgerScene();
    const { ledger, ...clone } = await setup.clone();
    await setup.decide(...Array.from({ length: 700 }, (_, minute) => completed({ minutes: minute, runId: uuidv7(at(minute)) })));
    const ask = { repositoryId: setup.repositoryId, ledger };
    const reports = await Promise.all([1, 2].map(() => sendOutbox(setup.scene.database.pool, ask)));
    const left = await sendOutbox(setup.scene.database.pool, ask);
    expect([...reports, left].reduce((sum, { appended }) => sum + appended, 0)).toBe(700);
    expect(await linesIn(clone, ledger)).toBe(700);
    expect(new Set(await setup.outbox())).toEqual(new Set(['done']));
  });

  it('waits when the ledger cannot be written, says why, and goes later in the same order', async () => {
    await using setup = await ledgerScene();
    const { ledger } = await setup.clone();
    const { pool } = setup.scene.database;
    const ask = { repositoryId: setup.repositoryId, ledger };
    await setup.decide(resumed(1));
    const broken = { ...ledger, gitDir: '/dev/null/ledger.git', commonDir: '/dev/null' };
    const first = await sendOutbox(pool, { ...ask, ledger: broken });
    expect(first).toMatchObject({ appended: 0, problem: expect.stringContaining('cannot be used') });
    expect(await setup.outbox()).toEqual([first.problem]);
    await setup.decide(paused(2));
    expect(await sendOutbox(pool, ask), 'nothing goes past what failed').toEqual({ appended: 0, refused: [], problem: null });
    await setup.due();
    expect(await sendOutbox(pool, ask)).toMatchObject({ appended: 2 });
    expect((await readState(ledger)).shared.paused).toMatchObject({ '*': { by: 'ann', since: at(2).toISOString() } });
  });

  it('keeps what is no event, with the reason, and sends the rest', async () => {
    await using setup = await ledgerScene();
    const { ledger } = await setup.clone();
    const broken = { ...paused(1), data: { ...paused(1).data, nextRunAt: 'soon' } } as UpkeepEvent;
    await setup.decide(broken, resumed(2));
    const report = await sendOutbox(setup.scene.database.pool, { repositoryId: setup.repositoryId, ledger });
    expect(report).toMatchObject({ appended: 1, refused: [{ id: broken.id, problem: expect.stringContaining('nextRunAt') }] });
    expect(await setup.outbox()).toEqual([expect.stringContaining('nextRunAt'), 'done']);
  });

  it('ends a pause of the clone as well, which would hold here otherwise', async () => {
    await using setup = await ledgerScene();
    const { ledger } = await setup.clone();
    await append(ledger, [paused(1)], { scope: 'local' });
    await setup.decide(resumed(2));
    await sendOutbox(setup.scene.database.pool, { repositoryId: setup.repositoryId, ledger });
    expect((await readState(ledger)).layered.paused).toEqual({});
  });
});
