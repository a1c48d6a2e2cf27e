import { describe, expect, it } from 'vitest';
import { format } from 'prettier';
import { apiReference } from '../../../agents/checks/api-reference.ts';
import { checkFixture } from '../../support/check-fixture.ts';
import type { CheckFixture } from '../../support/check-fixture.ts';

const region = (path: string, content = ''): string => `<!-- upkeep:api-reference ${path} -->\n${content}<!-- /upkeep:api-reference -->\n`;

async function told(repository: CheckFixture): Promise<string[]> {
  const report = await repository.inspect(apiReference);
  expect(report.outcome, report.hint).toBe('passed');
  return report.findings.map(
    ({ path, line, rule, severity, fixable, message }) => `${path}:${line} ${rule} ${severity}${fixable ? ' fixable' : ''}: ${message}`,
  );
}

/** The list that is written for a module. */
async function listed(files: Readonly<Record<string, string>>, path = 'src/index.ts'): Promise<string[]> {
  const repository = checkFixture({ ...files, 'API.md': region(path) });
  await repository.fix(apiReference, ['API.md']);
  return repository.read('API.md').split('\n').slice(2, -3);
}

describe('the API reference', () => {
  it('is written between the markers, stays as it is, and follows the module', async () => {
    const repository = checkFixture({
      'src/a.ts': '/** Adds two numbers. They may be large. */\nexport function add(a: number, b = 1): number { return a + b; }\n',
      'docs/api.md': `# API\n\n${region('src/a.ts')}\nAfter.\n`,
    });
    expect(await told(repository)).toEqual(['docs/api.md:3 api-reference warning fixable: This is not what src/a.ts exports.']);
    await repository.fix(apiReference, ['docs/api.md']);
    const line = '- `function add(a: number, b = 1): number`: Adds two numbers.';
    const written = `# API\n\n${region('src/a.ts', `\n${line}\n\n`)}\nAfter.\n`;
    expect(repository.read('docs/api.md')).toBe(written);
    expect(await told(repository)).toEqual([]);

    repository.write({ 'src/a.ts': '/** Adds. */\nexport function add(a: number): number { return a; }\n' });
    expect(await told(repository)).toHaveLength(1);
    await repository.fix(apiReference, ['docs/api.md']);
    expect(repository.read('docs/api.md')).toBe(written.replace(line, '- `function add(a: number): number`: Adds.'));
  });

  it('tells every kind of symbol with its signature and the first sentence about it', async () => {
    const source = `
/** Options of {@link open}, e.g. Limits of a <store>. And more. */
export interface Options<T = string> extends Base, Other<T> { readonly a: T }
/** A store. */
export abstract class Store<T extends object> extends Base implements Iterable<T> { private a = 1; }
export type Mode = 'read' | 'write';
export type Large = { ${Array.from({ length: 40 }, (_, at) => `member${at}: string`).join('; ')} };
/** See [the guide](./guide.md) and \`Map<K>\`.

    Not this. */
export enum Level { Low = 1, High }
/** @deprecated Use open. */
export const old = async (path: string, { deep }: Options = {}): Promise<void> => {};
export const LIMIT = 10, NAME = 'x', made = make();
export const typed: Map<string, number> = new Map();
export let changing = 1;
/** Opens by name. */
export function open(name: string): Store<object>;
export function open(name: string, mode?: Mode, ...rest: string[]): Store<object>;
export function open(): Store<object> { throw new Error(); }
/** @internal */
export function hidden(): void {}
function local(): void {}
export namespace Inner { export const a = 1; }
export default class Main {}
`;
    expect(await listed({ 'src/index.ts': source })).toEqual([
      '- `interface Options<T = string> extends Base, Other<T>`: Options of `open`, e.g. Limits of a &lt;store>.',
      '- `abstract class Store<T extends object> extends Base implements Iterable<T>`: A store.',
      "- `type Mode = 'read' | 'write'`",
      '- `type Large`',
      '- `enum Level { Low, High }`: See the guide and `Map<K>`.',
      '- `function old(path: string, { deep }?: Options): Promise<void>`: Deprecated.',
      '- `const LIMIT = 10`',
      "- `const NAME = 'x'`",
      '- `const made`',
      '- `const typed: Map<string, number>`',
      '- `let changing`',
      '- `function open(name: string): Store<object>`: Opens by name.',
      '- `function open(name: string, mode?: Mode, ...rest: string[]): Store<object>`',
      '- `namespace Inner`',
      '- `class default`',
    ]);
  });

  it('follows what is exported from other modules to where it is declared', async () => {
    const list = await listed({
      'src/index.ts':
        "import { b, type B } from './b';\nimport * as all from './b.js';\nexport { b, all };\nexport type { B };\nexport { default as c, d as e } from './c/index.js';\nexport * from './star.mjs';\nexport * as inner from './b.js';\nexport * from 'elsewhere';\nexport { gone } from 'elsewhere';\n",
      'src/b.ts': '/** B. */\nexport const b: number = 1;\nexport interface B {}\n',
      'src/c/index.ts': "export * from '../index.js';\nconst d = 2;\nexport { d };\n/** C. */\nexport default function (): void {}\n",
      'src/star.mts': '/** Shines. */\nexport const star = `a`;\nexport default 1;\n',
    });
    expect(list).toEqual([
      '- `const b: number`: B.',
      '- `all`: Everything of `./b.js`.',
      '- `interface B`',
      '- `function c(): void`: C.',
      '- `const e = 2`',
      '- `` const star = `a` ``: Shines.',
      '- `inner`: Everything of `./b.js`.',
      '- `*`: Everything of `elsewhere`.',
      '- `gone`: From `elsewhere`.',
    ]);
  });

  it('reads JavaScript with the types of its doc comments', async () => {
    const source =
      '/**\n * Adds.\n * @param {number} a first\n * @param {number} [b] second\n * @returns {number}\n */\nexport const add = (a, b) => a + b;\n';
    expect(await listed({ 'src/index.js': source }, 'src/index.js')).toEqual(['- `function add(a: number, b?: number): number`: Adds.']);
  });

  it('is the same when a formatter has been there', async () => {
    const long = Array.from({ length: 30 }, () => 'word').join(' ');
    const repository = checkFixture({ 'a.ts': `/** Does_it *well* with ${long}. */\nexport const a = 1;\n`, 'API.md': region('a.ts') });
    await repository.fix(apiReference, ['API.md']);
    const formatted = await format(repository.read('API.md'), { parser: 'markdown', proseWrap: 'always' });
    expect(formatted).not.toBe(repository.read('API.md'));
    repository.write({ 'API.md': formatted });
    expect(await told(repository)).toEqual([]);
    await repository.fix(apiReference, ['API.md']);
    expect(repository.read('API.md')).toBe(formatted);
  });

  it.each([
    [
      'src/gone.ts',
      'src/gone.ts is no module of this repository: expected is the path of one from the root, as in <!-- upkeep:api-reference src/index.ts -->.',
    ],
    ['./a.ts', './a.ts is no module of this repository: expected is the path of one from the root, perhaps src/a.ts, as in'],
    ['../a.ts', '../a.ts is no module of this repository'],
    ['README.md', 'README.md is no module'],
    ['', 'The marker names no file: expected is'],
    ['src/empty.ts', 'src/empty.ts has no export that could be told from its declarations.'],
  ])('says what was expected of the marker "%s", and writes nothing', async (path, message) => {
    const files = { 'src/a.ts': 'export const a = 1;\n', 'src/empty.ts': 'const a = 1;\n', 'README.md': 'x\n' };
    const repository = checkFixture({ ...files, 'API.md': region(path) });
    const [first, ...more] = await told(repository);
    expect(first).toContain(`API.md:1 api-reference warning: ${message}`);
    expect(more).toEqual([]);
    await repository.fix(apiReference, ['API.md']);
    expect(repository.read('API.md')).toBe(region(path));
  });

  it('does not apply without markers, and reads nothing but modules and the files with markers', async () => {
    expect((await checkFixture({ 'a.ts': '', 'README.md': `\`\`\`md\n${region('a.ts')}\`\`\`\n` }).detect(apiReference)).applies).toBe(
      false,
    );
    const detection = await checkFixture({ 'a.ts': '', 'README.md': region('a.ts') }).detect(apiReference);
    expect(detection).toMatchObject({ applies: true, origin: 'bundled', needsDependencies: false, seesEveryPath: true });
    if (detection.applies)
      expect(['a.ts', 'README.md', 'b.md', 'c.css'].filter((path) => detection.reads(path))).toEqual(['a.ts', 'README.md']);
  });

  it('ends errored when the reader cannot be carried out', async () => {
    const repository = checkFixture({ 'a.ts': '', 'README.md': region('a.ts') });
    expect(await repository.inspect(apiReference, { timeoutMs: 20 })).toMatchObject({ outcome: 'errored', reason: 'timeout' });
  });
});
