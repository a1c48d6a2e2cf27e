/** The feed of events without a database: when it looks, and that it tells each event once. */
import { describe, expect, it } from 'vitest';
import { isAfter, type EventPlace, type ReadEvent } from '../../prisma/runs/read-events.ts';
import { createEventFeed, cursorOf, placeOf } from '../../scheduler/event-feed.ts';

const event = (sequence: number): ReadEvent => ({ transaction: 7, sequence, repositoryId: null, agentId: null, runId: null, envelope: {} });

/** A table of events, a feed of it, and timers that the test lets run out. */
function feedScene() {
  const scene = {
    table: [] as ReadEvent[],
    told: [] as number[],
    problems: [] as unknown[],
    timers: [] as { work: () => void; ms: number }[],
    isHeldBack: false,
    isGone: false,
    reads: 0,
  };
  const feed = createEventFeed({
    read: async (after, limit) => {
      scene.reads += 1;
      if (scene.isGone) throw new Error('gone');
      return { events: scene.table.filter((one) => isAfter(one, after)).slice(0, limit), isHeldBack: scene.isHeldBack };
    },
    newest: async (): Promise<EventPlace> => {
      if (scene.isGone) throw new Error('gone');
      return scene.table.at(-1) ?? { transaction: -1, sequence: -1 };
    },
    onEvents: (events, before) => {
      for (const one of events) expect(isAfter(one, before)).toBe(true);
      scene.told.push(...events.map(({ sequence }) => sequence));
    },
    onProblem: (error) => scene.problems.push(error),
    later(work, ms) {
      const timer = { work, ms };
      scene.timers.push(timer);
      return () => void scene.timers.splice(scene.timers.indexOf(timer), scene.timers.includes(timer) ? 1 : 0);
    },
  });
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  const runOut = async (): Promise<void> => {
    for (const { work } of scene.timers.splice(0)) work();
    await settle();
  };
  return { scene, feed, settle, runOut };
}

describe('the feed of events', () => {
  it('begins at the newest event, tells what comes after it once, and looks again each second', async () => {
    const { scene, feed, settle, runOut } = feedScene();
    scene.table.push(event(1));
    expect(cursorOf(await feed.begin())).toBe('7.1');
    await settle();
    scene.table.push(event(2), event(3));
    expect(scene.timers.map(({ ms }) => ms)).toEqual([1000]);
    await runOut();
    feed.wake();
    feed.wake();
    await settle();
    expect(scene.told).toEqual([2, 3]);
    expect(scene.timers).toHaveLength(1);
  });

  it('reads on at once while pages are full', async () => {
    const { scene, feed, settle } = feedScene();
    await feed.begin();
    scene.table.push(...Array.from({ length: 1201 }, (_, index) => event(index)));
    feed.wake();
    await settle();
    expect(scene.told).toHaveLength(1201);
  });

  it('looks soon again for what an open transaction holds back', async () => {
    const { scene, feed, settle } = feedScene();
    scene.isHeldBack = true;
    await feed.begin();
    await settle();
    expect(scene.timers[0]?.ms).toBeLessThan(50);
  });

  it('goes on where it was after the database was gone', async () => {
    const { scene, feed, settle, runOut } = feedScene();
    scene.isGone = true;
    await expect(feed.begin()).rejects.toThrow('gone');
    scene.isGone = false;
    await feed.begin();
    await settle();
    scene.isGone = true;
    scene.table.push(event(1));
    await runOut();
    expect([scene.problems.length, scene.told]).toEqual([1, []]);
    scene.isGone = false;
    await runOut();
    expect(scene.told).toEqual([1]);
  });

  it('asks nothing while nobody follows, and begins anew with the next', async () => {
    const { scene, feed, settle, runOut } = feedScene();
    await feed.begin();
    await settle();
    feed.pause();
    const { reads } = scene;
    scene.table.push(event(1));
    feed.wake();
    await runOut();
    expect([scene.reads, feed.head, scene.timers]).toEqual([reads, null, []]);
    expect(cursorOf(await feed.begin())).toBe('7.1');
    feed.close();
    await settle();
    expect(scene.told).toEqual([]);
  });
});

describe('a cursor', () => {
  it('is what was given, or none', () => {
    expect(placeOf(cursorOf({ transaction: 812, sequence: 34 }))).toEqual({ transaction: 812, sequence: 34 });
    expect(placeOf('-1.-1')).toEqual({ transaction: -1, sequence: -1 });
    for (const text of ['', '1', '1.', '.1', '1.2.3', '1e3.1', `${'9'.repeat(16)}.1`, '-2.1', '1.x']) expect(placeOf(text)).toBeNull();
  });
});

describe('what others read in its place', () => {
  it('is told once, from where the feed stands, whoever was quicker', async () => {
    const { scene, feed, settle } = feedScene();
    await feed.begin();
    await settle();
    expect(feed.next()).toMatchObject({ after: { sequence: -1 } });
    feed.hear({ events: [event(1), event(2)], isHeldBack: false });
    // Asked from the same place before that was told.
    feed.hear({ events: [event(1), event(2), event(3)], isHeldBack: false });
    scene.table.push(event(1), event(2), event(3), event(4));
    feed.wake();
    feed.hear({ events: [event(4)], isHeldBack: false });
    await settle();
    expect(scene.told).toEqual([1, 2, 3, 4]);
  });

  it('is looked at again soon where something is held back, and is nothing to a feed that paused', async () => {
    const { scene, feed, settle } = feedScene();
    await feed.begin();
    await settle();
    feed.hear({ events: [event(1)], isHeldBack: true });
    expect(scene.timers.map(({ ms }) => ms)).toEqual([15]);
    feed.pause();
    expect(feed.next()).toBeNull();
    feed.hear({ events: [event(2)], isHeldBack: false });
    expect(scene.told).toEqual([1]);
  });
});
