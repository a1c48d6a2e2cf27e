/** Which slots of a schedule become runs now, which are dropped and why, and when the next one is. Pure. */
import { createHash } from 'node:crypto';
import { nextFireTime, previousFireTime } from './cron/fire-times.ts';
import type { CronSchedule } from './cron/parse-cron.ts';

/** What becomes of slots that nobody saw pass: the latest one runs, none, or all of them. */
export const MISSED_POLICIES = ['latest', 'skip', 'all'] as const;
export type MissedPolicy = (typeof MISSED_POLICIES)[number];

/** What becomes of a slot while an earlier run of its agent is not settled. */
export const OVERLAP_POLICIES = ['skip', 'queue', 'cancel'] as const;
export type OverlapPolicy = (typeof OVERLAP_POLICIES)[number];

/** Why a slot did not become a run. */
export const DROP_REASONS = ['missed', 'too-old', 'too-many', 'overlap', 'paused', 'in-error', 'disabled'] as const;
export type DropReason = (typeof DROP_REASONS)[number];

export interface SlotPolicy {
  readonly missed: MissedPolicy;
  /** Slots older than this are dropped whatever `missed` says. */
  readonly windowMs: number;
  readonly overlap: OverlapPolicy;
}

export interface SlotQuestion {
  readonly schedule: CronSchedule;
  /** Nominal time of the first slot that was not dealt with. */
  readonly nextSlotAt: Date;
  /** Milliseconds by which this agent starts later than its slots. */
  readonly jitterMs: number;
  readonly now: Date;
  readonly policy: SlotPolicy;
  /** Whether a run of the agent, or an earlier slot, is not settled yet. */
  readonly isBusy: boolean;
  /** Whether more than the running one waits already. */
  readonly isQueued: boolean;
}

export interface SlotPlan {
  /** Nominal times that become runs, oldest first. */
  readonly runs: readonly Date[];
  /** Oldest first. */
  readonly dropped: readonly SlotDrop[];
  readonly cancelsRunning: boolean;
  /** Null when the schedule never fires again. */
  readonly nextSlotAt: Date | null;
}

/** One slot that did not become a run, or with `since` all of them from there on, of which there are too many to name each. */
export interface SlotDrop {
  readonly slot: Date;
  readonly reason: DropReason;
  readonly since: Date | null;
}

/** `all` makes at most so many runs, and so many slots are looked at one by one. */
export const MOST_SLOTS = 100;
/** A slot that is later than this was missed. */
const MISSED_AFTER_MS = 60_000;

/** Slots from `nextSlotAt` up to now. */
export function planSlots(question: SlotQuestion): SlotPlan {
  const { schedule, nextSlotAt, now, policy, jitterMs } = question;
  const upTo = new Date(now.getTime() - jitterMs);
  if (nextSlotAt > upTo) return { runs: [], dropped: [], cancelsRunning: false, nextSlotAt };
  const { due, beyond } = newestSlots(schedule, nextSlotAt, upTo);
  const isFresh = (slot: Date): boolean => upTo.getTime() - slot.getTime() <= policy.windowMs;
  const fresh = due.filter(isFresh);
  const chosen = choose(fresh, policy.missed, upTo);
  const runs = hasRoom(question) ? chosen : [];
  const reasonOf = (slot: Date): DropReason => {
    if (chosen.includes(slot)) return 'overlap';
    if (!isFresh(slot)) return 'too-old';
    return policy.missed === 'all' ? 'too-many' : 'missed';
  };
  const named = due.filter((slot) => !runs.includes(slot)).map((slot) => ({ slot, reason: reasonOf(slot), since: null }));
  const rest = beyond === null ? [] : [{ slot: beyond, reason: reasonOf(beyond), since: nextSlotAt }];
  return {
    runs,
    dropped: [...rest, ...named],
    cancelsRunning: runs.length > 0 && question.isBusy && policy.overlap === 'cancel',
    nextSlotAt: nextFireTime(schedule, upTo),
  };
}

/** The newest slots of a span, oldest first, and the newest of those before them. */
function newestSlots(schedule: CronSchedule, from: Date, upTo: Date): { due: readonly Date[]; beyond: Date | null } {
  const due: Date[] = [];
  let slot = previousFireTime(schedule, new Date(upTo.getTime() + 1));
  for (; slot !== null && slot >= from && due.length < MOST_SLOTS; slot = previousFireTime(schedule, slot)) due.push(slot);
  return { due: due.reverse(), beyond: slot !== null && slot >= from ? slot : null };
}

function choose(due: readonly Date[], missed: MissedPolicy, upTo: Date): readonly Date[] {
  if (missed === 'all') return due;
  const newest = due.slice(-1);
  return missed === 'latest' ? newest : newest.filter((slot) => upTo.getTime() - slot.getTime() <= MISSED_AFTER_MS);
}

function hasRoom({ policy, isBusy, isQueued }: SlotQuestion): boolean {
  if (!isBusy || policy.missed === 'all' || policy.overlap === 'cancel') return true;
  return policy.overlap === 'queue' && !isQueued;
}

/** Milliseconds by which an agent always starts later, at most `maxMs` and before its next slot: the same on each machine and in each round. */
export function jitterOf(agentId: string, maxMs: number, gapMs: number): number {
  const bound = Math.min(maxMs, Math.floor(gapMs / 2));
  if (bound <= 0) return 0;
  return createHash('sha256').update(agentId).digest().readUInt32BE(0) % bound;
}
