import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { cancelRuns } from '../../scheduler/runs/cancel-runs.ts';
import { CRASH_LIMIT } from '../../scheduler/after-attempt.ts';
import { queueScene, resultOf, type AgentHandle, type QueueScene } from '../support/queue-scene.ts';
import { ALIVE, testService } from '../support/service-scene.ts';

async function schedule(scene: QueueScene, agent: AgentHandle, change: { at?: Date; overlap?: string } = {}): Promise<void> {
  await scene.query(
    `INSERT INTO upkeep.schedule (agent_id, cron, time_zone, overlap, next_slot_at, next_run_at) VALUES ($1, $2, 'UTC', $3, $4, $4)`,
    [agent.agentId, '* * * * *', change.overlap ?? 'skip', change.at ?? thisMinute()],
  );
}

/** The minute that has begun. */
function thisMinute(): Date {
  return new Date(Math.floor(Date.now() / 60_000) * 60_000);
}

describe('a service', () => {
  it('runs at once what is due, and notes the next slot', async () => {
    await using scene = await queueScene();
    const agent = await scene.agent();
    const slot = thisMinute();
    await schedule(scene, agent, { at: slot });
    await using one = await testService(scene);
    const call = await one.call(0);
    expect(call.runs).toMatchObject([{ agentId: agent.agentId, trigger: 'schedule', slotAt: slot }]);
    call.pass();
    await one.event('agent:queued');
    expect(one.service.nextDueAt?.getTime()).toBeGreaterThan(slot.getTime());
  });

  it('is woken by a run that another process asks for', async () => {
    await using scene = await queueScene();
    await using one = await testService(scene);
    await using other = await queueScene({ url: scene.database.url });
    await other.ask(await scene.agent());
    (await one.call(0)).pass();
  });

  it('never has more runs under way than it may, nor two carriers in one clone', async () => {
    await using scene = await queueScene();
    const [busy, free] = [await scene.repository(), await scene.repository()];
    await using one = await testService(scene, { maxConcurrent: 3 });
    const together = ['qa', 'docs'];
    for (const name of together) await scene.ask(await scene.agent({ repositoryId: busy, name }));
    const first = await one.call(0);
    for (const name of ['backend', 'frontend', 'devops']) await scene.ask(await scene.agent({ repositoryId: busy, name }));
    await scene.ask(await scene.agent({ repositoryId: free }));
    const second = await one.call(1);
    expect(one.service.dispatcher.running.size).toBeLessThanOrEqual(3);
    const freeCall = [first, second].find(({ runs }) => runs[0]?.repositoryId === free) ?? (await one.call(2));
    expect(freeCall.runs[0]?.repositoryId).toBe(free);
    const busyCalls = (): number => one.carried.filter(({ runs, told }) => runs[0]?.repositoryId === busy && !told.stopped).length;
    expect(busyCalls()).toBe(1);
    let calls = one.carried.length;
    for (const call of one.carried) call.pass();
    const seen = new Set(one.carried.flatMap(({ runs }) => runs.map(({ id }) => id)));
    while (seen.size < 6) {
      const next = await one.call(calls++);
      expect(one.service.dispatcher.running.size).toBeLessThanOrEqual(3);
      for (const { id } of next.runs) seen.add(id);
      next.pass();
    }
  });

  it('ends a run that is cancelled from elsewhere', async () => {
    await using scene = await queueScene();
    await using one = await testService(scene);
    const asked = await scene.ask(await scene.agent());
    const call = await one.call(0);
    await cancelRuns(scene.context, { runId: asked?.id ?? '', agentId: null, repositoryId: null }, 'ann');
    const event = await one.event('agent:cancelled');
    expect(event.envelope).toMatchObject({ data: { by: 'ann' } });
    expect(call.told.stopped).toBe(true);
    expect(await scene.stateOf(asked?.id ?? '')).toBe('settled cancelled');
  });

  it('lets go of a run that somebody else has taken over', async () => {
    await using scene = await queueScene();
    await using one = await testService(scene);
    const asked = await scene.ask(await scene.agent());
    const call = await one.call(0);
    await scene.query('UPDATE upkeep.run SET attempt = attempt + 1, service_id = $2 WHERE id = $1', [asked?.id, await scene.service()]);
    expect(await call.port.mayDeliver()).toEqual(new Set());
    await one.service.dispatcher.beat();
    expect(call.told.killed).toBe(true);
    expect(one.service.dispatcher.running.size).toBe(0);
  });

  it('ends its own runs when it could not renew its lease for too long', async () => {
    await using scene = await queueScene();
    let now = 0;
    const clock = { wall: () => Date.now(), monotonic: () => now };
    await using one = await testService(scene, { clock, leaseMs: 15_000, allowsProblems: true });
    await scene.ask(await scene.agent());
    const call = await one.call(0);
    await scene.query('ALTER TABLE upkeep.run RENAME TO gone');
    now = 9_000;
    await one.service.dispatcher.beat();
    expect(call.told.killed).toBe(false);
    now = 11_000;
    await one.service.dispatcher.beat();
    expect(call.told.killed).toBe(true);
    await scene.query('ALTER TABLE upkeep.gone RENAME TO run');
  });

  it('takes over from a service of this machine that died, at once, after its processes are gone', async () => {
    await using scene = await queueScene();
    const dead = await scene.service({ pid: 4711 });
    const asked = await scene.ask(await scene.agent());
    await scene.claim(dead);
    await scene.query(`UPDATE upkeep.run SET pid = 4712, process_started_at = 'then'`);
    const killed: unknown[] = [];
    const watch = { ...ALIVE, isAlive: () => false, endGroup: (process: unknown) => Promise.resolve(void killed.push(process)) };
    await using one = await testService(scene, { watch });
    expect(killed).toEqual([{ pid: 4712, processStartedAt: 'then', bootId: 'boot' }]);
    await one.event('agent:retrying');
    const call = await one.call(0);
    expect(call.runs).toMatchObject([{ id: asked?.id, attempt: 2, crashes: 1 }]);
    call.pass();
    expect(await scene.query('SELECT ended_at IS NULL AS alive FROM upkeep.service WHERE id = $1', [dead])).toEqual([{ alive: false }]);
  });

  it('leaves the runs of another machine alone until their lease is over', async () => {
    await using scene = await queueScene();
    const far = await scene.service({ host: 'far' });
    const asked = await scene.ask(await scene.agent());
    await scene.claim(far);
    await using one = await testService(scene);
    expect(await scene.stateOf(asked?.id ?? '')).toBe('running');
    await scene.query(`UPDATE upkeep.run SET lease_until = now() - interval '1 minute'`);
    await one.service.tick();
    (await one.call(0)).pass();
  });

  it('does not judge the leases of others right after its clock has jumped', async () => {
    await using scene = await queueScene();
    const far = await scene.service({ host: 'far' });
    const asked = await scene.ask(await scene.agent());
    await scene.claim(far);
    let offset = 0;
    let monotonic = 0;
    const clock = { wall: () => Date.now() + offset, monotonic: () => monotonic };
    await using one = await testService(scene, { clock });
    await scene.query(`UPDATE upkeep.run SET lease_until = now() - interval '1 minute'`);
    offset = 3_600_000;
    await one.service.tick();
    expect(one.notes).toEqual([expect.stringMatching(/the clock jumped by 36\d\d s/)]);
    expect(await scene.stateOf(asked?.id ?? '')).toBe('running');
    monotonic = 15_000;
    offset += 15_000;
    await one.service.tick();
    (await one.call(0)).pass();
  });

  it('gives back what does not end in time when it stops, and takes nothing new', async () => {
    await using scene = await queueScene();
    const one = await testService(scene);
    const slow = await scene.ask(await scene.agent());
    await one.call(0);
    const drained = one.service.drain(10);
    await drained;
    expect(await scene.stateOf(slow?.id ?? '')).toBe('queued');
    expect(await scene.query('SELECT retries, crashes FROM upkeep.run')).toEqual([{ retries: 0, crashes: 0 }]);
    await using other = await testService(scene);
    (await other.call(0)).pass();
  });

  it('lets runs end that end in time when it stops', async () => {
    await using scene = await queueScene();
    const one = await testService(scene);
    const asked = await scene.ask(await scene.agent());
    const call = await one.call(0);
    const drained = one.service.drain(60_000);
    call.pass();
    await drained;
    expect(await scene.stateOf(asked?.id ?? '')).toBe('settled passed');
  });

  it('brings an agent whose process keeps crashing to ERROR', async () => {
    await using scene = await queueScene();
    await using one = await testService(scene);
    const asked = await scene.ask(await scene.agent());
    for (let crash = 0; crash < CRASH_LIMIT; crash++) {
      (await one.call(crash)).end({ kind: 'crashed', message: 'signal SIGSEGV' });
      await one.event(crash < CRASH_LIMIT - 1 ? 'agent:retrying' : 'agent:tripped', crash < CRASH_LIMIT - 1 ? crash : 0);
      await scene.query(`UPDATE upkeep_queue.job SET start_after = now() WHERE state < 'active'`);
      await one.service.tick();
    }
    expect(one.events.at(-1)?.envelope).toMatchObject({ data: { status: 'ERROR', kind: 'operation' } });
    expect(await scene.stateOf(asked?.id ?? '')).toBe('settled errored');
  });
});

