/** The six fields of a cron expression: what each is called and which values it takes. */

export type FieldName = 'second' | 'minute' | 'hour' | 'day of month' | 'month' | 'day of week';

export interface FieldKind {
  readonly name: FieldName;
  readonly first: number;
  /** 7 for the day of week, where it is another 0. */
  readonly last: number;
  /** Different values, so a wider step never takes effect. */
  readonly size: number;
  /** Three letters for each value from the first one on; none for a field without names. */
  readonly names: readonly string[];
  /** What a person may write. */
  readonly expected: string;
}

const STEPS = (range: string, step: string) => `ranges such as ${range}, steps such as ${step} or a list of these`;
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** In the order in which they are written. */
export const FIELD_KINDS: readonly [FieldKind, FieldKind, FieldKind, FieldKind, FieldKind, FieldKind] = [
  { name: 'second', first: 0, last: 59, size: 60, names: [], expected: `0–59, *, ${STEPS('0-29', '*/10')}` },
  { name: 'minute', first: 0, last: 59, size: 60, names: [], expected: `0–59, *, ${STEPS('0-29', '*/5')}` },
  { name: 'hour', first: 0, last: 23, size: 24, names: [], expected: `0–23, *, ${STEPS('9-17', '*/2')}` },
  {
    name: 'day of month',
    first: 1,
    last: 31,
    size: 31,
    names: [],
    expected: `1–31, *, ?, L, L-3, LW, 15W, ${STEPS('1-15', '*/2')}`,
  },
  { name: 'month', first: 1, last: 12, size: 12, names: MONTHS, expected: `1–12, JAN–DEC, *, ${STEPS('6-8', '*/3')}` },
  {
    name: 'day of week',
    first: 0,
    last: 7,
    size: 7,
    names: WEEKDAYS,
    expected: `0–7 (0 and 7 are Sunday), SUN–SAT, *, ?, 5L, MON#2, ${STEPS('MON-FRI', '*/2')}`,
  },
];
