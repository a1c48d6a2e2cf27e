import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { renewLeases, stillHeld } from '../../../prisma/runs/claim-runs.ts';
import { connection, transaction } from '../../../prisma/sql.ts';
import { CRASH_LIMIT } from '../../../scheduler/after-attempt.ts';
import { cancelRuns } from '../../../scheduler/runs/cancel-runs.ts';
import { enqueueRuns } from '../../../scheduler/runs/enqueue-runs.ts';
import { finishRuns } from '../../../scheduler/runs/finish-runs.ts';
import { queueScene, requestFor, resultOf } from '../../support/queue-scene.ts';

const types = (events: readonly { readonly type: string }[]): string[] => events.map(({ type }) => type);
const only = <One>(list: readonly One[]): One => {
  expect(list).toHaveLength(1);
  return list[0] as One;
};

describe('a run in the queue', () => {
  it('is claimed once, and settled with its event in one transaction', async () => {
    await using scene = await queueScene();
    const service = await scene.service();
    const asked = await scene.ask(await scene.agent());
    const run = only(await scene.claim(service));
    expect(run).toMatchObject({ id: asked?.id, attempt: 1, agent: 'qa', retries: 0, crashes: 0, trigger: 'manual' });
    expect(await scene.claim(service)).toEqual([]);
    const report = await finishRuns(
      scene.context,
      [{ run, kind: 'ended', result: resultOf({ outcome: 'skipped', reason: 'unchanged' }) }],
      service,
    );
    expect(report).toMatchObject({ settled: [run.id], lost: [] });
    expect(await scene.stateOf(run.id)).toBe('settled skipped');
    const events = await scene.query<{ type: string }>('SELECT type FROM upkeep.event ORDER BY sequence');
    expect(types(events)).toEqual(['agent:queued', 'agent:skipped']);
    expect(await scene.query('SELECT number, ending FROM upkeep.attempt')).toEqual([{ number: 1, ending: 'skipped' }]);
    expect(await scene.query('SELECT state FROM upkeep_queue.job')).toEqual([]);
  });

  it('has one run an agent in it, and admits the next when that is settled', async () => {
    await using scene = await queueScene();
    const service = await scene.service();
    const agent = await scene.agent();
    const first = await scene.ask(agent);
    const second = await scene.ask(agent, { priority: 'LOW' });
    const third = await scene.ask(agent, { priority: 'CRITICAL' });
    expect([first, second, third].map((one) => one?.isAdmitted)).toEqual([true, false, false]);
    const order: string[] = [];
    for (let round = 0; round < 3; round++) {
      const run = only(await scene.claim(service));
      expect(await scene.claim(service)).toEqual([]);
      order.push(run.id);
      await finishRuns(scene.context, [{ run, kind: 'ended', result: resultOf() }], service);
    }
    expect(order).toEqual([first?.id, third?.id, second?.id]);
  });

  it('is asked for by any number of services at once and goes to one', async () => {
    await using scene = await queueScene();
    const agents = await Promise.all(Array.from({ length: 20 }, () => scene.agent()));
    for (const agent of agents) await scene.ask(agent);
    const services = await Promise.all(Array.from({ length: 4 }, () => scene.service()));
    const claimed = await Promise.all(services.map((service) => scene.claim(service, { most: 20 })));
    const ids = claimed.flat().map(({ id }) => id);
    expect(ids).toHaveLength(20);
    expect(new Set(ids).size).toBe(20);
  });

  it('exists once for a slot, however many ask for it at once', async () => {
    await using scene = await queueScene();
    const agent = await scene.agent();
    const slotAt = new Date('2026-03-01T10:00:00Z');
    const asked = await Promise.all(Array.from({ length: 5 }, () => scene.ask(agent, { slotAt, trigger: 'schedule' })));
    expect(asked.filter((one) => one !== undefined)).toHaveLength(1);
    expect(await scene.query('SELECT slot_at FROM upkeep.run')).toEqual([{ slot_at: slotAt }]);
  });

  it('comes in the order of priority and age', async () => {
    await using scene = await queueScene();
    const service = await scene.service();
    const ask = async (priority: 'LOW' | 'NORMAL' | 'HIGH' | 'CRITICAL', minutesAgo: number) => {
      const request = requestFor(await scene.agent(), { priority });
      const now = new Date(Date.now() - minutesAgo * 60_000);
      const { runs } = await transaction(scene.context.pool, (sql) => enqueueRuns(sql, [request], { context: scene.context, now }));
      return runs[0]?.id;
    };
    const low = await ask('LOW', 0);
    const critical = await ask('CRITICAL', 0);
    const patient = await ask('LOW', 70);
    const normal = await ask('NORMAL', 0);
    const order = [];
    for (let round = 0; round < 4; round++) order.push(only(await scene.claim(service, { most: 1 })).id);
    expect(order).toEqual([patient, critical, normal, low]);
  });

  it('is not claimed for a repository that has no room', async () => {
    await using scene = await queueScene({ settings: { perRepository: 2 } });
    const service = await scene.service();
    const [busy, other] = [await scene.repository(), await scene.repository()];
    for (const name of ['qa', 'docs', 'backend']) await scene.ask(await scene.agent({ repositoryId: busy, name }));
    await scene.ask(await scene.agent({ repositoryId: other }));
    expect(await scene.claim(service, { without: [busy, other] })).toEqual([]);
    const claimed = await scene.claim(service);
    expect(claimed.map(({ repositoryId }) => repositoryId).sort()).toEqual([busy, busy, other].sort());
    expect(await scene.claim(service)).toEqual([]);
    const done = claimed.filter(({ repositoryId }) => repositoryId === busy).slice(0, 1);
    await finishRuns(
      scene.context,
      done.map((run) => ({ run, kind: 'ended', result: resultOf() })),
      service,
    );
    expect(await scene.claim(service)).toHaveLength(1);
  });

  it('waits while its label has no room', async () => {
    await using scene = await queueScene({ context: { labelLimits: { e2e: 1 } } });
    const service = await scene.service();
    const agents = [];
    for (let count = 0; count < 3; count++) agents.push(await scene.agent({ labels: ['e2e'] }));
    const free = await scene.ask(await scene.agent());
    for (const agent of agents) await scene.ask(agent);
    const claimed = await scene.claim(service);
    expect(claimed).toHaveLength(2);
    const labelled = only(claimed.filter(({ id }) => id !== free?.id));
    await finishRuns(scene.context, [{ run: labelled, kind: 'ended', result: resultOf() }], service);
    expect(await scene.claim(service)).toHaveLength(1);
  });
});

