import { describe, expect, it } from 'vitest';
import { createReadiness, type ReadinessSettings } from '../../../../cli/serve/http/readiness.ts';

const START = Date.parse('2026-11-21T12:00:00Z');

function scene(change: Partial<ReadinessSettings> = {}) {
  const state = {
    now: 0,
    tickAt: 0 as number | null,
    pings: 0,
    ping: (): Promise<unknown> => Promise.resolve(),
    draining: null as Date | null,
  };
  const problems: string[] = [];
  const health = createReadiness({
    pingDatabase: () => (state.pings++, state.ping()),
    lastTickAt: () => state.tickAt,
    drainingSince: () => state.draining,
    tickLimitMs: 30_000,
    pingLimitMs: 20,
    clock: { wall: () => START + state.now, monotonic: () => state.now },
    onProblem: (what) => problems.push(what),
    ...change,
  });
  return { state, health, problems };
}

describe('readiness', () => {
  it('is there when the database answers, the last look is young and nothing stops', async () => {
    const { health, state } = scene();
    state.now = 30_000;
    expect(await health.look()).toEqual([]);
  });

  it('tells since when nothing was looked at', async () => {
    const { health, state } = scene();
    state.tickAt = 5_000;
    state.now = 36_000;
    expect(await health.look()).toEqual([
      { check: 'tick', since: '2026-11-21T12:00:05.000Z', why: 'what is due was not looked at for over 30 s' },
    ]);
    state.tickAt = 35_500;
    expect(await health.look()).toEqual([]);
  });

  it('is not there before the first look', async () => {
    const { health, state } = scene();
    state.tickAt = null;
    state.now = 100;
    expect(await health.look()).toEqual([{ check: 'tick', since: '2026-11-21T12:00:00.000Z', why: 'nothing was looked at yet' }]);
  });

  it('ends with the beginning of the drain', async () => {
    const { health, state } = scene();
    state.draining = new Date(START + 1);
    expect(await health.look()).toMatchObject([{ check: 'draining', since: '2026-11-21T12:00:00.001Z' }]);
  });

  it('tells since when the database does not answer, until it answers again', async () => {
    const { health, state, problems } = scene();
    state.ping = () => Promise.reject(new Error('password of "upkeep" is wrong'));
    const first = await health.look();
    expect(first).toEqual([{ check: 'database', since: '2026-11-21T12:00:00.000Z', why: 'the database does not answer' }]);
    state.now = 5_000;
    expect(await health.look()).toEqual(first);
    expect(problems).toEqual(['the database does not answer', 'the database does not answer']);
    state.ping = () => Promise.resolve();
    state.now = 7_000;
    expect(await health.look()).toEqual([]);
  });

  it('asks a silent database once, however often it is asked itself', async () => {
    const { health, state } = scene();
    const silent = Promise.withResolvers<void>();
    state.ping = () => silent.promise;
    for (let ask = 0; ask < 5; ask++) {
      state.now += 2_000;
      expect(await health.look()).toMatchObject([{ check: 'database', since: '2026-11-21T12:00:02.000Z' }]);
    }
    expect(state.pings).toBe(1);
    silent.resolve();
    await silent.promise;
    state.now += 2_000;
    expect(await health.look()).toEqual([]);
  });

  it('asks the database at most once a second', async () => {
    const { health, state } = scene();
    await Promise.all([health.look(), health.look(), health.look()]);
    await health.look();
    expect(state.pings).toBe(1);
    state.now = 1_001;
    await health.look();
    expect(state.pings).toBe(2);
  });
});
