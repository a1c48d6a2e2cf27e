import { afterEach, describe, expect, it, vi } from 'vitest';
import { interleave, judge, median, mustRun, ratio } from '../../scripts/bench/measure.ts';

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

describe('measuring', () => {
  it('takes the middle value, or the mean of the two in the middle', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 2, 9])).toBe(3);
    expect(() => median([])).toThrow('nothing was measured');
  });

  it('lets all contestants run in turn and leaves one round out', () => {
    const order: string[] = [];
    const timings = interleave(
      [
        { name: 'a', prepare: () => order.push('prepare'), run: () => order.push('a') },
        { name: 'b', run: () => order.push('b') },
      ],
      2,
    );
    expect(order.join(' ')).toBe('prepare a b prepare a b prepare a b');
    expect(timings.get('a')).toHaveLength(2);
  });

  it('divides medians', () => {
    const timings = new Map([
      ['a', [4, 4, 100]],
      ['b', [2, 2, 2]],
    ]);
    expect(ratio(timings, ['a', 'b'])).toBe(2);
  });

  it('ends with 1 when a goal is missed', () => {
    vi.spyOn(console, 'log').mockReturnValue(undefined);
    judge([{ what: 'x', value: 1, atMost: 1 }]);
    expect(process.exitCode).toBeUndefined();
    judge([{ what: 'x', value: 1.01, atMost: 1 }]);
    expect(process.exitCode).toBe(1);
  });

  it('does not measure a command that failed', () => {
    expect(() => mustRun([process.execPath, '-e', 'process.exit(3)'], { cwd: '.' })).toThrow('ended with 3');
    expect(mustRun([process.execPath, '-e', 'console.log(1); process.exit(3)'], { cwd: '.', accept: [3] })).toBe('1\n');
  });
});
