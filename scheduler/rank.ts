/** Who goes first: runs in the order of the time since which they could start, less a head start for their priority. Pure. */
import type { Priority } from '../ledger/outcome.ts';

/** `aged`: a head start, so that everything has its turn; `strict`: a higher priority always first. */
export const QUEUE_ORDERS = ['aged', 'strict'] as const;
export type QueueOrder = (typeof QUEUE_ORDERS)[number];

const MINUTE_MS = 60_000;

/** How much longer a run may be behind others of its priority and still be first. A LOW run waits at most this much for CRITICAL ones. */
export const HEAD_START_MS: Readonly<Record<Priority, number>> = {
  LOW: 0,
  NORMAL: 5 * MINUTE_MS,
  HIGH: 15 * MINUTE_MS,
  CRITICAL: 60 * MINUTE_MS,
};

const LEVEL: Readonly<Record<Priority, number>> = { LOW: 0, NORMAL: 1, HIGH: 2, CRITICAL: 3 };
/** Longer than any service lives, and small enough for exact sums. */
const STRICT_LEVEL_MS = 1e14;

/** Place in the queue, in milliseconds; smallest first. */
export function rankOf(eligibleAt: Date, priority: Priority, order: QueueOrder): number {
  const headStart = order === 'strict' ? LEVEL[priority] * STRICT_LEVEL_MS : HEAD_START_MS[priority];
  return eligibleAt.getTime() - headStart;
}

const SINCE_SECONDS = Date.UTC(2026, 0, 1) / 1000;
/** The queue's priorities are 32-bit integers: four levels of 15 years each, seen from 2026. */
const STRICT_LEVEL = 500_000_000;

/** The same order in whole seconds, as the queue's engine wants it: largest first. Equal ones keep the order in which they came. */
export function jobPriorityOf(eligibleAt: Date, priority: Priority, order: QueueOrder): number {
  const seconds = Math.floor(eligibleAt.getTime() / 1000) - SINCE_SECONDS;
  if (order === 'aged') return clamp(HEAD_START_MS[priority] / 1000 - seconds, 2 ** 31 - 1);
  return (LEVEL[priority] - 1.5) * STRICT_LEVEL - clamp(seconds, STRICT_LEVEL / 2 - 1);
}

/** The same in SQL, over a run's `rank` and `eligible_at`. */
export function jobPrioritySql(order: QueueOrder): string {
  const seconds = `floor(extract(epoch FROM eligible_at)) - ${SINCE_SECONDS}`;
  const headStart = `(extract(epoch FROM eligible_at) * 1000 - rank)`;
  const clamped = (value: string, limit: number): string => `greatest(${-limit}, least(${limit}, ${value}))`;
  if (order === 'aged') return clamped(`${headStart} / 1000 - (${seconds})`, 2 ** 31 - 1);
  return `(${headStart} / ${STRICT_LEVEL_MS} - 1.5) * ${STRICT_LEVEL} - ${clamped(seconds, STRICT_LEVEL / 2 - 1)}`;
}

function clamp(value: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, value));
}
