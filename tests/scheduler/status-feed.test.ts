import { describe, expect, it } from 'vitest';
import { eventSchema } from '../../ledger/event-schema.ts';
import type { SchedulerCounts } from '../../prisma/runs/scheduler-counts.ts';
import { createStatusFeed } from '../../scheduler/status-feed.ts';

const START = Date.parse('2026-11-21T12:00:00Z');
const NOTHING: SchedulerCounts = { running: 0, queued: 0, paused: 0, tripped: 0, errored: 0, nextDueAt: null, driftMs: null };

/** A feed on a clock that only `wait` moves. */
function scene() {
  const state = { now: 0, takes: 0, reads: 0, counts: NOTHING, fails: null as Error | null };
  const timers: { at: number; work: () => void }[] = [];
  const told: string[] = [];
  const problems: unknown[] = [];
  const feed = createStatusFeed({
    read: async () => {
      state.reads++;
      state.now += state.takes;
      if (state.fails !== null) throw state.fails;
      return state.counts;
    },
    onStatus: ({ data }) => told.push(`${state.now}: ${data.running} running, ${data.queued} queued`),
    onProblem: (error) => problems.push(error),
    source: 'service:test',
    clock: {
      wall: () => START + state.now,
      monotonic: () => state.now,
      later: (work, ms) => {
        const timer = { at: state.now + ms, work };
        timers.push(timer);
        return () => timers.splice(timers.indexOf(timer), 1);
      },
    },
  });
  const settle = (): Promise<void> => new Promise(setImmediate);
  async function wait(ms: number): Promise<void> {
    const until = state.now + ms;
    for (;;) {
      await settle();
      const next = timers.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > until) break;
      timers.splice(timers.indexOf(next), 1);
      state.now = Math.max(state.now, next.at);
      next.work();
    }
    state.now = Math.max(state.now, until);
  }
  const change = async (counts: Partial<SchedulerCounts>): Promise<void> => {
    state.counts = { ...state.counts, ...counts };
    feed.changed();
    await settle();
  };
  return { state, timers, told, problems, feed, wait, change };
}

describe('the status of the scheduler', () => {
  it('is told at once for a first change, and once at the end of the second for all that follow in it', async () => {
    const { told, state, wait, change } = scene();
    await change({ queued: 1 });
    await wait(100);
    await change({ queued: 0, running: 1 });
    await wait(100);
    await change({ running: 2 });
    expect(told).toEqual(['0: 0 running, 1 queued']);
    await wait(5_000);
    expect(told).toEqual(['0: 0 running, 1 queued', '1000: 2 running, 0 queued']);
    expect(state.reads).toBe(2);
    await change({ running: 0 });
    expect(told.at(-1)).toBe('5200: 0 running, 0 queued');
  });

  it('is told at most once a second however much happens', async () => {
    const { told, wait, change } = scene();
    for (let count = 0; count < 300; count++) {
      await change({ running: count });
      await wait(10);
    }
    await wait(2_000);
    expect(told.map((line) => line.split(':')[0])).toEqual(['0', '1000', '2000', '3000']);
    expect(told.at(-1)).toBe('3000: 299 running, 0 queued');
  });

  it('is not told again when nothing in it is different', async () => {
    const { told, state, wait, change } = scene();
    for (let count = 0; count < 5; count++) {
      await change({ running: 1 });
      await wait(1_000);
    }
    expect(state.reads).toBe(5);
    expect(told).toEqual(['0: 1 running, 0 queued']);
  });

  it('is an event of the one vocabulary, with the newest at hand', async () => {
    const { feed, change } = scene();
    expect(feed.newest).toBeNull();
    await change({ running: 1, nextDueAt: new Date(START), driftMs: 12 });
    expect(feed.newest).toMatchObject({
      type: 'scheduler:status',
      time: '2026-11-21T12:00:00.000Z',
      source: 'service:test',
      data: { agentId: null, status: 'RUNNING', running: 1, queued: 0, nextDueAt: '2026-11-21T12:00:00.000Z', driftMs: 12 },
    });
    expect(eventSchema.parse(feed.newest)).toEqual(feed.newest);
  });

  it('asks a database that takes long less often', async () => {
    const { state, wait, change } = scene();
    state.takes = 500;
    await change({ running: 1 });
    await change({ running: 2 });
    await wait(9_000);
    expect(state.reads).toBe(1);
    await wait(1_000);
    expect(state.reads).toBe(2);
  });

  it('goes on after a database that did not answer', async () => {
    const { told, state, problems, wait, change } = scene();
    state.fails = new Error('gone');
    await change({ running: 1 });
    expect([told, problems]).toEqual([[], [state.fails]]);
    state.fails = null;
    await change({ running: 2 });
    await wait(1_000);
    expect(told).toEqual(['1000: 2 running, 0 queued']);
  });

  it('says nothing more when it is closed, and leaves no timer', async () => {
    const { told, timers, feed, wait, change } = scene();
    await change({ running: 1 });
    await change({ running: 2 });
    feed.close();
    expect(timers).toEqual([]);
    await wait(2_000);
    await change({ running: 3 });
    expect(told).toHaveLength(1);
  });
});
