/** Webhooks that wait to be acted on, and when each is due: one that failed for a passing reason is put off, and keeps no other waiting. */
import { retryDelayMs } from '../../scheduler/retry-delay.ts';
import type { InboxItem } from './inbox.ts';

/** Milliseconds before the attempt after `attempt`, which is counted from 1. */
export type PauseMs = (attempt: number) => number;

export interface WaitingList {
  readonly size: number;
  add(item: InboxItem): void;
  /** The oldest that is due, or null. Comments on one issue keep their order: a later one may take back an earlier one. */
  next(now: number): InboxItem | null;
  /** Milliseconds until one is due; null when there is none. */
  dueIn(now: number): number | null;
  /** Returns for how many milliseconds. */
  putOff(item: InboxItem, now: number): number;
  /** Puts the item in the place of the one of its name. */
  replace(item: InboxItem): void;
  remove(item: InboxItem): void;
}

const LONGEST_PAUSE_MS = 300_000;

/** 1 s, 2 s, 4 s … at most 5 min, with jitter, for as long as it takes. */
export const growingPause: PauseMs = (attempt) =>
  retryDelayMs(attempt, { limit: Number.POSITIVE_INFINITY, maxMs: LONGEST_PAUSE_MS, random: Math.random }) ?? LONGEST_PAUSE_MS;

/** All of `items` are due at once. */
export function createWaitingList(items: readonly InboxItem[], pauseMs: PauseMs = growingPause): WaitingList {
  const waiting = items.map((item) => ({ item, attempts: 0, dueAt: 0 }));
  const heads = (): typeof waiting => {
    const lanes = new Set<string>();
    return waiting.filter(({ item }) => {
      const lane = laneOf(item);
      return !lanes.has(lane) && lanes.add(lane);
    });
  };
  const indexOf = ({ name }: InboxItem): number => waiting.findIndex(({ item }) => item.name === name);
  return {
    get size() {
      return waiting.length;
    },
    add: (item) => void waiting.push({ item, attempts: 0, dueAt: 0 }),
    next: (now) => heads().find(({ dueAt }) => dueAt <= now)?.item ?? null,
    dueIn: (now) => (waiting.length === 0 ? null : Math.max(0, Math.min(...heads().map(({ dueAt }) => dueAt)) - now)),
    putOff(item, now) {
      const entry = waiting[indexOf(item)];
      if (entry === undefined) return 0;
      entry.item = item;
      entry.attempts += 1;
      const pause = pauseMs(entry.attempts);
      entry.dueAt = now + pause;
      return pause;
    },
    replace(item) {
      const entry = waiting[indexOf(item)];
      if (entry !== undefined) entry.item = item;
    },
    remove(item) {
      const index = indexOf(item);
      if (index >= 0) waiting.splice(index, 1);
    },
  };
}

function laneOf({ name, trigger }: InboxItem): string {
  return trigger.kind === 'comment' ? `${trigger.repository.fullName}#${trigger.number}` : name;
}
