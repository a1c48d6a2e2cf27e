import { describe, expect, it } from 'vitest';
import { CRASH_LIMIT } from '../../../scheduler/after-attempt.ts';
import { cancelRuns } from '../../../scheduler/runs/cancel-runs.ts';
import { finishRuns } from '../../../scheduler/runs/finish-runs.ts';
import { markCancelled } from '../../../prisma/runs/cancel-runs.ts';
import { writeEvents } from '../../../prisma/runs/write-events.ts';
import { connection } from '../../../prisma/sql.ts';
import { completed } from '../../support/ledger-events.ts';
import { queueScene, resultOf, type QueueScene } from '../../support/queue-scene.ts';

const COMMIT = 'c'.repeat(40);

async function outboxOf(scene: QueueScene): Promise<object[]> {
  const rows = await scene.query<{ payload: object }>('SELECT payload FROM upkeep.outbox ORDER BY created_at, id');
  return rows.map(({ payload }) => payload);
}

describe('what a service decides about runs', () => {
  it('goes to the ledger when a crash loop ends in ERROR', async () => {
    await using scene = await queueScene();
    const service = await scene.service();
    const agent = await scene.agent();
    await scene.query('UPDATE upkeep.repository SET configured_at = $1', [COMMIT]);
    const asked = await scene.ask(agent);
    for (let crash = 1; crash <= CRASH_LIMIT; crash++) {
      await scene.query('UPDATE upkeep.run SET eligible_at = now()');
      await scene.query(`UPDATE upkeep_queue.job SET start_after = now() WHERE state < 'active'`);
      for (const run of await scene.claim(service))
        await finishRuns(scene.context, [{ run, kind: 'crashed', message: 'exit code 9' }], service);
    }
    expect(await scene.stateOf(asked?.id ?? '')).toBe('settled errored');
    const told = await outboxOf(scene);
    expect(told).toHaveLength(2);
    expect(told).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          type: 'agent:failed',
          data: expect.objectContaining({ runId: asked?.id, outcome: 'errored', reason: 'internal', base: COMMIT }),
        }),
        expect.objectContaining({ type: 'agent:tripped', data: expect.objectContaining({ kind: 'operation', status: 'ERROR' }) }),
      ]),
    );
  });

  it('goes to the ledger when a run is cancelled, before it began or while somebody gave it back', async () => {
    await using scene = await queueScene();
    const service = await scene.service();
    const agent = await scene.agent();
    const first = await scene.ask(agent);
    await cancelRuns(scene.context, { runId: first?.id ?? '', agentId: null, repositoryId: null }, 'ann');
    const second = await scene.ask(agent);
    const runs = await scene.claim(service);
    await connection(scene.database.pool, (sql) => markCancelled(sql, { runId: null, agentId: agent.agentId, repositoryId: null }, 'bob'));
    await finishRuns(
      scene.context,
      runs.map((run) => ({ run, kind: 'ended', result: resultOf({ outcome: 'errored', reason: 'network' }) })),
      service,
    );
    expect(await scene.stateOf(second?.id ?? '')).toBe('settled cancelled');
    expect(await outboxOf(scene)).toMatchObject([
      { type: 'agent:cancelled', data: { runId: first?.id, by: 'ann' } },
      { type: 'agent:cancelled', data: { runId: second?.id, by: 'bob' } },
    ]);
  });

  it('does not go there again when the process of the run has told it, and not when nobody remembers such things', async () => {
    await using scene = await queueScene();
    const service = await scene.service();
    const agent = await scene.agent();
    await scene.ask(agent);
    const [run] = await scene.claim(service);
    if (run === undefined) throw new Error('nothing was claimed');
    const envelope = completed({ runId: run.id, agentId: 'qa' });
    const { id, type, time } = envelope;
    const told = { id, type, time, repositoryId: run.repositoryId, agentId: run.agentId, runId: run.id, envelope };
    // The ledger was read between the process's append and its end.
    await connection(scene.database.pool, (sql) => writeEvents(sql, [told]));
    await finishRuns(scene.context, [{ run, kind: 'ended', result: resultOf({ events: [told] }) }], service);
    await scene.ask(agent);
    const [next] = await scene.claim(service);
    if (next === undefined) throw new Error('nothing was claimed');
    await finishRuns(scene.context, [{ run: next, kind: 'ended', result: resultOf({ outcome: 'skipped', reason: 'unchanged' }) }], service);
    expect(await outboxOf(scene)).toEqual([]);
    const events = await scene.query<{ type: string }>('SELECT type FROM upkeep.event ORDER BY sequence');
    expect(events.map((row) => row.type)).toEqual(['agent:queued', 'agent:completed', 'agent:queued', 'agent:skipped']);
  });
});
