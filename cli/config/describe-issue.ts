/** What a zod issue means for a person: what was expected, what came, and the nearest known name. */
import type { z } from 'zod';
import type { ConfigPath, ConfigValue } from './config-layer.ts';
import { valueAt } from './merge-config.ts';
import { didYouMean } from './nearest-name.ts';

/** A problem at a path of the configuration, not yet at a line. */
export interface PathProblem {
  readonly path: ConfigPath;
  readonly part: 'key' | 'value';
  readonly message: string;
  /** A needed key is absent: only the merged configuration can tell. */
  readonly isMissing: boolean;
}

type Issue = z.core.$ZodIssue;

/** One issue can name several unknown keys. `knownAt` lists the keys that the schema has at a path. */
export function describeIssue(issue: Issue, root: ConfigValue, knownAt: (path: ConfigPath) => readonly string[]): PathProblem[] {
  const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
  const value = valueAt(root, path);
  const name = path.join('.');
  const problem = (message: string): PathProblem[] => [{ path, part: 'value', message, isMissing: false }];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      part: 'key',
      isMissing: false,
      message: unknownKey(key, name, knownAt(path)),
    }));
  }
  if (issue.code === 'invalid_key') {
    const key = String(path.at(-1));
    return [
      {
        path,
        part: 'key',
        isMissing: false,
        message: `${path.slice(0, -1).join('.')}: expected ${issue.issues[0]?.message ?? 'another key'}, got ${show(key)}`,
      },
    ];
  }
  if (issue.code === 'invalid_union') return describeUnion(issue, root, knownAt);
  if (value === undefined && issue.code !== 'custom')
    return [{ path, part: 'value', isMissing: true, message: `${name} is missing: expected ${expectation(issue)}` }];
  const subject = name === '' ? 'the configuration' : name;
  return problem(`${subject}: expected ${expectation(issue)}, got ${show(value)}${suggestion(issue, value)}`);
}

/** Of several forms the one that the value resembles is explained. */
function describeUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  root: ConfigValue,
  knownAt: (path: ConfigPath) => readonly string[],
): PathProblem[] {
  const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
  const resembling = issue.errors.find((errors) => errors.every((error) => error.path.length > 0 || error.code === 'unrecognized_keys'));
  if (resembling) return resembling.flatMap((error) => describeIssue({ ...error, path: [...issue.path, ...error.path] }, root, knownAt));
  const forms = issue.errors.map((errors) => (errors[0] ? expectation(errors[0]) : 'another value'));
  return [
    {
      path,
      part: 'value',
      isMissing: false,
      message: `${path.join('.')}: expected ${[...new Set(forms)].join(' or ')}, got ${show(valueAt(root, path))}`,
    },
  ];
}

function unknownKey(key: string, parent: string, known: readonly string[]): string {
  const place = parent === '' ? '' : ` in ${parent}`;
  const hint = didYouMean(key, known);
  const list = hint === '' && known.length > 0 ? `; known here: ${known.slice(0, 20).join(', ')}` : '';
  return `unknown key ${show(key)}${place}${hint}${list}`;
}

function suggestion(issue: Issue, value: ConfigValue | undefined): string {
  if (issue.code !== 'invalid_value' || typeof value !== 'string') return '';
  return didYouMean(
    value,
    issue.values.filter((one): one is string => typeof one === 'string'),
  );
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  tuple: 'a list of texts',
  object: 'an object of settings',
  record: 'an object of settings',
};

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPE_WORDS[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.length === 1
        ? show(issue.values[0] as ConfigValue)
        : `one of ${issue.values.map((value) => show(value as ConfigValue)).join(', ')}`;
    case 'too_small':
      return bound(issue.origin, 'at least', Number(issue.minimum));
    case 'too_big':
      return bound(issue.origin, 'at most', Number(issue.maximum));
    default:
      return issue.message;
  }
}

function bound(origin: string, word: string, limit: number): string {
  if (origin === 'string') return `${word} ${limit} character${limit === 1 ? '' : 's'}`;
  if (origin === 'array') return `a list of ${word} ${limit}`;
  return `a number of ${word} ${limit}`;
}

/** A value as JSON, cut. */
export function show(value: ConfigValue | undefined): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
