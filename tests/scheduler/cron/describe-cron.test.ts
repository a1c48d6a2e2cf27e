import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeCron } from '../../../scheduler/cron/describe-cron.ts';
import { parseCron } from '../../../scheduler/cron/parse-cron.ts';

describe('an expression in words', () => {
  it.each([
    ['*/5 * * * *', 'Every 5 minutes'],
    ['30 2 * * *', 'At 02:30'],
    ['0 9 * * MON-FRI', 'At 09:00, Monday through Friday'],
    ['15 10 3 * * *', 'At 03:10:15'],
    ['@hourly', 'Every hour'],
    ['@yearly', 'At 00:00, on day 1 of the month, only in January'],
    ['0 0 l * *', 'At 00:00, on the last day of the month'],
    ['0 0 L-3 * *', 'At 00:00, 3 days before the last day of the month'],
    ['0 0 15W * *', 'At 00:00, on the weekday nearest day 15 of the month'],
    ['0 0 LW * *', 'At 00:00, on the last weekday of the month'],
    ['0 0 * * fril', 'At 00:00, on the last Friday of the month'],
    ['0 0 * * MON#1,WED#3', 'At 00:00, on the first Monday and third Wednesday of the month'],
    // What cronstrue alone gets wrong, or does not take.
    ['0 0 L-3W * *', 'At 00:00, on the weekday nearest to 3 days before the last day of the month'],
    ['0 0 1,15W * *', 'At 00:00, on day 1 of the month and on the weekday nearest day 15 of the month'],
    ['0 0 L,15 * *', 'At 00:00, on the last day of the month and on day 15 of the month'],
    ['0 0 1 * MON', 'At 00:00, on day 1 of the month or on Monday'],
    ['0 0 */2 * MON', 'At 00:00, every 2 days in a month, but only on Monday'],
    ['0 0 1 * */2', 'At 00:00, on day 1 of the month, but only on Sunday, Tuesday, Thursday, and Saturday'],
    ['0 0 * * 0-7', 'At 00:00'],
    ['0 2 * * *,MON', 'At 02:00'],
    ['0 0 1,15 JAN-MAR FRI#2', 'At 00:00, on day 1 and 15 of the month or on the second Friday of the month, January through March'],
  ])('%s', (expression, words) => expect(describeCron(expression)).toBe(words));

  it('gives back what is no expression', () => expect(describeCron('every day')).toBe('every day'));

  it('finds words for whatever is accepted', () => {
    const field = (...items: string[]): fc.Arbitrary<string> =>
      fc.array(fc.constantFrom('*', '1', '5-7', '*/3', '2/4', ...items), { minLength: 1, maxLength: 3 }).map((list) => list.join(','));
    const days = [field('L', 'L-2', '7W', 'LW', 'L-1W'), field('JAN', 'OCT-DEC'), field('MON#2', '3L', 'FRI-SUN', '7')];
    fc.assert(
      fc.property(fc.tuple(field('0-59'), field('0-23'), ...days), (fields) => {
        const expression = fields.join(' ');
        expect(parseCron(expression, 'UTC').ok).toBe(true);
        expect(describeCron(expression)).not.toMatch(/undefined|null|NaN|error|^$|, ,|,$/i);
      }),
      { numRuns: 3000 },
    );
  });
});
