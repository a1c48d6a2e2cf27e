import { describe, expect, it } from 'vitest';
import { parseCron, type CronSchedule } from '../../scheduler/cron/parse-cron.ts';
import { jitterOf, planSlots, type SlotQuestion } from '../../scheduler/plan-slots.ts';

const at = (text: string): Date => new Date(text);
const DAY_MS = 86_400_000;

function schedule(cron: string, zone = 'UTC'): CronSchedule {
  const parsed = parseCron(cron, zone);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}

function question(change: Partial<SlotQuestion> = {}): SlotQuestion {
  return {
    schedule: schedule('*/5 * * * *'),
    nextSlotAt: at('2026-03-01T10:00:00Z'),
    jitterMs: 0,
    now: at('2026-03-01T10:00:00.200Z'),
    policy: { missed: 'latest', windowMs: DAY_MS, overlap: 'skip' },
    isBusy: false,
    isQueued: false,
    ...change,
  };
}

const policy = (change: Partial<SlotQuestion['policy']>): SlotQuestion['policy'] => ({ ...question().policy, ...change });
const times = (dates: readonly Date[]): string[] => dates.map((date) => date.toISOString().slice(11, 16));

describe('planSlots', () => {
  it('makes a run of the slot that has come, and names the next', () => {
    expect(planSlots(question())).toEqual({
      runs: [at('2026-03-01T10:00:00Z')],
      dropped: [],
      cancelsRunning: false,
      nextSlotAt: at('2026-03-01T10:05:00Z'),
    });
  });

  it('makes nothing before the slot', () => {
    const plan = planSlots(question({ now: at('2026-03-01T09:59:59.999Z') }));
    expect(plan).toMatchObject({ runs: [], dropped: [], nextSlotAt: at('2026-03-01T10:00:00Z') });
  });

  it('runs once for the latest of several slots, and tells of each of the others', () => {
    const plan = planSlots(question({ now: at('2026-03-01T10:17:00Z') }));
    expect(times(plan.runs)).toEqual(['10:15']);
    expect(plan.dropped.map(({ slot, reason }) => [times([slot])[0], reason])).toEqual([
      ['10:00', 'missed'],
      ['10:05', 'missed'],
      ['10:10', 'missed'],
    ]);
    expect(plan.nextSlotAt).toEqual(at('2026-03-01T10:20:00Z'));
  });

  it('drops a slot that is older than the window', () => {
    const nightly = { schedule: schedule('0 2 * * *'), nextSlotAt: at('2026-03-01T02:00:00Z') };
    const plan = planSlots(question({ ...nightly, now: at('2026-03-01T14:30:00Z'), policy: policy({ windowMs: DAY_MS / 2 }) }));
    expect(plan.runs).toEqual([]);
    expect(plan.dropped).toEqual([{ slot: at('2026-03-01T02:00:00Z'), reason: 'too-old', since: null }]);
    expect(plan.nextSlotAt).toEqual(at('2026-03-02T02:00:00Z'));
  });

  it('runs only what is on time when missed slots are to be skipped', () => {
    const skip = policy({ missed: 'skip' });
    expect(times(planSlots(question({ policy: skip })).runs)).toEqual(['10:00']);
    expect(planSlots(question({ policy: skip, now: at('2026-03-01T10:04:00Z') })).dropped).toHaveLength(1);
    expect(times(planSlots(question({ policy: skip, now: at('2026-03-01T10:10:30Z') })).runs)).toEqual(['10:10']);
  });

  it('makes a run of every missed slot when asked to, but of a hundred at most', () => {
    const all = policy({ missed: 'all' });
    expect(planSlots(question({ policy: all, now: at('2026-03-01T10:21:00Z'), isBusy: true })).runs).toHaveLength(5);
    const late = planSlots(question({ policy: all, now: at('2026-03-02T09:00:00Z') }));
    expect(late.runs).toHaveLength(100);
    expect(late.dropped).toEqual([{ slot: at('2026-03-02T00:40:00Z'), reason: 'too-many', since: at('2026-03-01T10:00:00Z') }]);
  });

  it('stays quick and names a span when thousands of slots have passed', () => {
    const each = { schedule: schedule('* * * * * *'), nextSlotAt: at('2025-03-01T00:00:00Z') };
    const plan = planSlots(question({ ...each, now: at('2026-03-01T00:00:00Z') }));
    expect(plan.runs).toEqual([at('2026-03-01T00:00:00Z')]);
    expect(plan.dropped).toHaveLength(100);
    expect(plan.dropped[0]?.since).toEqual(at('2025-03-01T00:00:00Z'));
  });

  it.each([
    ['skip', { isBusy: true, isQueued: false }, 0, false],
    ['queue', { isBusy: true, isQueued: false }, 1, false],
    ['queue', { isBusy: true, isQueued: true }, 0, false],
    ['cancel', { isBusy: true, isQueued: false }, 1, true],
    ['cancel', { isBusy: false, isQueued: false }, 1, false],
  ] as const)('while an earlier run is under way: %s %o', (...[overlap, busy, runs, cancelsRunning]) => {
    const plan = planSlots(question({ ...busy, policy: policy({ overlap }) }));
    expect(plan.runs).toHaveLength(runs);
    expect(plan.dropped.map(({ reason }) => reason)).toEqual(runs === 0 ? ['overlap'] : []);
    expect(plan.cancelsRunning).toBe(cancelsRunning);
  });

  it('starts an agent later by its jitter, and its slots stay where they are', () => {
    const late = { jitterMs: 30_000 };
    expect(planSlots(question({ ...late, now: at('2026-03-01T10:00:29Z') })).runs).toEqual([]);
    expect(times(planSlots(question({ ...late, now: at('2026-03-01T10:00:30Z') })).runs)).toEqual(['10:00']);
  });

  it('names a next slot that is far away', () => {
    const once = { schedule: schedule('0 0 1 1 *'), nextSlotAt: at('2026-01-01T00:00:00Z') };
    expect(planSlots(question({ ...once, now: at('2026-01-01T00:00:01Z') })).nextSlotAt).toEqual(at('2027-01-01T00:00:00Z'));
  });
});

describe('jitterOf', () => {
  it('is the same for an agent each time, differs between agents, and ends before half of the gap', () => {
    const ids = Array.from({ length: 200 }, (_, index) => `agent-${index}`);
    const values = ids.map((id) => jitterOf(id, 60_000, 300_000));
    expect(values).toEqual(ids.map((id) => jitterOf(id, 60_000, 300_000)));
    expect(new Set(values).size).toBeGreaterThan(190);
    expect(Math.max(...values)).toBeLessThan(60_000);
    expect(Math.max(...ids.map((id) => jitterOf(id, 600_000, 60_000)))).toBeLessThan(30_000);
    expect(jitterOf('agent', 0, 60_000)).toBe(0);
  });
});
