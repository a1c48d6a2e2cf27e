import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importCycles } from '../../../agents/checks/import-cycles.ts';
import { checkFixture } from '../../support/check-fixture.ts';
import type { CheckFixture } from '../../support/check-fixture.ts';

type Files = Readonly<Record<string, string | object>>;

async function cycles(repository: CheckFixture): Promise<string[]> {
  const report = await repository.inspect(importCycles);
  expect(report.outcome, report.hint).not.toBe('errored');
  return report.findings.map(({ path, line, severity, message }) => `${path}:${line} ${severity} ${message}`);
}

const found = (files: Files): Promise<string[]> => cycles(checkFixture(files));

describe('cycles of imports', () => {
  it('finds them across extensions and styles, at the importing line, as warnings', async () => {
    const lines = await found({
      'src/a.ts': "// first\nimport { b } from './b.js';\nexport const a = () => b;\n",
      'src/b.ts': "export { c as b } from './c';\n",
      'src/c.tsx': "import { a } from './a.ts';\nexport const c = a;\n",
      'lib/x.cjs': "const y = require('./y.cjs');\nmodule.exports = { y };\n",
      'lib/y.cjs': "exports.x = require('./x.cjs');\n",
      'lib/self.mjs': "import * as self from './self.mjs';\nexport const x = () => self;\n",
    });
    expect(lines).toEqual([
      'lib/self.mjs:1 warning import cycle: lib/self.mjs → lib/self.mjs',
      'lib/x.cjs:1 warning import cycle: lib/x.cjs → lib/y.cjs → lib/x.cjs',
      'src/a.ts:2 warning import cycle: src/a.ts → src/b.ts → src/c.tsx → src/a.ts',
    ]);
  });

  it('follows aliases of the nearest tsconfig', async () => {
    const tsconfig = { compilerOptions: { paths: { '@/*': ['./src/*'] } } };
    expect(
      await found({
        'packages/a/tsconfig.json': tsconfig,
        'packages/a/src/one.ts': "import { two } from '@/two';\nexport const one = () => two;\n",
        'packages/a/src/two.ts': "import { one } from '@/one';\nexport const two = one;\n",
        'packages/b/tsconfig.json': { extends: '@not/installed' },
        'packages/b/src/x.ts': 'export const x = 1;\n',
      }),
    ).toEqual(['packages/a/src/one.ts:1 warning import cycle: packages/a/src/one.ts → packages/a/src/two.ts → packages/a/src/one.ts']);
  });

  it('follows a base folder, a solution of several tsconfigs and imports by the own name', async () => {
    expect(
      await found({
        'tsconfig.json': { files: [], references: [{ path: './tsconfig.app.json' }] },
        'tsconfig.app.json':
          '{\n  // what Vite writes\n  "compilerOptions": { "paths": { "@/*": ["./src/*"], "one": ["./src/one.ts"] } },\n}\n',
        'src/one.ts': "import { two } from '@/two';\nexport const one = () => two;\n",
        'src/two.ts': "import { one } from 'one';\nexport const two = one;\n",
        'old/jsconfig.json': { compilerOptions: { baseUrl: '.' } },
        'old/x.js': "import y from 'parts/y';\nexport default y;\n",
        'old/parts/y.js': "import x from 'x';\nexport default () => x;\n",
      }),
    ).toEqual([
      'old/parts/y.js:1 warning import cycle: old/parts/y.js → old/x.js → old/parts/y.js',
      'src/one.ts:1 warning import cycle: src/one.ts → src/two.ts → src/one.ts',
    ]);
  });

  it('goes through index files and through packages of a workspace, built or not', async () => {
    expect(
      await found({
        'package.json': { private: true, workspaces: ['packages/*'] },
        'packages/core/package.json': {
          name: '@x/core',
          exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' }, './*': './dist/*.js' },
        },
        'packages/core/src/index.ts': "export * from './run';\n",
        'packages/core/src/run.ts': "import { log } from '@x/log';\n\nexport const run = log;\n",
        'packages/core/src/name.ts': 'export const name = 1;\n',
        'packages/log/package.json': { name: '@x/log', main: 'lib/main.js' },
        'packages/log/src/main.ts':
          "import { run } from '@x/core';\nimport { name } from '@x/core/name';\nexport const log = () => [run, name];\n",
        'packages/plain/package.json': { name: 'plain', main: 'index.js' },
        'packages/plain/index.js': "import '@x/log';\n",
      }),
    ).toEqual([
      'packages/core/src/index.ts:1 warning import cycle: packages/core/src/index.ts → packages/core/src/run.ts → packages/log/src/main.ts → packages/core/src/index.ts',
    ]);
  });

  it('reads files whose names look like patterns, and follows no link out of the repository', async () => {
    const outside = checkFixture({ 'a.ts': "import './b';\n", 'b.ts': "import './a';\n" });
    const repository = checkFixture({
      'app/[id]/page.tsx': "import { load } from './load';\nexport default () => <p>{load()}</p>;\n",
      'app/[id]/load.ts': "import Page from './page';\nexport const load = () => Page;\n",
      'app/(group)/[...all].tsx': "import '../other{1}';\n",
      'app/other{1}.ts': "import './(group)/[...all]';\n",
    });
    symlinkSync(outside.root, join(repository.root, 'app/(group)/outside'));
    symlinkSync('..', join(repository.root, 'app/loop'));
    expect(await cycles(repository)).toEqual([
      'app/(group)/[...all].tsx:1 warning import cycle: app/(group)/[...all].tsx → app/other{1}.ts → app/(group)/[...all].tsx',
      'app/[id]/load.ts:1 warning import cycle: app/[id]/load.ts → app/[id]/page.tsx → app/[id]/load.ts',
    ]);
  });

  it.each<[string, Files]>([
    [
      'a require inside a function, and types of Flow',
      {
        'a.js': "const b = require('./b');\nmodule.exports = b;\n",
        'b.js': "module.exports = () => {\n  const a = require('./a');\n  return a;\n};\n",
        'flow.js': "import type { X } from './other';\nexport const one = 1;\n",
        'other.js': "import { one } from './flow';\nexport const two = one;\n",
      },
    ],
    [
      'types under verbatimModuleSyntax',
      {
        'tsconfig.json': { compilerOptions: { verbatimModuleSyntax: true } },
        'a.ts': "import { type B } from './b';\nexport const a = (b: B) => b;\n",
        'b.ts': "import { a } from './a';\nexport type B = typeof a;\nexport const b = a;\n",
      },
    ],
    [
      'an index file that imports what does not import it',
      {
        'src/index.ts': "export * from './a';\nexport { default } from './b';\nexport type { T } from './t';\n",
        'src/a.ts': "import b from './b';\nexport const a = b;\n",
        'src/b.ts': 'export default 1;\n',
        'src/t.ts': "import type { a } from '.';\nexport type T = typeof a;\n",
      },
    ],
    [
      'types alone',
      {
        'a.ts': "import type { B } from './b.ts';\nexport interface A { b: B }\n",
        'b.ts': "import { a } from './c.ts';\nimport type { A } from './a.ts';\nexport interface B { a: A; x: typeof a }\n",
        'c.ts': "import { type A } from './a.ts';\nexport const a: A | null = null;\n",
      },
    ],
    [
      'types without the word',
      {
        'a.ts': "import { B } from './b';\nexport interface A { b: B }\nexport const a = 1;\n",
        'b.ts': "import { a } from './a';\nexport interface B { x: number }\nexport const b = a;\n",
      },
    ],
    [
      'imports that come later',
      { 'a.ts': "export const load = () => import('./b.ts');\n", 'b.ts': "import { load } from './a.ts';\nexport const b = load;\n" },
    ],
    [
      'fixtures and what was built',
      {
        'test/fixtures/a.js': "import './b.js';\n",
        'test/fixtures/b.js': "import './a.js';\n",
        'dist/a.js': "import './b.js';\n",
        'dist/b.js': "import './a.js';\n",
        'x.js': '',
        'y.js': '',
      },
    ],
    ['comments and strings', { 'a.js': "// import './b.js'\nexport const text = \"import './b.js'\";\n", 'b.js': "import './a.js';\n" }],
  ])('says nothing about %s', async (_, files) => {
    expect(await found(files)).toEqual([]);
  });

  it('tells the shortest three of a large knot, and how many there are', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const file = (name: string): [string, string] => [
      `${name}.js`,
      names.flatMap((other) => (other === name ? [] : [`import './${other}.js';\n`])).join(''),
    ];
    const told = await checkFixture(Object.fromEntries(names.map(file))).inspect(importCycles);
    expect(told.findings.map(({ message }) => message)).toEqual([
      'import cycle: a.js → b.js → a.js (10 cycles tie the same 5 modules to each other)',
      'import cycle: a.js → c.js → a.js',
      'import cycle: a.js → d.js → a.js',
    ]);
  });

  it('keeps fingerprints when lines move, and gives the same answer twice', async () => {
    const files = { 'a.js': "import './b.js';\n", 'b.js': "import './a.js';\n" };
    const repository = checkFixture(files);
    const before = await repository.inspect(importCycles);
    expect(await repository.inspect(importCycles)).toEqual(before);
    repository.write({ 'a.js': "// new\n\nimport './b.js';\n" });
    const after = await repository.inspect(importCycles);
    expect(after.findings[0]?.line).toBe(3);
    expect(after.findings[0]?.fingerprint).toBe(before.findings[0]?.fingerprint);
  });

  it('survives files that do not parse, and never calls having read nothing a pass', async () => {
    expect(await found({ 'a.ts': 'import { from "\n', 'b.ts': "import './c.ts';\n", 'c.ts': "import './b.ts';\n" })).toHaveLength(1);
    const repository = checkFixture({ 'a.ts': '', 'b.ts': '' });
    for (const path of ['a.ts', 'b.ts']) repository.write({ [path]: '//'.padEnd(1_100_000, 'x') });
    expect(await repository.inspect(importCycles)).toMatchObject({ outcome: 'errored', reason: 'nothing-read' });
  });

  it('does not apply to a single file', async () => {
    expect((await checkFixture({ 'index.js': '', 'types.d.ts': '' }).detect(importCycles)).applies).toBe(false);
    const detected = await checkFixture({ 'a.js': '', 'b.js': '' }).detect(importCycles);
    expect(detected).toMatchObject({ applies: true, origin: 'bundled', needsDependencies: false, seesEveryPath: true });
  });
});

describe("the repository's own rules", () => {
  const ring = { 'src/a.js': "import './b.js';\n", 'src/b.js': "import './a.js';\n", 'bin/c.js': "import '../src/a.js';\n" };

  it('are the business of layer-rules where they may be about cycles', async () => {
    for (const own of ["{ extends: 'dependency-cruiser/configs/recommended' }", '{ forbidden: [{ from: {}, to: { circular: true } }] }']) {
      const repository = checkFixture({ ...ring, '.dependency-cruiser.cjs': `module.exports = ${own};` });
      expect(await repository.detect(importCycles)).toEqual({
        applies: false,
        why: '.dependency-cruiser.cjs has the rules, which layer-rules runs',
      });
    }
    const layers = { forbidden: [{ name: 'x', from: { path: '^bin' }, to: { path: '^src' } }] };
    expect(await found({ ...ring, '.dependency-cruiser.json': layers })).toEqual([
      'src/a.js:1 warning import cycle: src/a.js → src/b.js → src/a.js',
    ]);
  });

  it('are errors where madge is called for cycles, on its folders', async () => {
    const script = { scripts: { lint: 'madge --circular src' } };
    const other = { 'tools/x.js': "import './y.js';\n", 'tools/y.js': "import './x.js';\n" };
    expect(await found({ ...ring, ...other, 'package.json': script })).toEqual([
      'src/a.js:1 error import cycle: src/a.js → src/b.js → src/a.js',
    ]);
  });
});
