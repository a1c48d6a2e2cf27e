/** Clocks that are wrong, that are set, and machines that sleep: both clocks of a service and the one of the database are the test's. */
import { describe, expect, it } from 'vitest';
import { queueScene, type QueueScene } from '../support/queue-scene.ts';
import { movedClock } from '../support/moved-clock.ts';
import { testService, type TestService } from '../support/service-scene.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Clocks {
  readonly scene: QueueScene;
  readonly clock: { wall: () => number; monotonic: () => number };
  /** The hour that had begun at first, and so many more. */
  readonly hour: (more: number) => Date;
  /** Time passes or is set, by each of the clocks. */
  move(by: { readonly wall?: number; readonly monotonic?: number; readonly database?: number }): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

async function clocks(): Promise<Clocks> {
  const database = await movedClock();
  const scene = await queueScene({ url: database.url });
  // Five minutes past an hour that is still to come: no hour ends while a test looks.
  const ahead = (65 * MINUTE - (Date.now() % HOUR)) % HOUR;
  const off = { wall: ahead, monotonic: 0, database: ahead };
  await database.set(ahead);
  return {
    scene,
    hour: (more) => new Date(Math.floor((Date.now() + ahead) / HOUR) * HOUR + more * HOUR),
    clock: { wall: () => Date.now() + off.wall, monotonic: () => performance.now() + off.monotonic },
    async move({ wall = 0, monotonic = 0, database: by = 0 }) {
      off.wall += wall;
      off.monotonic += monotonic;
      off.database += by;
      await database.set(off.database);
    },
    async [Symbol.asyncDispose]() {
      await scene[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** An hourly schedule whose next slot is that of the hour that had begun at first, and `more` hours; the slot. */
async function hourly({ scene, hour }: Clocks, more = 0): Promise<Date> {
  const agent = await scene.agent({ repositoryId: await scene.repository() });
  const slot = hour(more);
  await scene.query(
    `INSERT INTO upkeep.schedule (agent_id, cron, time_zone, overlap, next_slot_at, next_run_at) VALUES ($1, '0 * * * *', 'UTC', 'queue', $2, $2)`,
    [agent.agentId, slot],
  );
  return slot;
}

const slotsOf = async ({ query }: QueueScene): Promise<Date[]> =>
  (await query<{ slotAt: Date }>('SELECT slot_at AS "slotAt" FROM upkeep.run ORDER BY slot_at')).map(({ slotAt }) => slotAt);
const nextSlotOf = async ({ query }: QueueScene): Promise<Date | undefined> =>
  (await query<{ next: Date }>('SELECT next_slot_at AS next FROM upkeep.schedule'))[0]?.next;
const drops = ({ events }: TestService): number => events.filter(({ type }) => type === 'agent:slot-dropped').length;
const after = (slot: Date, hours: number): Date => new Date(slot.getTime() + hours * HOUR);

describe('a clock that differs from the database', () => {
  it('is measured and shown, and slots and leases go by the database', async () => {
    await using at = await clocks();
    await at.move({ wall: 7 * MINUTE, database: -20 * MINUTE });
    const slot = await hourly(at, -1);
    await using one = await testService(at.scene, { clock: at.clock });
    const call = await one.call(0);
    // By the database's clock the hour has not come, the one before has.
    expect(call.runs.map(({ slotAt }) => slotAt)).toEqual([slot]);
    expect(await nextSlotOf(at.scene)).toEqual(after(slot, 1));
    const skew = one.service.skewMs;
    expect(Math.abs(skew - 27 * MINUTE)).toBeLessThan(5_000);
    await one.service.tick();
    const [row] = await at.scene.query<{ skew: number; lease: number }>(
      `SELECT s.clock_skew_ms AS skew, extract(epoch FROM r.lease_until - r.started_at)::int AS lease FROM upkeep.service s, upkeep.run r`,
    );
    expect(Math.abs((row?.skew ?? 0) - 27 * MINUTE)).toBeLessThan(5_000);
    expect(row?.lease).toBeGreaterThanOrEqual(15);
    expect(await call.port.mayDeliver()).toEqual(new Set([call.runs[0]?.id]));
    expect(one.notes).toEqual([]);
    call.pass();
  });
});

describe('a laptop that slept for eight hours', () => {
  for (const [how, monotonic] of [
    ['stood still', 0],
    ['went on', 8 * HOUR],
  ] as const) {
    it(`runs the newest slot, tells of the others and keeps its run, when its steady clock ${how}`, async () => {
      await using at = await clocks();
      const far = await at.scene.service({ host: 'far' });
      const theirs = await at.scene.ask(await at.scene.agent());
      await at.scene.claim(far);
      await using one = await testService(at.scene, { clock: at.clock });
      const mine = await at.scene.ask(await at.scene.agent());
      const call = await one.call(0);
      const slot = await hourly(at, 1);
      await at.move({ wall: 8 * HOUR, monotonic, database: 8 * HOUR });
      await one.service.tick();
      // The other service may have slept as well: it is given one lease to come back.
      expect(await at.scene.stateOf(theirs?.id ?? '')).toBe('running');
      await one.service.dispatcher.beat();
      expect(call.told).toEqual({ stopped: false, killed: false });
      const scheduled = await one.call(1);
      expect(scheduled.runs.map(({ slotAt }) => slotAt)).toEqual([after(slot, 7)]);
      expect(drops(one)).toBe(7);
      expect(one.notes).toHaveLength(monotonic === 0 ? 1 : 0);
      expect(await nextSlotOf(at.scene)).toEqual(after(slot, 8));
      call.pass();
      scheduled.pass();
      while ((await at.scene.stateOf(mine?.id ?? '')) !== 'settled passed') await one.service.tick();
      for (const step of [8_000, 8_000]) {
        await at.move({ wall: step, monotonic: step, database: step });
        await one.service.tick();
      }
      expect(await at.scene.query('SELECT service_id = $2 AS theirs FROM upkeep.run WHERE id = $1', [theirs?.id, far])).not.toEqual([
        { theirs: true },
      ]);
    });
  }
});

describe("the database's clock", () => {
  it('that is set back by two hours brings no slot a second time, and the next one at its time', async () => {
    await using at = await clocks();
    const slot = await hourly(at);
    await using one = await testService(at.scene, { clock: at.clock });
    (await one.call(0)).pass();
    await at.move({ wall: -2 * HOUR, database: -2 * HOUR });
    await one.service.tick();
    expect(one.notes).toEqual([expect.stringContaining('the clock jumped by -7200 s')]);
    await at.move({ wall: HOUR, monotonic: HOUR, database: HOUR });
    await one.service.tick();
    expect(await slotsOf(at.scene)).toEqual([slot]);
    await at.move({ wall: 2 * HOUR, monotonic: 2 * HOUR, database: 2 * HOUR });
    await one.service.tick();
    (await one.call(1)).pass();
    expect(await slotsOf(at.scene)).toEqual([slot, after(slot, 1)]);
  });

  it('that was days ahead and is put right is gone by at once', async () => {
    await using at = await clocks();
    await at.move({ wall: 72 * HOUR, database: 72 * HOUR });
    const slot = await hourly(at, 72);
    await using one = await testService(at.scene, { clock: at.clock });
    (await one.call(0)).pass();
    await at.move({ wall: -72 * HOUR, database: -72 * HOUR });
    await one.service.tick();
    expect(await nextSlotOf(at.scene)).toEqual(after(slot, 1 - 72));
    await at.move({ wall: HOUR, monotonic: HOUR, database: HOUR });
    await one.service.tick();
    (await one.call(1)).pass();
    expect(await slotsOf(at.scene)).toEqual([after(slot, 1 - 72), slot]);
  });

  it('that jumps ahead makes one run of what it passed, and that is all when it comes back', async () => {
    await using at = await clocks();
    const slot = await hourly(at, 1);
    await using one = await testService(at.scene, { clock: at.clock });
    expect(await slotsOf(at.scene)).toEqual([]);
    await at.move({ database: 2 * HOUR });
    await one.service.tick();
    (await one.call(0)).pass();
    expect(drops(one)).toBe(1);
    await at.move({ database: -2 * HOUR });
    await one.service.tick();
    expect(one.notes).toEqual(["the database's clock jumped by 7200 s", "the database's clock jumped by -7200 s"]);
    await at.move({ wall: HOUR, monotonic: HOUR, database: HOUR });
    await one.service.tick();
    // Its slot was told of as missed; it is not run behind people's backs.
    expect(await slotsOf(at.scene)).toEqual([after(slot, 1)]);
  });
});
