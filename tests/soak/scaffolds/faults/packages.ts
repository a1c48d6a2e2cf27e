/** Faults in libraries and workspaces. */
import { FIXED, append, replace } from '../fault.ts';
import type { Seeding } from '../fault.ts';

export const libraryAva: Seeding = {
  scaffold: 'library-ava',
  faults: [
    {
      what: 'a test that fails',
      change: { 'test.js': replace("'a-b');", "'a_b');") },
      agent: 'qa',
      check: 'tests',
      rule: 'test-failed',
      path: 'test.js',
      at: "test('makes",
    },
    {
      what: 'a committed .only',
      change: { 'test/only.js': "import test from 'ava';\n\ntest.only('is alone', t => {\n\tt.pass();\n});\n" },
      agent: 'qa',
      check: 'focused-tests',
      rule: 'focused-test',
      path: 'test/only.js',
      at: 'test.only',
    },
    {
      what: 'a heading without the space behind its hashes',
      change: { 'readme.md': append('\n##License\n\nMIT\n') },
      agent: 'docs',
      check: 'markdown',
      rule: 'MD018/no-missing-space-atx',
      path: 'readme.md',
      at: FIXED,
    },
    {
      what: 'a link to a heading that was renamed',
      change: { 'readme.md': replace('## Usage', '## How to use it') },
      agent: 'docs',
      check: 'links',
      rule: 'broken-anchor',
      path: 'readme.md',
      at: '#usage',
    },
    {
      what: 'a reference that no longer says what the module exports',
      change: {
        'docs/api.md':
          '# API\n\n<!-- upkeep:api-reference index.d.ts -->\n\n- `function slugify(text: string): string`\n\n<!-- /upkeep:api-reference -->\n',
      },
      agent: 'docs',
      check: 'api-reference',
      rule: 'api-reference',
      path: 'docs/api.md',
      at: FIXED,
    },
    {
      what: 'a reference to a module that is not there',
      change: { 'docs/more.md': '# More\n\n<!-- upkeep:api-reference lib/more.js -->\n\n<!-- /upkeep:api-reference -->\n' },
      agent: 'docs',
      check: 'api-reference',
      rule: 'api-reference',
      path: 'docs/more.md',
      at: 'lib/more.js',
    },
    {
      what: 'the help of a command that the package has not',
      change: { 'docs/cli.md': '# Command\n\n<!-- upkeep:cli-help slugs -->\n\n<!-- /upkeep:cli-help -->\n' },
      agent: 'docs',
      check: 'cli-help',
      rule: 'cli-help',
      path: 'docs/cli.md',
      at: 'upkeep:cli-help slugs',
    },
    {
      what: 'let for what never changes, where XO is set up',
      change: { 'index.js': replace('\treturn text', "\tlet separator = '-';\n\treturn text") },
      agent: 'backend',
      check: 'xo',
      rule: 'prefer-const',
      path: 'index.js',
      at: FIXED,
    },
  ],
};

