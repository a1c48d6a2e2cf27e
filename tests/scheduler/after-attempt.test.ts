import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REASONS, TRANSIENT_REASONS, type Outcome, type Reason } from '../../ledger/outcome.ts';
import { afterAttempt, CRASH_LIMIT, type AttemptEnd } from '../../scheduler/after-attempt.ts';

const policy = { limit: 3, maxMs: 300_000, random: () => 1 };
const fresh = { retries: 0, crashes: 0, isCancelled: false };
const ended = (outcome: Outcome, reason: Reason | null = null, retryAfterMs: number | null = null): AttemptEnd => ({
  kind: 'ended',
  outcome,
  reason,
  retryAfterMs,
});

describe('afterAttempt', () => {
  it.each(['passed', 'fixed', 'failed', 'skipped', 'cancelled'] as const)('settles a run that ended %s', (outcome) => {
    expect(afterAttempt(ended(outcome), fresh, policy)).toEqual({ kind: 'settle', isInError: false });
  });

  it('tries again after 1 s, 2 s and 4 s when the reason may pass by itself, then gives the agent up', () => {
    const end = ended('errored', 'network');
    expect([0, 1, 2, 3].map((retries) => afterAttempt(end, { ...fresh, retries }, policy))).toEqual([
      { kind: 'retry', delayMs: 1000 },
      { kind: 'retry', delayMs: 2000 },
      { kind: 'retry', delayMs: 4000 },
      { kind: 'settle', isInError: true },
    ]);
  });

  it('settles an error that will not pass by itself', () => {
    for (const reason of REASONS.filter((one) => !TRANSIENT_REASONS.has(one)))
      expect(afterAttempt(ended('errored', reason), fresh, policy)).toEqual({ kind: 'settle', isInError: false });
  });

  it('waits as long as a host asks, but at most an hour', () => {
    expect(afterAttempt(ended('errored', 'network', 30_000), fresh, policy)).toEqual({ kind: 'retry', delayMs: 30_000 });
    expect(afterAttempt(ended('errored', 'network', 10), fresh, policy)).toEqual({ kind: 'retry', delayMs: 1000 });
    expect(afterAttempt(ended('errored', 'network', 86_400_000), fresh, policy)).toEqual({ kind: 'retry', delayMs: 3_600_000 });
  });

  it('counts crashes apart from retries, and a loop of them goes to ERROR', () => {
    const crashed: AttemptEnd = { kind: 'crashed' };
    expect(afterAttempt(crashed, { ...fresh, retries: 3 }, policy)).toEqual({ kind: 'crash', delayMs: 1000 });
    expect(afterAttempt(crashed, { ...fresh, crashes: 1 }, { ...policy, limit: 0 })).toEqual({ kind: 'crash', delayMs: 2000 });
    expect(afterAttempt(crashed, { ...fresh, crashes: CRASH_LIMIT - 1 }, policy)).toEqual({ kind: 'settle', isInError: true });
  });

  it('never tries a cancelled run again', () => {
    for (const end of [ended('errored', 'network'), { kind: 'crashed' } as const])
      expect(afterAttempt(end, { ...fresh, isCancelled: true }, policy)).toEqual({ kind: 'settle', isInError: false });
  });

  it('never waits longer than it may, nor less than half of what doubles', () => {
    const random = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 19 }), fc.integer({ min: 1000, max: 3_600_000 }), random, (retries, maxMs, value) => {
        const after = afterAttempt(ended('errored', 'git'), { ...fresh, retries }, { limit: 20, maxMs, random: () => value });
        const full = Math.min(1000 * 2 ** retries, maxMs);
        return after.kind === 'retry' && after.delayMs >= Math.floor(full / 2) && after.delayMs <= full;
      }),
    );
  });
});
