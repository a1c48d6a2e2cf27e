/** One line of a program that talks to the cron calculator: a question as JSON, answered by one line of JSON. */
import { didYouMean } from '../config/nearest-name.ts';
import { answerOf, isQuestionError, readQuestion, shownTimes, type QuestionError, type QuestionText } from './question.ts';

const KEYS = ['cron', 'tz', 'from', 'n'] as const;

/** `{"next":[…]}` or `{"error":{"code","message"}}`, without the line feed. `line` null: it was too long to be read. Never throws. */
export function answerLine(line: string | null, now: Date): string {
  const text = line === null ? TOO_LONG : questionIn(line);
  if (isProblem(text)) return JSON.stringify({ error: text });
  const question = readQuestion(text, now);
  if (isQuestionError(question)) return JSON.stringify({ error: { code: question.code, message: question.message } });
  return JSON.stringify({ next: shownTimes(answerOf(question), question.schedule) });
}

/** Characters of a line; the longest question that makes sense has fewer than 1,000. */
export const LONGEST_LINE = 65_536;

const TOO_LONG: QuestionError = { code: 'line-too-long', message: `expected at most ${LONGEST_LINE} bytes in a line` };
const EXPECTED = 'expected an object such as {"cron":"30 2 * * *","tz":"America/New_York","from":"2026-03-07T00:00:00Z","n":5}';

function questionIn(line: string): QuestionText | QuestionError {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return { code: 'not-json', message: `${EXPECTED}; ${error instanceof Error ? error.message.slice(0, 120) : 'not JSON'}` };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { code: 'question', message: `${EXPECTED}, got ${kindOf(value)}` };
  const fields = value as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(fields).find((key) => !(KEYS as readonly string[]).includes(key));
  if (unknown !== undefined) {
    const key = unknown.slice(0, 40);
    return { code: 'question', message: `unknown key ${JSON.stringify(key)}${didYouMean(key, KEYS)}; known are ${KEYS.join(', ')}` };
  }
  const wrong = [
    expectation(fields, 'cron', 'string'),
    expectation(fields, 'tz', 'string'),
    expectation(fields, 'from', 'string'),
    expectation(fields, 'n', 'number'),
  ];
  return wrong.find((problem) => problem !== null) ?? (value as QuestionText);
}

/** `null` stands for a key that is left out. */
function expectation(
  fields: Readonly<Record<string, unknown>>,
  key: (typeof KEYS)[number],
  type: 'string' | 'number',
): QuestionError | null {
  const value = fields[key] ?? undefined;
  if (value === undefined && key !== 'cron') return null;
  if (typeof value === type) return null;
  const code = key === 'n' ? 'number' : key === 'from' ? 'from' : key === 'tz' ? 'zone' : 'question';
  return { code, message: `${key}: expected ${type === 'string' ? 'text' : 'a whole number'}, got ${kindOf(value)}` };
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return JSON.stringify(value).slice(0, 60);
}

function isProblem(read: QuestionText | QuestionError): read is QuestionError {
  return 'code' in read;
}
