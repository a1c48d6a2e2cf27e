import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PRIORITIES } from '../../ledger/outcome.ts';
import { HEAD_START_MS, jobPriorityOf, QUEUE_ORDERS, rankOf } from '../../scheduler/rank.ts';

const NOON = new Date('2026-06-01T12:00:00Z');
const later = (ms: number): Date => new Date(NOON.getTime() + ms);

describe('rankOf', () => {
  it('lets a higher priority go first when both could start at once', () => {
    const ranks = PRIORITIES.map((priority) => rankOf(NOON, priority, 'aged'));
    expect(ranks).toEqual([...ranks].sort((a, b) => b - a));
    expect(new Set(ranks).size).toBe(4);
  });

  it('never lets a run starve: whatever comes after its head start is behind it', () => {
    expect(rankOf(NOON, 'LOW', 'aged')).toBeLessThan(rankOf(later(HEAD_START_MS.CRITICAL + 1), 'CRITICAL', 'aged'));
  });

  it('keeps the levels apart in the strict order, however long one has waited', () => {
    const year = 365 * 86_400_000;
    expect(rankOf(later(year), 'CRITICAL', 'strict')).toBeLessThan(rankOf(NOON, 'HIGH', 'strict'));
  });
});

describe('jobPriorityOf', () => {
  const time = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2033, 0, 1) }).map((ms) => new Date(ms));
  const run = fc.record({ eligibleAt: time, priority: fc.constantFrom(...PRIORITIES) });

  it.each(QUEUE_ORDERS)('orders as the rank does, to the second (%s)', (order) => {
    fc.assert(
      fc.property(run, run, (a, b) => {
        const ranks = rankOf(a.eligibleAt, a.priority, order) - rankOf(b.eligibleAt, b.priority, order);
        const jobs = jobPriorityOf(b.eligibleAt, b.priority, order) - jobPriorityOf(a.eligibleAt, a.priority, order);
        // Both are smaller than a second apart, or in the same order.
        return Math.abs(ranks) < 1000 || Math.sign(ranks) === Math.sign(jobs);
      }),
    );
  });

  it.each(QUEUE_ORDERS)('is a 32-bit integer in any century (%s)', (order) => {
    for (const priority of PRIORITIES) {
      for (const eligibleAt of [new Date(0), NOON, new Date('2400-01-01T00:00:00Z')]) {
        const value = jobPriorityOf(eligibleAt, priority, order);
        expect(Number.isInteger(value) && Math.abs(value) < 2 ** 31, `${priority} ${value}`).toBe(true);
      }
    }
  });
});
