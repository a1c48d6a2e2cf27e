/** tsc says the same of packages that are linked into a worktree as of packages that are installed in it. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { typeCheck } from '../../../agents/checks/type-check.ts';
import { checkFixture } from '../../support/check-fixture.ts';

const options = { strict: true, types: [], lib: ['es2022'], module: 'nodenext', target: 'es2022', declaration: true, noEmit: true };
const inner = (more: object = {}): object => ({ name: 'inner', version: '1.0.0', types: 'index.d.ts', ...more });
const declaration = 'export declare class Inner { private readonly secret; name: string }\n';

/** `outer` gives away a type of `inner`; the repository asks for `outer` only and exports what it got. */
const outer = (from: string): Record<string, string | object> => ({
  'node_modules/outer/package.json': { name: 'outer', version: '1.0.0', types: 'index.d.ts', dependencies: { inner: '1' } },
  'node_modules/outer/index.d.ts': `import { Inner } from '${from}';\nexport declare function make(): Inner;\n`,
});

const repository = {
  'package.json': { name: 'sample', type: 'module', dependencies: { outer: '1' }, devDependencies: { typescript: '^6' } },
  'tsconfig.json': { compilerOptions: options, include: ['src'] },
  'src/deep/a.ts': "import { make } from 'outer';\n\nexport const made = make();\n",
};

async function rules(
  packages: Readonly<Record<string, string | object>>,
  how: 'installed' | 'linked',
  files: object = {},
): Promise<string[]> {
  const fixture = checkFixture({ ...repository, ...files, ...(how === 'installed' ? packages : {}) });
  fixture.link(['typescript']);
  if (how === 'linked') {
    const elsewhere = checkFixture(packages);
    for (const name of new Set(Object.keys(packages).map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? ''))) {
      mkdirSync(dirname(join(fixture.root, 'node_modules', name)), { recursive: true });
      symlinkSync(join(elsewhere.root, 'node_modules', name), join(fixture.root, 'node_modules', name));
    }
  }
  const report = await fixture.inspect(typeCheck);
  if (report.outcome === 'errored') throw new Error(report.hint);
  return report.findings.map(({ path, rule }) => `${path} ${rule}`);
}

const cases: readonly (readonly [string, Readonly<Record<string, string | object>>, readonly unknown[]])[] = [
  [
    'a package that may be imported',
    { ...outer('inner'), 'node_modules/inner/package.json': inner(), 'node_modules/inner/index.d.ts': declaration },
    [],
  ],
  [
    'a package with a scope',
    {
      ...outer('@s/inner'),
      'node_modules/@s/inner/package.json': { ...inner(), name: '@s/inner' },
      'node_modules/@s/inner/index.d.ts': declaration,
    },
    [],
  ],
  [
    'a module that the package exports',
    {
      ...outer('inner/lib'),
      'node_modules/inner/package.json': inner({ exports: { './lib': { types: './dist/lib.d.ts', default: './dist/lib.js' } } }),
      'node_modules/inner/dist/lib.d.ts': declaration,
    },
    [],
  ],
  [
    'a module that the package exports by a pattern',
    {
      ...outer('inner/x/y'),
      'node_modules/inner/package.json': inner({ exports: { './*': './dist/*.d.ts' } }),
      'node_modules/inner/dist/x/y.d.ts': declaration,
    },
    [],
  ],
  [
    'a module that the package keeps to itself',
    {
      ...outer('inner'),
      'node_modules/inner/package.json': inner({ exports: { '.': './index.d.ts' } }),
      'node_modules/inner/index.d.ts':
        "import { Inner } from './hidden.js';\nexport declare function make(): Inner;\nexport type Made = Inner;\n",
      'node_modules/inner/hidden.d.ts': declaration,
      'node_modules/outer/index.d.ts': "import { make } from 'inner';\nexport { make };\n",
    },
    [expect.stringMatching(/^src\/deep\/a\.ts TS(2742|2883)$/)],
  ],
  [
    'a package inside of another',
    {
      ...outer('inner'),
      'node_modules/outer/node_modules/inner/package.json': inner(),
      'node_modules/outer/node_modules/inner/index.d.ts': declaration,
    },
    [expect.stringMatching(/^src\/deep\/a\.ts TS(2742|2883)$/)],
  ],
];

describe.each(cases)('of %s', (_title, packages, expected) => {
  it.each(['installed', 'linked'] as const)('that is %s', async (how) => {
    expect(await rules(packages, how)).toEqual(expected);
  });
});

it('so does a build, of every project in it', async () => {
  const [, packages] = cases[0] ?? ['', {}];
  const composite = { ...options, composite: true, noEmit: false, rootDir: 'src', outDir: 'dist' };
  const files = {
    'tsconfig.json': { files: [], references: [{ path: 'a' }, { path: 'b' }] },
    'a/tsconfig.json': { compilerOptions: composite, include: ['src'] },
    'a/src/a.ts': repository['src/deep/a.ts'],
    'b/tsconfig.json': { compilerOptions: composite, include: ['src'], references: [{ path: '../a' }] },
    'b/src/b.ts': "import { made } from '../../a/src/a.js';\n\nexport const size: number = made.name;\n",
    'src/deep/a.ts': '',
  };
  expect(await rules(packages, 'linked', files)).toEqual(['b/src/b.ts TS2322']);
});
