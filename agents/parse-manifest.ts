/** Reads a package.json as people write it: a field of the wrong type counts as absent, and is remembered. */
import { posix } from 'node:path';
import type { PackageManifest, WrongField } from './project.ts';

/** What is wrong with a value below a field: nothing, the whole of it, or some entries of it. */
type Judge = (value: unknown) => readonly Fault[];

interface Fault {
  /** Below the field. */
  readonly at: readonly (string | number)[];
  readonly expected: string;
  readonly got: unknown;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const text =
  (example: string): Judge =>
  (value) =>
    isText(value) ? [] : [{ at: [], expected: `text such as "${example}"`, got: value }];

const record =
  (example: string): Judge =>
  (value) =>
    isRecord(value) ? [] : [{ at: [], expected: `an object such as ${example}`, got: value }];

const textRecord =
  (example: string, entry: string): Judge =>
  (value) =>
    isRecord(value)
      ? Object.entries(value)
          // People write comments under this key.
          .filter(([key, each]) => !key.startsWith('//') && !isText(each))
          .map(([key, each]) => ({ at: [key], expected: `text such as "${entry}"`, got: each }))
      : record(example)(value);

const textList =
  (example: string): Judge =>
  (value) =>
    Array.isArray(value)
      ? value.flatMap((each: unknown, at) => (isText(each) ? [] : [{ at: [at], expected: 'text', got: each }]))
      : [{ at: [], expected: `a list such as ${example}`, got: value }];

const PATTERNS = '["packages/*"]';
const workspaces: Judge = (value) => {
  if (!isRecord(value)) return textList(PATTERNS)(value);
  const packages = value['packages'];
  return (packages ?? null) === null ? [] : textList(PATTERNS)(packages).map((fault) => ({ ...fault, at: ['packages', ...fault.at] }));
};
const dependencies = textRecord('{ "name": "^1.0.0" }', '^1.0.0');

/** Fields that package managers and checks read. Others may hold what they like. */
const FIELDS: Readonly<Record<string, Judge>> = {
  name: text('my-package'),
  version: text('1.0.0'),
  type: text('module'),
  packageManager: text('pnpm@10.0.0'),
  scripts: textRecord('{ "test": "node --test" }', 'node --test'),
  dependencies,
  devDependencies: dependencies,
  optionalDependencies: dependencies,
  peerDependencies: dependencies,
  peerDependenciesMeta: record('{ "name": { "optional": true } }'),
  overrides: record('{ "name": "^1.0.0" }'),
  resolutions: record('{ "name": "^1.0.0" }'),
  pnpm: record('{ "overrides": {} }'),
  bin: (value) => (isText(value) ? [] : textRecord('{ "name": "cli.js" }', 'cli.js')(value)),
  files: textList('["dist"]'),
  workspaces,
};

/** The manifest in `content`, or in words why there is none in it. */
export function parseManifest(path: string, content: string): PackageManifest | { readonly path: string; readonly message: string } {
  let json: unknown;
  try {
    json = JSON.parse(content.replace(/^\uFEFF/, ''));
  } catch (error) {
    return { path, message: (error as Error).message };
  }
  if (!isRecord(json)) return { path, message: `expected an object, got ${shown(json)}` };
  const document = { ...json };
  const wrong: WrongField[] = [];
  for (const [field, judge] of Object.entries(FIELDS)) {
    // `null` says the same as nothing.
    const value = Object.hasOwn(document, field) ? (document[field] ?? undefined) : undefined;
    const faults = value === undefined ? [] : judge(value);
    if (value === undefined || faults.some(({ at }) => at.length === 0)) delete document[field];
    // From the end: what is taken out of a list moves what stands behind it.
    else for (const { at } of faults.toReversed()) document[field] = without(document[field], at);
    wrong.push(...faults.map(({ at, expected, got }) => ({ at: [field, ...at], expected, got: shown(got) })));
  }
  const dir = posix.dirname(path);
  return {
    dir: dir === '.' ? '' : dir,
    path,
    name: isText(document['name']) ? document['name'] : null,
    scripts: textsOf(document['scripts']),
    dependencies: {
      ...textsOf(document['peerDependencies']),
      ...textsOf(document['optionalDependencies']),
      ...textsOf(document['devDependencies']),
      ...textsOf(document['dependencies']),
    },
    json: document,
    wrong,
  };
}

/** The value without what stands at a place in it. */
function without(value: unknown, [key, ...below]: readonly (string | number)[]): unknown {
  if (key === undefined) return undefined;
  if (Array.isArray(value)) return value.filter((_, at) => at !== key);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([each]) => each !== key || below.length > 0);
  return Object.fromEntries(kept.map(([each, part]) => [each, each === key ? without(part, below) : part]));
}

function textsOf(value: unknown): Record<string, string> {
  return isRecord(value) ? Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => isText(entry[1]))) : {};
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isRecord(value)) return 'an object';
  const words = JSON.stringify(value) ?? 'nothing';
  return words.length > 60 ? `${words.slice(0, 59)}…` : words;
}
