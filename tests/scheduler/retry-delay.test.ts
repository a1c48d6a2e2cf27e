import { describe, expect, it } from 'vitest';
import { retryDelayMs } from '../../scheduler/retry-delay.ts';

const policy = { limit: 12, maxMs: 300_000, random: () => 1 };

describe('retryDelayMs', () => {
  it.each([
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [4, 8_000],
    [9, 256_000],
    [10, 300_000],
    [12, 300_000],
  ])('waits at most so long after attempt %i: %i ms', (attempt, expected) => {
    expect(retryDelayMs(attempt, policy)).toBe(expected);
  });

  it('jitters down to the half and never below', () => {
    expect(retryDelayMs(3, { ...policy, random: () => 0 })).toBe(2_000);
  });

  it('ends when the attempts are used up', () => {
    expect(retryDelayMs(4, { ...policy, limit: 3 })).toBeNull();
  });
});