export const npmWorkspaces: Seeding = {
  scaffold: 'npm-workspaces',
  faults: [
    {
      what: 'a type error in what another package is used for',
      change: { 'packages/report/src/index.ts': replace('area(width, height)', "area(width, 'high')") },
      agent: 'backend',
      check: 'type-check',
      rule: 'TS2345',
      path: 'packages/report/src/index.ts',
      at: "'high'",
    },
    {
      what: 'let for what never changes',
      change: { 'packages/core/src/pi.ts': 'let pi = 3;\n\nexport const tau = 2 * pi;\n' },
      agent: 'backend',
      check: 'biome',
      rule: 'style/useConst',
      path: 'packages/core/src/pi.ts',
      at: FIXED,
    },
    {
      what: 'a module that is not formatted',
      change: { 'packages/core/src/form.ts': 'export const form = { a:1,b : "2" }\n' },
      agent: 'backend',
      check: 'biome',
      rule: 'format',
      path: 'packages/core/src/form.ts',
      at: FIXED,
    },
    {
      what: 'a comparison that is always false',
      change: { 'packages/core/src/same.ts': 'export const isSame = (a: number) => a === Number.NaN;\n' },
      agent: 'backend',
      check: 'biome',
      rule: 'correctness/useIsNan',
      path: 'packages/core/src/same.ts',
      at: 'Number.NaN',
    },
    {
      what: 'two modules of a package that import each other',
      change: {
        'packages/core/src/area.ts': (text) => `import { unit } from './unit.js';\n\n${text}\nexport const inUnit = () => unit();\n`,
        'packages/core/src/unit.ts': "import { area } from './area.js';\n\nexport const unit = (): number => area(1, 1);\n",
      },
      agent: 'architecture',
      check: 'import-cycles',
      rule: 'import-cycle',
      path: 'packages/core/src/area.ts',
      at: 'unit.js',
    },
    {
      what: 'a tsconfig that extends one that was deleted',
      change: { 'packages/core/tsconfig.docs.json': '{ "extends": "./tsconfig.gone.json", "include": ["src"] }\n' },
      agent: 'architecture',
      check: 'tsconfig',
      rule: 'extends',
      path: 'packages/core/tsconfig.docs.json',
      at: 'tsconfig.gone.json',
    },
    {
      what: 'a test of one package that fails',
      change: { 'packages/core/test/area.test.js': replace('2 * 3, 6', '2 * 3, 5') },
      agent: 'qa',
      check: 'tests',
      rule: 'test-failed',
      path: 'packages/core/test/area.test.js',
      at: "it('multiplies'",
    },
    {
      what: 'a link from one package to the old place of another',
      change: { 'packages/core/README.md': append('\nSee also [shapes](../shapes/README.md).\n') },
      agent: 'docs',
      check: 'links',
      rule: 'broken-link',
      path: 'packages/core/README.md',
      at: '../shapes',
    },
    {
      what: 'a field of package.json of the wrong type',
      change: { 'packages/report/package.json': replace('"type": "module",', '"type": "module",\n  "files": "dist",') },
      agent: 'devops',
      check: 'manifests',
      rule: 'manifest-field',
      path: 'packages/report/package.json',
      at: '"files"',
    },
  ],
};

export const pnpmWorkspaces: Seeding = {
  scaffold: 'pnpm-workspaces',
  faults: [
    {
      what: 'a dependency that is not in pnpm-lock.yaml',
      change: {
        'packages/core/package.json': replace('"type": "module",', '"type": "module",\n  "dependencies": {\n    "nanoid": "^5.0.0"\n  },'),
      },
      agent: 'devops',
      check: 'lockfile',
      rule: 'lockfile-out-of-step',
      path: 'pnpm-lock.yaml',
      at: null,
    },
  ],
};

export const yarnWorkspaces: Seeding = {
  scaffold: 'yarn-workspaces',
  faults: [
    {
      what: 'a dependency that is not in yarn.lock',
      change: {
        'packages/core/package.json': replace('"type": "module",', '"type": "module",\n  "dependencies": {\n    "nanoid": "^5.0.0"\n  },'),
      },
      agent: 'devops',
      check: 'lockfile',
      rule: 'lockfile-out-of-step',
      path: 'yarn.lock',
      at: null,
    },
  ],
};

/** By itself: which lockfile would be looked at? */
export const yarnTwice: Seeding = {
  scaffold: 'yarn-workspaces',
  faults: [
    {
      what: 'the lockfile of another package manager',
      change: { 'package-lock.json': '{ "name": "shapes", "version": "1.0.0", "lockfileVersion": 3, "requires": true, "packages": {} }\n' },
      agent: 'devops',
      check: 'lockfile',
      rule: 'several-lockfiles',
      path: 'package-lock.json',
      at: null,
    },
  ],
};
