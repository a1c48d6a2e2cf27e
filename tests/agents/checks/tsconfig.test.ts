import { describe, expect, it } from 'vitest';
import { tsconfig } from '../../../agents/checks/tsconfig.ts';
import { checkFixture } from '../../support/check-fixture.ts';

type Files = Readonly<Record<string, string | object>>;

const OLDER = { name: 'x', devDependencies: { typescript: '^5.9.0' } };
const STRICT = { compilerOptions: { strict: true } };
const LOOSE = { compilerOptions: { target: 'es2022' } };

async function told(files: Files): Promise<string[]> {
  const report = await checkFixture({ 'package.json': OLDER, 'src/a.ts': '', ...files }).inspect(tsconfig);
  expect(report.outcome, report.hint).not.toBe('errored');
  return report.findings.map(({ path, line, rule, severity }) => `${path}:${line} ${rule} ${severity}`);
}

describe('tsconfig files that cannot be read', () => {
  it.each<[string, Files, string]>([
    ['a comma that is missing', { 'tsconfig.json': '{\n  "compilerOptions": {}\n  "include": []\n}\n' }, 'tsconfig.json:3 syntax error'],
    ['a bracket that is not closed', { 'tsconfig.json': '{ "compilerOptions": {\n' }, 'tsconfig.json:2 syntax error'],
    ['marks of a conflict', { 'tsconfig.json': '{\n<<<<<<< HEAD\n"files": []\n}\n' }, 'tsconfig.json:2 syntax error'],
    ['a list', { 'tsconfig.build.json': '[]' }, 'tsconfig.build.json:1 syntax error'],
    ['a base that is gone', { 'tsconfig.json': '{\n  "extends": "./tsconfig.base.json"\n}\n' }, 'tsconfig.json:2 extends error'],
    [
      'one of several bases',
      { 'tsconfig.json': '{\n  "extends": [\n    "./a",\n    "./b"\n  ]\n}\n', 'a.json': STRICT },
      'tsconfig.json:4 extends error',
    ],
    [
      'a base in another case',
      {
        'packages/a/tsconfig.json': '{ "extends": "../../Tsconfig.json", "compilerOptions": { "strict": true } }',
        'tsconfig.json': STRICT,
      },
      'packages/a/tsconfig.json:1 extends error',
    ],
    [
      'a package without that file',
      { 'tsconfig.json': { extends: 'base/strict.json' }, 'node_modules/base/package.json': {} },
      'tsconfig.json:2 extends error',
    ],
    [
      'a circle',
      {
        'tsconfig.json': { extends: './tsconfig.b.json', files: ['src/a.ts'] },
        'tsconfig.b.json': { extends: './tsconfig.c.json' },
        'tsconfig.c.json': { extends: './tsconfig.b.json' },
      },
      'tsconfig.b.json:2 extends error',
    ],
    [
      'two that extend each other',
      { 'tsconfig.json': { extends: './tsconfig.b.json' }, 'tsconfig.b.json': { extends: './tsconfig.json' } },
      'tsconfig.b.json:2 extends error',
    ],
    [
      'the tests’ own',
      { 'tsconfig.json': STRICT, 'tests/tsconfig.json': '{ "extends": "../tsconfig.app" }' },
      'tests/tsconfig.json:1 extends error',
    ],
  ])('are errors: %s', async (_, files, finding) => {
    expect(await told(files)).toEqual([finding]);
  });

  it.each<[string, Files]>([
    ['comments and commas at the end', { 'tsconfig.json': '\uFEFF// ours\n{ /* all */ "compilerOptions": { "strict": true, }, }\n' }],
    ['an empty one', { 'packages/b/tsconfig.json': '' }],
    [
      'what a framework writes',
      { 'tsconfig.json': { extends: './.nuxt/tsconfig.json' }, 'web/tsconfig.json': { extends: './.svelte-kit/tsconfig.json' } },
    ],
    ['what is not installed', { 'tsconfig.json': { extends: '@tsconfig/node24/tsconfig.json' } }],
    [
      'what is exported otherwise',
      { 'tsconfig.json': { extends: 'base/strict' }, 'node_modules/base/package.json': { exports: { './*': './x/*.json' } } },
    ],
    [
      'templates and fixtures',
      { 'templates/a/tsconfig.json': '{ <%= x %> }', 'test/fixtures/tsconfig.json': '{', 'examples/a/tsconfig.json': '{' },
    ],
    ['a lesser name', { 'my-tsconfig.json.txt': '{' }],
  ])('are none: %s', async (_, files) => {
    expect(await told({ 'tsconfig.json': STRICT, ...files })).toEqual([]);
  });
});

