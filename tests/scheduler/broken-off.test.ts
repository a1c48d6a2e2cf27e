/** Runs that a service broke off, lost sight of, or must not begin: each comes back to the queue and counts as no fault. */
import { describe, expect, it } from 'vitest';
import { transaction } from '../../prisma/sql.ts';
import { claimNext } from '../../scheduler/runs/claim-runs.ts';
import { queueScene, resultOf, type QueueScene } from '../support/queue-scene.ts';
import { testService } from '../support/service-scene.ts';

/** Whatever waits for a later time may start now. */
async function hasten(scene: QueueScene): Promise<void> {
  await scene.query(`UPDATE upkeep_queue.job SET start_after = now() WHERE state < 'active'`);
}

const cancelled = { kind: 'ended', result: resultOf({ outcome: 'cancelled', reason: 'interrupted' }) } as const;

describe('a run', () => {
  it('comes back when its process broke itself off and nobody had cancelled it', async () => {
    await using scene = await queueScene();
    await using one = await testService(scene);
    const asked = await scene.ask(await scene.agent());
    (await one.call(0)).end(cancelled);
    while ((await scene.stateOf(asked?.id ?? '')) === 'running') await one.service.tick();
    expect(await scene.query('SELECT state, retries, crashes FROM upkeep.run')).toEqual([{ state: 'queued', retries: 0, crashes: 0 }]);
    await hasten(scene);
    await one.service.tick();
    const again = await one.call(1);
    expect(again.runs).toMatchObject([{ id: asked?.id, attempt: 2 }]);
    again.pass();
  });

  it('comes back when its lease could not be renewed for too long and nobody else has taken it', async () => {
    await using scene = await queueScene();
    let now = 0;
    const clock = { wall: () => Date.now(), monotonic: () => now };
    await using one = await testService(scene, { clock, allowsProblems: true });
    const asked = await scene.ask(await scene.agent());
    const call = await one.call(0);
    await scene.query('ALTER TABLE upkeep.run RENAME TO gone');
    now = 11_000;
    await one.service.dispatcher.beat();
    expect(call.told.killed).toBe(true);
    await scene.query('ALTER TABLE upkeep.gone RENAME TO run');
    const again = await one.call(1);
    expect(again.runs).toMatchObject([{ id: asked?.id, attempt: 2, crashes: 0 }]);
    again.pass();
  });

  it('is not begun a second time when the database forgot in a crash that it was claimed', async () => {
    await using scene = await queueScene();
    await using one = await testService(scene);
    const asked = await scene.ask(await scene.agent());
    const call = await one.call(0);
    const stateOf = async (): Promise<object[]> => scene.query('SELECT state, attempt FROM upkeep.run');
    await scene.query(`UPDATE upkeep.run SET state = 'queued', attempt = 0, service_id = NULL, lease_until = NULL, started_at = NULL`);
    await scene.query(`UPDATE upkeep_queue.job SET state = 'created' WHERE name = 'runs'`);
    await transaction(scene.context.pool, async (sql) => {
      // Its end waits for this, its next claim does not.
      await sql.execute('LOCK TABLE upkeep.attempt');
      call.pass();
      await one.service.tick();
      expect(await stateOf()).toEqual([{ state: 'running', attempt: 1 }]);
    });
    await one.service.drain(0);
    expect(one.carried).toHaveLength(1);
    expect(await scene.stateOf(asked?.id ?? '')).toBe('settled passed');
  });

  it('is ended when the database does not answer for too long', async () => {
    await using scene = await queueScene();
    let now = 0;
    const clock = { wall: () => Date.now(), monotonic: () => now };
    await using one = await testService(scene, { clock, leaseMs: 400, allowsProblems: true });
    await scene.ask(await scene.agent());
    const call = await one.call(0);
    await transaction(scene.context.pool, async (sql) => {
      await sql.execute('SELECT id FROM upkeep.run FOR UPDATE');
      now = 300;
      await one.service.dispatcher.beat();
      expect(call.told.killed).toBe(true);
    });
    (await one.call(1)).pass();
  });

  it('comes back when it was claimed and the answer got lost, as soon as its lease is over', async () => {
    await using scene = await queueScene();
    await using one = await testService(scene, { maxConcurrent: 1 });
    await scene.ask(await scene.agent());
    const busy = await one.call(0);
    const asked = await scene.ask(await scene.agent());
    await claimNext(scene.context, { serviceId: one.id, leaseMs: 15_000, most: 1, without: [] });
    await one.service.tick();
    expect(await scene.stateOf(asked?.id ?? '')).toBe('running');
    await scene.query(`UPDATE upkeep.run SET lease_until = now() - interval '1 minute'`);
    await one.service.tick();
    // What it does hold stays its own.
    expect(await scene.query('SELECT id, state, crashes FROM upkeep.run ORDER BY requested_at')).toEqual([
      { id: busy.runs[0]?.id, state: 'running', crashes: 0 },
      { id: asked?.id, state: 'queued', crashes: 0 },
    ]);
    busy.pass();
    const again = await one.call(1);
    expect(again.runs).toMatchObject([{ id: asked?.id, attempt: 2 }]);
    again.pass();
  });

  it('goes alone after a crash, so that one that always crashes takes no others with it', async () => {
    await using scene = await queueScene();
    const repositoryId = await scene.repository();
    await using one = await testService(scene, { maxConcurrent: 1 });
    await scene.ask(await scene.agent());
    const busy = await one.call(0);
    const [bad, good] = [
      await scene.ask(await scene.agent({ repositoryId, name: 'qa' })),
      await scene.ask(await scene.agent({ repositoryId, name: 'docs' })),
    ];
    await scene.query('UPDATE upkeep.run SET crashes = 1 WHERE repository_id = $1', [repositoryId]);
    busy.pass();
    const first = await one.call(1);
    first.pass();
    const second = await one.call(2);
    second.pass();
    expect([first, second].map(({ runs }) => runs.map(({ id }) => id))).toEqual([[bad?.id], [good?.id]]);
  });

  it('is left to a newer upkeep when it was asked for by one', async () => {
    await using scene = await queueScene();
    const problems: unknown[] = [];
    await using one = await testService(scene, { maxConcurrent: 1, onProblem: (_what, error) => problems.push(error) });
    await scene.ask(await scene.agent());
    const busy = await one.call(0);
    const newer = await scene.ask(await scene.agent());
    const plain = await scene.ask(await scene.agent());
    await scene.query('UPDATE upkeep.run SET payload_version = 2 WHERE id = $1', [newer?.id]);
    busy.pass();
    const next = await one.call(1);
    expect(next.runs.map(({ id }) => id)).toEqual([plain?.id]);
    next.pass();
    while ((await scene.stateOf(newer?.id ?? '')) === 'running') await one.service.tick();
    const [row] = await scene.query<{ waits: boolean; crashes: number; retries: number }>(
      `SELECT eligible_at > now() + interval '4 minutes' AS waits, crashes, retries FROM upkeep.run WHERE id = $1 AND state = 'queued'`,
      [newer?.id],
    );
    expect(row).toEqual({ waits: true, crashes: 0, retries: 0 });
    expect(problems.map(String)).toEqual([expect.stringMatching(/newer upkeep .*version 2.* knows 1.*update upkeep/)]);
    await one.service.tick();
    expect(one.carried).toHaveLength(2);
  });

  it('keeps no service from stopping when nothing can be written down any more', async () => {
    await using scene = await queueScene();
    const asked = await scene.ask(await scene.agent());
    {
      await using one = await testService(scene, { allowsProblems: true, lastWritesMs: 300 });
      await one.call(0);
      await scene.query('ALTER TABLE upkeep.run RENAME TO gone');
    }
    await scene.query('ALTER TABLE upkeep.gone RENAME TO run');
    expect(await scene.stateOf(asked?.id ?? '')).toBe('running');
  });
});
