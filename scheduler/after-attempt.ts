/** What follows when an attempt at a run has ended: it is settled, tried again, or its agent goes to ERROR. Pure. */
import { TRANSIENT_REASONS, type Outcome, type Reason } from '../ledger/outcome.ts';
import { retryDelayMs } from './retry-delay.ts';

/** How an attempt ended: with an outcome, or without one because its process or its service was gone. */
export type AttemptEnd =
  | {
      readonly kind: 'ended';
      readonly outcome: Outcome;
      readonly reason: Reason | null;
      /** As a host asked for. */ readonly retryAfterMs: number | null;
    }
  | { readonly kind: 'crashed' };

export interface AttemptHistory {
  /** Retries made so far. */
  readonly retries: number;
  /** Crashes before this one; counted apart. */
  readonly crashes: number;
  readonly isCancelled: boolean;
}

export interface RetryPolicy {
  /** Retries of one run. */
  readonly limit: number;
  readonly maxMs: number;
  /** From 0 to 1. */
  random(): number;
}

export type AfterAttempt =
  /** `isInError`: the agent leaves the schedule until somebody brings it back. */
  { readonly kind: 'settle'; readonly isInError: boolean } | { readonly kind: 'retry' | 'crash'; readonly delayMs: number };

/** So many crashes in one run are a crash loop. */
export const CRASH_LIMIT = 3;
/** A host may ask for more patience than `maxMs`, but not for ever. */
const LONGEST_RETRY_AFTER_MS = 60 * 60_000;

/** Decides by the end, what came before and the policy. */
export function afterAttempt(end: AttemptEnd, before: AttemptHistory, policy: RetryPolicy): AfterAttempt {
  if (before.isCancelled) return { kind: 'settle', isInError: false };
  if (end.kind === 'crashed') {
    const crashes = before.crashes + 1;
    if (crashes >= CRASH_LIMIT) return { kind: 'settle', isInError: true };
    return { kind: 'crash', delayMs: retryDelayMs(crashes, { ...policy, limit: CRASH_LIMIT }) ?? 0 };
  }
  if (end.outcome !== 'errored' || end.reason === null || !TRANSIENT_REASONS.has(end.reason)) return { kind: 'settle', isInError: false };
  const delay = retryDelayMs(before.retries + 1, policy);
  if (delay === null) return { kind: 'settle', isInError: true };
  return { kind: 'retry', delayMs: Math.max(delay, Math.min(end.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS)) };
}
