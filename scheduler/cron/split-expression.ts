/** Takes a cron expression apart into six fields, without looking into them. */
import { accepted, quoted, refused, type CronResult } from './cron-error.ts';
import { FIELD_KINDS, type FieldKind } from './field-kinds.ts';

/** Characters; listing every value of every field takes fewer than anyone needs of them. */
export const MAX_EXPRESSION_LENGTH = 256;

const NICKNAMES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** One field as it was written. */
export interface FieldText {
  readonly kind: FieldKind;
  readonly text: string;
  /** Its number for people, counted from 1 as written. */
  readonly number: number;
  /** Its first character in the expression, counted from 1. */
  readonly at: number;
}

/** Six fields, the second first; the second is `0` where five were written. `@daily` and its kin become what they stand for. */
export function splitExpression(expression: string): CronResult<readonly FieldText[]> {
  if (expression.length > MAX_EXPRESSION_LENGTH)
    return refused('too-long', `expected at most ${MAX_EXPRESSION_LENGTH} characters, got ${expression.length}`);
  const trimmed = expression.trim();
  if (trimmed === '') return refused('empty', 'expected a cron expression such as "*/5 * * * *", got an empty text');
  if (trimmed.startsWith('@')) {
    const full = NICKNAMES[trimmed.toLowerCase()];
    return full === undefined ? refused('unsupported', nicknameFault(trimmed)) : splitExpression(full);
  }
  if (/^(CRON_)?TZ=/i.test(trimmed)) return refused('unsupported', 'the time zone is not part of the expression: it is given apart');
  const words = [...expression.matchAll(/\S+/g)];
  if (words.length !== 5 && words.length !== 6) return refused('field-count', countFault(words.length));
  const fields = words.map((word, index) => ({ text: word[0], number: index + 1, at: word.index + 1 }));
  const six = fields.length === 6 ? fields : [{ text: '0', number: 0, at: 0 }, ...fields];
  return accepted(FIELD_KINDS.map((kind, index) => ({ kind, ...(six[index] ?? { text: '*', number: 0, at: 0 }) })));
}

function nicknameFault(nickname: string): string {
  const known = Object.keys(NICKNAMES).join(', ');
  return nickname.toLowerCase() === '@reboot'
    ? `@reboot names no time of the clock; expected fields or one of ${known}`
    : `expected fields or one of ${known}, got ${quoted(nickname)}`;
}

function countFault(count: number): string {
  const hint = count === 7 ? '; a year cannot be given' : '';
  return `expected 5 fields (minute, hour, day of month, month, day of week) or 6 with the second first, got ${count}${hint}`;
}
