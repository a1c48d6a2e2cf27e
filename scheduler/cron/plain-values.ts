/** The values of one item of a field – a number, a name, a range, a step – as cron-parser reads it. The only file that imports cron-parser. */
import { CronExpressionParser } from 'cron-parser';
import { FIELD_KINDS, type FieldKind, type FieldName } from './field-kinds.ts';

/** Numbers and names, a range of two of them, each with a step. Nothing else reaches cron-parser, which also knows random `H`. */
const PLAIN = /^(?:\*|(?:\d{1,4}|[A-Z]{3})(?:-(?:\d{1,4}|[A-Z]{3}))?)(?:\/(\d{1,4}))?$/;

const FIELD_OF = {
  second: 'second',
  minute: 'minute',
  hour: 'hour',
  'day of month': 'dayOfMonth',
  month: 'month',
  'day of week': 'dayOfWeek',
} as const satisfies Record<FieldName, string>;

/** Answers that are remembered, since most expressions say the same; a bound, since anybody may write one. */
const KEPT_ANSWERS = 1000;
const answers = new Map<string, readonly number[] | null>();

/** The values of an item in capitals, or null when it is none. A step wider than its field is none: 90 minutes are no step of an hour. */
export function plainValues(kind: FieldKind, item: string): readonly number[] | null {
  const plain = PLAIN.exec(item);
  if (plain === null || Number(plain[1] ?? 1) > kind.size) return null;
  const key = `${kind.name} ${item}`;
  let answer = answers.get(key);
  if (answer === undefined) {
    if (answers.size >= KEPT_ANSWERS) answers.clear();
    answer = askCronParser(kind, item);
    answers.set(key, answer);
  }
  return answer;
}

function askCronParser(kind: FieldKind, item: string): readonly number[] | null {
  // A week that ends on Sunday is written FRI-SUN; as numbers that is 5-7.
  const forward = kind.name === 'day of week' ? item.replace(/(?<!^SUN)-SUN(?=$|\/)/, '-7') : item;
  const expression = FIELD_KINDS.map(({ name, first }) => (name === kind.name ? forward : name === 'day of week' ? '*' : first)).join(' ');
  try {
    return CronExpressionParser.parse(expression, { tz: 'UTC' }).fields[FIELD_OF[kind.name]].values.map(Number);
  } catch {
    // Its messages name no field and no place; ours do.
    return null;
  }
}