describe('slots', () => {
  it('become one run each, however many services look', async () => {
    await using scene = await queueScene();
    const agents = await Promise.all(Array.from({ length: 12 }, () => scene.agent()));
    for (const agent of agents) await schedule(scene, agent);
    await using one = await testService(scene);
    await using two = await testService(scene);
    await using three = await testService(scene);
    const services = [one, two, three];
    const ids = new Set<string>();
    const look = (): void =>
      services.forEach(({ carried }) => carried.forEach((call) => (call.pass(), call.runs.forEach(({ id }) => ids.add(id)))));
    while (ids.size < 12) {
      await Promise.all(services.map(({ service }) => service.tick()));
      look();
    }
    const [row] = await scene.query<{ runs: number; slots: number }>(
      'SELECT count(*)::int AS runs, count(DISTINCT (agent_id, slot_at))::int AS slots FROM upkeep.run',
    );
    expect(row?.runs).toBeGreaterThanOrEqual(12);
    expect(row?.runs).toBe(row?.slots);
  });

  it('that were missed are told of, with their reason', async () => {
    await using scene = await queueScene();
    await schedule(scene, await scene.agent(), { at: new Date(thisMinute().getTime() - 3 * 60_000) });
    await using one = await testService(scene);
    const call = await one.call(0);
    expect(call.runs).toHaveLength(1);
    call.pass();
    const dropped = one.events.filter(({ type }) => type === 'agent:slot-dropped');
    expect(dropped.length).toBeGreaterThanOrEqual(3);
    expect(dropped[0]?.envelope).toMatchObject({ data: { reason: 'missed' } });
  });

  it('that come while a run is under way cancel it where that is asked for', async () => {
    await using scene = await queueScene();
    await using one = await testService(scene);
    const agent = await scene.agent();
    await scene.ask(agent);
    const running = await one.call(0);
    await schedule(scene, agent, { overlap: 'cancel' });
    await one.service.tick();
    const next = await one.call(1);
    expect(running.told.stopped).toBe(true);
    expect(next.runs).toMatchObject([{ trigger: 'schedule' }]);
    next.end({ kind: 'ended', result: resultOf() });
  });
});

it('a service needs nothing but a database', async () => {
  await using scene = await queueScene();
  await using one = await testService(scene, { without: () => [randomUUID()] });
  expect(one.service.skewMs).toBeLessThan(5000);
});
