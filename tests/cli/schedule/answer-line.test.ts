import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerLine } from '../../../cli/schedule/answer-line.ts';

const now = new Date('2026-03-07T00:00:00Z');
const ask = (question: unknown): { next?: string[]; error?: { code: string; message: string } } =>
  JSON.parse(answerLine(typeof question === 'string' ? question : JSON.stringify(question), now)) as never;

describe('a question in a line', () => {
  it('is answered with times in its zone, strictly after a moment', () => {
    expect(ask({ cron: '30 2 * * *', tz: 'America/New_York', from: '2026-03-07T07:30:00Z', n: 2 })).toEqual({
      next: ['2026-03-08T03:00:00-04:00', '2026-03-09T02:30:00-04:00'],
    });
    expect(ask({ cron: '15 2 * * *', tz: 'Australia/Lord_Howe', from: '2026-10-03T00:00:00+10:30', n: 2 })).toEqual({
      next: ['2026-10-03T02:15:00+10:30', '2026-10-04T02:30:00+11:00'],
    });
  });

  it('asks for one time in UTC from now on when it says no more, or null', () => {
    const one = { next: ['2026-03-07T01:00:00+00:00'] };
    expect(ask({ cron: '@hourly' })).toEqual(one);
    expect(ask({ cron: '@hourly', tz: null, from: null, n: null })).toEqual(one);
  });

  it('gets fewer times than it asks for at the end of the calendar', () => {
    expect(ask({ cron: '@yearly', from: '9998-06-01T00:00:00Z', n: 9 })).toEqual({ next: ['9999-01-01T00:00:00+00:00'] });
  });

  it.each([
    ['', 'not-json', 'expected an object such as {"cron"'],
    ['{"cron":', 'not-json', 'expected an object'],
    ['[]', 'question', 'got a list'],
    ['null', 'question', 'got null'],
    ['"* * * * *"', 'question', 'got "* * * * *"'],
    ['{}', 'question', 'cron: expected text, got nothing'],
    ['{"cron":5}', 'question', 'cron: expected text, got 5'],
    ['{"cron":"* * * * *","cronn":1}', 'question', 'unknown key "cronn" – did you mean "cron"?; known are cron, tz, from, n'],
    ['{"cron":"* * * * *","__proto__":{}}', 'question', 'unknown key "__proto__"'],
    ['{"cron":"* * * * *","tz":5}', 'zone', 'tz: expected text, got 5'],
    ['{"cron":"* * * * *","tz":"Europe/Berln"}', 'zone', 'did you mean "Europe/Berlin"?'],
    ['{"cron":"* * * * *","from":1772841600000}', 'from', 'from: expected text, got 1772841600000'],
    ['{"cron":"* * * * *","from":"2026-03-07"}', 'from', 'expected a time with its offset'],
    ['{"cron":"* * * * *","n":"5"}', 'number', 'n: expected a whole number, got "5"'],
    ['{"cron":"* * * * *","n":0}', 'number', 'from 1 to 1000, got 0'],
    ['{"cron":"* * * * *","n":1001}', 'number', 'got 1001'],
    ['{"cron":"* * * * *","n":1.5}', 'number', 'got 1.5'],
    ['{"cron":"* * * * *","n":1e999}', 'number', 'from 1 to 1000'],
    ['{"cron":"60 * * * *"}', 'field', 'minute (field 1)'],
    ['{"cron":""}', 'empty', 'got an empty text'],
    ['{"cron":"0 0 31 2 *"}', 'never-fires', 'never fires'],
    ['{"cron":"@reboot"}', 'unsupported', '@reboot'],
    ['{"cron":"* * *"}', 'field-count', 'got 3'],
  ])('%s is refused: %s', (line, code, part) => {
    const { error } = ask(line);
    expect(error?.code).toBe(code);
    expect(error?.message).toContain(part);
  });

  it('is refused when it was too long to be read', () => {
    expect(JSON.parse(answerLine(null, now))).toEqual({
      error: { code: 'line-too-long', message: 'expected at most 65536 bytes in a line' },
    });
  });

  it('is answered by one line whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.json(), fc.record({ cron: fc.string(), tz: fc.string(), from: fc.string(), n: fc.double() })),
        (any) => {
          const answer = answerLine(typeof any === 'string' ? any : JSON.stringify(any), now);
          expect(answer).not.toContain('\n');
          expect(Object.keys(JSON.parse(answer) as object)).toHaveLength(1);
        },
      ),
    );
  });
});
