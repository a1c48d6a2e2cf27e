/** A question to the cron calculator: whether it makes sense, and its answer. */
import type { CronErrorCode } from '../../scheduler/cron/cron-error.ts';
import { nextFireTime } from '../../scheduler/cron/fire-times.ts';
import { localIso } from '../../scheduler/cron/local-time.ts';
import { parseCron, type CronSchedule } from '../../scheduler/cron/parse-cron.ts';
import { readInstant } from './read-instant.ts';

/** What can be wrong with a question: the expression, its zone, or the rest of it. */
export type QuestionErrorCode = CronErrorCode | 'not-json' | 'question' | 'from' | 'number' | 'line-too-long';

export interface QuestionError {
  readonly code: QuestionErrorCode;
  readonly message: string;
}

/** Fire times strictly after `from`, at most `count` of them. */
export interface Question {
  readonly schedule: CronSchedule;
  readonly from: Date;
  readonly count: number;
}

/** As a person or a program asks. */
export interface QuestionText {
  readonly cron: string;
  /** Default UTC. */
  readonly tz?: string | null | undefined;
  /** ISO 8601 with an offset; default now. */
  readonly from?: string | null | undefined;
  /** Default 1. */
  readonly n?: number | null | undefined;
}

export const MOST_TIMES = 1000;

/** The question, or the first thing that is wrong with it. */
export function readQuestion(text: QuestionText, now: Date): Question | QuestionError {
  const count = text.n ?? 1;
  if (!Number.isInteger(count) || count < 1 || count > MOST_TIMES)
    return { code: 'number', message: `n: expected a whole number from 1 to ${MOST_TIMES}, got ${count}` };
  const from = text.from === undefined || text.from === null ? now : readInstant(text.from);
  if (from === null)
    return {
      code: 'from',
      message: `from: expected a time with its offset, such as "2026-03-07T00:00:00Z", got ${JSON.stringify((text.from ?? '').slice(0, 60))}`,
    };
  const parsed = parseCron(text.cron, text.tz ?? 'UTC');
  return parsed.ok ? { schedule: parsed.value, from, count } : parsed.error;
}

export function isQuestionError(read: Question | QuestionError): read is QuestionError {
  return 'code' in read;
}

/** In order; fewer than asked for only at the end of the calendar. */
export function answerOf({ schedule, from, count }: Question): readonly Date[] {
  const times: Date[] = [];
  let next = nextFireTime(schedule, from);
  while (next !== null && times.length < count) {
    times.push(next);
    if (times.length < count) next = nextFireTime(schedule, next);
  }
  return times;
}

/** `2026-03-08T03:00:00-04:00` in the zone of the schedule. */
export function shownTimes(times: readonly Date[], { clock }: CronSchedule): readonly string[] {
  return times.map((time) => localIso(time, clock));
}