describe('the option strict', () => {
  it('is asked for once, in one warning that says how to turn it off', async () => {
    const fixture = checkFixture({
      'package.json': OLDER,
      'src/a.ts': '',
      'tsconfig.json': LOOSE,
      'packages/a/tsconfig.json': { extends: '../../tsconfig.base.json' },
      'packages/a/a.ts': '',
      'tsconfig.base.json': LOOSE,
    });
    const { findings, outcome } = await fixture.inspect(tsconfig);
    expect(outcome).toBe('passed');
    expect(findings.map(({ path, rule, severity }) => [path, rule, severity])).toEqual([
      ['packages/a/tsconfig.json', 'not-strict', 'warning'],
    ]);
    expect(findings[0]?.message).toContain('packages/a/tsconfig.json, tsconfig.json');
    expect(findings[0]?.message).toContain('checks.tsconfig.rules.not-strict');
  });

  it.each<[string, Files]>([
    ['on', { 'tsconfig.json': STRICT }],
    ['on in a base', { 'tsconfig.json': { extends: './config/base' }, 'config/base.json': STRICT }],
    [
      'on in a package of the workspace',
      {
        'package.json': { ...OLDER, workspaces: ['packages/*'] },
        'tsconfig.json': { extends: '@x/config/base.json' },
        'packages/config/package.json': { name: '@x/config' },
        'packages/config/base.json': STRICT,
      },
    ],
    [
      'on in an installed package',
      {
        'tsconfig.json': { extends: 'astro/tsconfigs/strict' },
        'node_modules/astro/package.json': { exports: { './tsconfigs/strict': './s.json' } },
        'node_modules/astro/s.json': STRICT,
      },
    ],
    ['off on purpose', { 'tsconfig.json': { compilerOptions: { strict: false } } }],
    ['in parts', { 'tsconfig.json': { compilerOptions: { strictNullChecks: true } } }],
    ['of a framework', { 'tsconfig.json': { extends: './.nuxt/tsconfig.json' } }],
    ['of a solution', { 'tsconfig.json': { files: [], references: [{ path: './tsconfig.app.json' }] }, 'tsconfig.app.json': STRICT }],
    ['on by itself', { 'package.json': { devDependencies: { typescript: '~6.0.2' } }, 'tsconfig.json': LOOSE }],
    ['of a TypeScript that nobody names', { 'package.json': {}, 'tsconfig.json': LOOSE }],
    ['of no TypeScript', { 'tsconfig.json': STRICT, 'docs/tsconfig.json': LOOSE, 'docs/a.js': '' }],
  ])('is not asked for where it is %s', async (_, files) => {
    expect(await told(files)).toEqual([]);
  });
});

describe('the check tsconfig', () => {
  it('does not apply without one, and reads what they extend', async () => {
    expect(await checkFixture({ 'package.json': {} }).detect(tsconfig)).toMatchObject({ applies: false });
    const detected = await checkFixture({ 'tsconfig.json': { extends: './config/base.json' }, 'config/base.json': {} }).detect(tsconfig);
    expect(detected).toMatchObject({ applies: true, needsDependencies: false, origin: 'bundled' });
    const paths = ['config/base.json', 'a/tsconfig.json', 'package.json', 'config/other.json', 'src/a.ts', 'README.md'];
    expect(paths.filter((path) => detected.applies && detected.reads(path))).toEqual([
      'config/base.json',
      'a/tsconfig.json',
      'package.json',
    ]);
  });

  it('needs the dependencies where one is extended', async () => {
    const manifest = { devDependencies: { '@tsconfig/node24': '*' } };
    const detected = await checkFixture({ 'package.json': manifest, 'tsconfig.json': { extends: '@tsconfig/node24' } }).detect(tsconfig);
    expect(detected).toMatchObject({ applies: true, needsDependencies: true });
  });
});
