/** Reads the six fields of an expression into the times that they name. */
import { accepted, quoted, refused, type CronResult } from './cron-error.ts';
import { monthDayRule, weekdayRule, type DayRules, type MonthDayRule, type WeekdayRule } from './day-rules.ts';
import type { FieldText } from './split-expression.ts';
import { plainValues } from './plain-values.ts';

/** When an expression fires by a clock on the wall, without a zone. */
export interface CronFields {
  /** Ascending, at least one each. */
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** Bit m is month m, January bit 1. */
  readonly months: number;
  readonly days: DayRules;
  /**
   * Whether the field of the minute or that of the hour begins with `*`, as cronie tells them apart. Such an expression follows
   * real time when the clock is changed; every other one names fixed times of the day. The second plays no part.
   */
  readonly followsRealTime: boolean;
}

/** One field: plain values and what else its items say. */
interface FieldValues {
  readonly values: readonly number[];
  readonly rules: readonly (MonthDayRule | WeekdayRule)[];
}

/** Refuses with the code `field`, or `unsupported` for what other cron programs know. */
export function parseFields(fields: readonly FieldText[]): CronResult<CronFields> {
  const parsed: FieldValues[] = [];
  for (const field of fields) {
    const values = parseField(field);
    if (!values.ok) return values;
    parsed.push(values.value);
  }
  const values = (index: number): readonly number[] => parsed[index]?.values ?? [];
  const isOpen = (index: number): boolean => /^[*?]/.test(fields[index]?.text ?? '');
  return accepted({
    seconds: values(0),
    minutes: values(1),
    hours: values(2),
    months: bits(values(4)),
    days: {
      monthDays: bits(values(3)),
      monthDayRules: (parsed[3]?.rules ?? []) as readonly MonthDayRule[],
      weekdays: bits(values(5)),
      weekdayRules: (parsed[5]?.rules ?? []) as readonly WeekdayRule[],
      combine: isOpen(3) || isOpen(5) ? 'both' : 'either',
    },
    followsRealTime: isOpen(1) || isOpen(2),
  });
}

function parseField(field: FieldText): CronResult<FieldValues> {
  const values = new Set<number>();
  const rules: (MonthDayRule | WeekdayRule)[] = [];
  let at = field.at;
  for (const written of field.text.split(',')) {
    const item = itemOf(written.toUpperCase(), field);
    const rule = ruleOf(item, field);
    const plain = rule === null ? plainValues(field.kind, item) : null;
    if (rule !== null) rules.push(rule);
    else if (plain !== null) for (const value of plain) values.add(field.kind.name === 'day of week' ? value % 7 : value);
    else return fault(field, written, at);
    at += written.length + 1;
  }
  return accepted({ values: [...values].sort((a, b) => a - b), rules });
}

/** `?` is another way to say that a day field asks for nothing; it stands alone. */
function itemOf(item: string, field: FieldText): string {
  return field.text === '?' && field.kind.name.startsWith('day') ? '*' : item;
}

function ruleOf(item: string, { kind }: FieldText): MonthDayRule | WeekdayRule | null {
  if (kind.name === 'day of month') return monthDayRule(item);
  return kind.name === 'day of week' ? weekdayRule(item, kind.names) : null;
}

function fault(field: FieldText, written: string, at: number): CronResult<never> {
  const place = `${field.kind.name} (field ${field.number})`;
  if (/^H(?![A-Z])/i.test(written) || written.includes('~'))
    return refused('unsupported', `${place}: random times such as ${quoted(written)} cannot be given; expected ${field.kind.expected}`);
  const came = written === '' ? 'nothing beside a comma' : quoted(written);
  return refused('field', `${place}: expected ${field.kind.expected}; got ${came} at character ${at}`);
}

function bits(values: readonly number[]): number {
  return values.reduce((all, value) => all | (1 << value), 0);
}