describe('the fence', () => {
  it('refuses every write of an attempt that is not the newest', async () => {
    await using scene = await queueScene();
    const [slow, quick] = [await scene.service(), await scene.service()];
    await scene.ask(await scene.agent());
    const old = only(await scene.claim(slow));
    await finishRuns(scene.context, [{ run: old, kind: 'crashed', message: 'lost' }], null);
    await scene.query('UPDATE upkeep_queue.job SET start_after = now()');
    const fresh = only(await scene.claim(quick));
    expect(fresh).toMatchObject({ id: old.id, attempt: 2, crashes: 1 });
    const late = await finishRuns(scene.context, [{ run: old, kind: 'ended', result: resultOf({ outcome: 'failed' }) }], slow);
    expect(late).toMatchObject({ settled: [], requeued: [], lost: [old.id], events: [] });
    const [renewed, held] = await connection(scene.context.pool, async (sql) => [
      await renewLeases(sql, [old], { serviceId: slow, leaseMs: 1000 }),
      await stillHeld(sql, [old, fresh], quick),
    ]);
    expect(renewed).toEqual([]);
    expect([...held]).toEqual([fresh.id]);
    await finishRuns(scene.context, [{ run: fresh, kind: 'ended', result: resultOf() }], quick);
    expect(await scene.stateOf(fresh.id)).toBe('settled passed');
    expect(await scene.query('SELECT number, ending FROM upkeep.attempt ORDER BY number')).toEqual([
      { number: 1, ending: 'lost' },
      { number: 2, ending: 'passed' },
    ]);
  });

  it('lets what is held be settled when another attempt of the same batch is lost', async () => {
    await using scene = await queueScene();
    const service = await scene.service();
    for (let count = 0; count < 2; count++) await scene.ask(await scene.agent());
    const [a, b] = await scene.claim(service);
    if (a === undefined || b === undefined) throw new Error('two runs were expected');
    await finishRuns(scene.context, [{ run: a, kind: 'crashed', message: 'lost' }], null);
    const report = await finishRuns(
      scene.context,
      [a, b].map((run) => ({ run, kind: 'ended', result: resultOf() })),
      service,
    );
    expect(report).toMatchObject({ settled: [b.id], lost: [a.id] });
  });

  it('writes nothing at all when the queue disagrees', async () => {
    await using scene = await queueScene();
    const service = await scene.service();
    await scene.ask(await scene.agent());
    const run = only(await scene.claim(service));
    await scene.query(`DELETE FROM upkeep_queue.job`);
    await expect(finishRuns(scene.context, [{ run, kind: 'ended', result: resultOf() }], service)).rejects.toThrow('0 were in it');
    expect(await scene.stateOf(run.id)).toBe('running');
    expect(await scene.query('SELECT * FROM upkeep.attempt')).toEqual([]);
  });
});

describe('after an attempt', () => {
  it('tries again later, then gives the agent up and takes it out of the schedule', async () => {
    await using scene = await queueScene();
    const service = await scene.service();
    const agent = await scene.agent();
    await scene.query(
      `INSERT INTO upkeep.schedule (agent_id, cron, time_zone, next_slot_at, next_run_at) VALUES ($1, '0 0 * * *', 'UTC', now(), now())`,
      [agent.agentId],
    );
    const asked = await scene.ask(agent);
    const told: string[] = [];
    for (let attempt = 1; attempt <= 4; attempt++) {
      await scene.query(`UPDATE upkeep_queue.job SET start_after = now() WHERE state < 'active'`);
      const run = only(await scene.claim(service));
      expect(run.retries).toBe(attempt - 1);
      const result = resultOf({ outcome: 'errored', reason: 'network', message: 'no\0answer' });
      const { events } = await finishRuns(scene.context, [{ run, kind: 'ended', result }], service);
      told.push(...types(events));
    }
    expect(told).toEqual(['agent:retrying', 'agent:retrying', 'agent:retrying', 'agent:tripped']);
    expect(await scene.stateOf(asked?.id ?? '')).toBe('settled errored');
    expect(await scene.query('SELECT in_error_reason FROM upkeep.agent')).toEqual([{ in_error_reason: 'network' }]);
    expect(await scene.query('SELECT next_run_at, next_slot_at FROM upkeep.schedule')).toEqual([{ next_run_at: null, next_slot_at: null }]);
  });

  it('is not retried before its time', async () => {
    await using scene = await queueScene();
    const service = await scene.service();
    await scene.ask(await scene.agent());
    const run = only(await scene.claim(service));
    await finishRuns(
      scene.context,
      [{ run, kind: 'ended', result: resultOf({ outcome: 'errored', reason: 'git', retryAfterMs: 60_000 }) }],
      service,
    );
    expect(await scene.claim(service)).toEqual([]);
    const [row] = await scene.query<{ wait: number }>('SELECT extract(epoch FROM eligible_at - now())::float8 AS wait FROM upkeep.run');
    expect(row?.wait).toBeGreaterThan(50);
  });

  it('counts crashes apart, and ends a loop of them', async () => {
    await using scene = await queueScene();
    const service = await scene.service();
    const asked = await scene.ask(await scene.agent());
    for (let crash = 1; crash <= CRASH_LIMIT; crash++) {
      await scene.query(`UPDATE upkeep_queue.job SET start_after = now() WHERE state < 'active'`);
      const run = only(await scene.claim(service));
      expect(run).toMatchObject({ retries: 0, crashes: crash - 1 });
      await finishRuns(scene.context, [{ run, kind: 'crashed', message: 'killed' }], service);
    }
    expect(await scene.stateOf(asked?.id ?? '')).toBe('settled errored');
    expect(await scene.query('SELECT in_error_reason, last_outcome FROM upkeep.agent')).toEqual([
      { in_error_reason: 'internal', last_outcome: 'errored' },
    ]);
  });

  it('gives back what a stopping service has not finished, without counting it', async () => {
    await using scene = await queueScene();
    const [stopping, other] = [await scene.service(), await scene.service()];
    await scene.ask(await scene.agent());
    const run = only(await scene.claim(stopping));
    const report = await finishRuns(scene.context, [{ run, kind: 'returned' }], stopping);
    expect(report).toMatchObject({ requeued: [run.id], hasMore: true });
    expect(only(await scene.claim(other))).toMatchObject({ id: run.id, attempt: 2, retries: 0, crashes: 0 });
  });
});

describe('cancelling', () => {
  it('ends what has not started, and lets the next run of the agent in', async () => {
    await using scene = await queueScene();
    const service = await scene.service();
    const agent = await scene.agent();
    const first = await scene.ask(agent);
    const second = await scene.ask(agent);
    const report = await cancelRuns(scene.context, { runId: first?.id ?? '', agentId: null, repositoryId: null }, 'ann');
    expect(report).toMatchObject({ ending: [] });
    expect(only(report.ended).id).toBe(first?.id);
    expect(await scene.stateOf(first?.id ?? '')).toBe('settled cancelled');
    expect(only(await scene.claim(service)).id).toBe(second?.id);
  });

  it('marks what is under way, which then never comes back, whatever its end', async () => {
    await using scene = await queueScene();
    const service = await scene.service();
    const agent = await scene.agent();
    await scene.ask(agent);
    const run = only(await scene.claim(service));
    expect(await cancelRuns(scene.context, { runId: null, agentId: agent.agentId, repositoryId: null }, 'ann')).toMatchObject({
      ending: [run.id],
    });
    const held = await connection(scene.context.pool, (sql) => renewLeases(sql, [run], { serviceId: service, leaseMs: 1000 }));
    expect(held).toEqual([{ id: run.id, cancelBy: 'ann' }]);
    const report = await finishRuns(
      scene.context,
      [{ run, kind: 'ended', result: resultOf({ outcome: 'errored', reason: 'git' }) }],
      service,
    );
    expect(report).toMatchObject({ settled: [run.id], requeued: [] });
    expect(await scene.stateOf(run.id)).toBe('settled cancelled');
  });

  it('touches nothing else', async () => {
    await using scene = await queueScene();
    const [one, other] = [await scene.agent(), await scene.agent()];
    await scene.ask(one);
    const kept = await scene.ask(other);
    await cancelRuns(scene.context, { runId: null, agentId: one.agentId, repositoryId: null }, 'ann');
    expect(await scene.stateOf(kept?.id ?? '')).toBe('queued');
    expect(await cancelRuns(scene.context, { runId: randomUUID(), agentId: null, repositoryId: null }, 'ann')).toMatchObject({
      ended: [],
      ending: [],
    });
  });
});
