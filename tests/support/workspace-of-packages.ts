/** A workspace with real packages, whose own tests say whether every package found the workspace that it stands in. */

/** How the packages of the workspace name each other, and what is set for the package manager. */
export interface WorkspaceKind {
  /** `*`, or `workspace:*` where the package manager has that. */
  readonly own: string;
  /** Settings files by path. */
  readonly settings: Readonly<Record<string, string>>;
  /** Whether the root manifest lists the packages. */
  readonly listsPackages: boolean;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Runs inside the workspace. `here` is its root, links resolved. */
const APP_TEST = `import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import semver from 'semver/package.json' with { type: 'json' };
import { expect, it } from 'vitest';
import { core, item, version } from './index.ts';

const here = realpathSync(join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..'));
const own = createRequire(import.meta.url);

it('uses the package beside it', () => {
  expect(item.size).toBe(3);
  expect(realpathSync(fileURLToPath(core)).startsWith(here + sep)).toBe(true);
});

it('has its own version of a package that the workspace has twice', () => {
  expect(version?.major).toBe(7);
  expect(semver.version).toMatch(/^7\\./);
});

it('starts the program of the package beside it', () => {
  const bins = ['packages/app/node_modules/.bin', 'node_modules/.bin'].map((path) => join(here, path));
  const env = { ...process.env, PATH: [...bins, process.env['PATH']].join(delimiter) };
  expect(execFileSync('lab-tool', { encoding: 'utf8', env }).trim()).toBe('committed in ' + here);
});

it('lets a package from elsewhere use the package beside it', () => {
  const foreign = createRequire(realpathSync(own.resolve('use-sync-external-store/package.json')));
  expect(realpathSync(foreign.resolve('react')).startsWith(here + sep)).toBe(true);
  expect(readFileSync(foreign.resolve('react'), 'utf8')).toContain('committed');
});

it('has the committed files of a package that is injected', () => {
  expect(readFileSync(own.resolve('@lab/injected'), 'utf8')).toContain('committed');
});
`;

/** The committed files; the lockfile is made by installing. */
export function workspaceFiles(kind: WorkspaceKind): Record<string, string> {
  const { own } = kind;
  return {
    '.gitignore': 'node_modules/\n.yarn/\n.pnp.*\n',
    'package.json': json({
      name: 'lab',
      version: '1.0.0',
      private: true,
      type: 'module',
      ...(kind.listsPackages ? { workspaces: ['packages/*'] } : {}),
      scripts: { 'not-installed-into': 'node -e "process.exitCode = fs.existsSync(\'node_modules/.modules.yaml\') ? 1 : 0"' },
      devDependencies: { '@eslint/js': '^9.0.0', '@types/node': '^24.0.0', eslint: '^9.0.0', typescript: '~5.9.0', vitest: '^5.0.0' },
    }),
    'agent.config.json': json({ agents: { architecture: { enabled: false }, devops: { enabled: false }, docs: { enabled: false } } }),
    'tsconfig.json': json({
      compilerOptions: {
        strict: true,
        target: 'es2023',
        module: 'nodenext',
        declaration: true,
        noEmit: true,
        allowImportingTsExtensions: true,
        skipLibCheck: true,
        types: ['node'],
      },
      include: ['packages/*/src'],
    }),
    'eslint.config.js':
      "import js from '@eslint/js';\n\nconst globals = { console: 'readonly', module: 'readonly', require: 'readonly' };\nexport default [js.configs.recommended, { rules: { 'prefer-const': 'error' }, languageOptions: { globals } }];\n",
    'vitest.config.ts':
      "import { defineConfig } from 'vitest/config';\n\nexport default defineConfig({ test: { include: ['packages/*/src/**/*.test.ts'] } });\n",
    'packages/core/package.json': json({
      name: '@lab/core',
      version: '1.0.0',
      type: 'module',
      exports: './src/index.ts',
      dependencies: { nanoid: '^5.0.0', zod: '^4.0.0' },
    }),
    'packages/core/src/index.ts':
      "import { nanoid } from 'nanoid';\nimport { z } from 'zod';\n\nexport const Item = z.object({ id: z.string(), size: z.number() });\nexport const make = (size: number) => Item.parse({ id: nanoid(), size });\nexport const where: string = import.meta.url;\n",
    'packages/tool/package.json': json({ name: '@lab/tool', version: '1.0.0', bin: { 'lab-tool': './bin.js' } }),
    'packages/tool/bin.js':
      "#!/usr/bin/env node\nconsole.log('committed in ' + require('path').resolve(require('fs').realpathSync(require.main.filename), '../../..'));\n",
    'packages/react/package.json': json({ name: 'react', version: '19.0.0', main: './index.js' }),
    'packages/react/index.js': "module.exports = 'committed';\n",
    'packages/injected/package.json': json({
      name: '@lab/injected',
      version: '1.0.0',
      main: './index.js',
      peerDependencies: { semver: '*' },
    }),
    'packages/injected/index.js': "module.exports = 'committed';\n",
    'packages/app/package.json': json({
      name: '@lab/app',
      version: '1.0.0',
      type: 'module',
      dependencies: {
        '@lab/core': own,
        '@lab/injected': own,
        react: own,
        semver: '^7.0.0',
        'use-sync-external-store': '^1.4.0',
        vite: '^8.0.0',
      },
      devDependencies: { '@lab/tool': own, '@types/semver': '^7.0.0' },
      dependenciesMeta: { '@lab/injected': { injected: true } },
    }),
    'packages/app/src/index.ts':
      "import { make, where } from '@lab/core';\nimport semver from 'semver';\n\nexport const item = make(3);\nexport const version = semver.parse('7.1.2');\nexport const core = where;\n",
    'packages/app/src/index.test.ts': APP_TEST,
    'packages/legacy/package.json': json({
      name: '@lab/legacy',
      version: '1.0.0',
      type: 'module',
      dependencies: { semver: '^6.0.0' },
      devDependencies: { '@types/semver': '^6.0.0' },
    }),
    'packages/legacy/src/index.ts': "import semver from 'semver';\n\nexport const old = semver.major('6.0.1');\n",
    'packages/legacy/src/index.test.ts':
      "import { expect, it } from 'vitest';\nimport semver from 'semver/package.json' with { type: 'json' };\nimport { old } from './index.ts';\n\nit('has the old one', () => {\n  expect(old).toBe(6);\n  expect(semver.version).toMatch(/^6\\./);\n});\n",
    // Something to repair.
    'packages/legacy/src/fixable.js': 'let fixable = 1;\nexport default fixable;\n',
    ...kind.settings,
  };
}

/** What a person is writing: every package would break what uses it. */
export const UNCOMMITTED: Readonly<Record<string, string>> = {
  'packages/core/src/index.ts': "export const broken: number = 'x';\nthrow new Error('not yet');\n",
  'packages/react/index.js': 'module.exports = 0;\n',
  'packages/injected/index.js': 'module.exports = 0;\n',
  'packages/tool/bin.js': '#!/usr/bin/env node\nconsole.log(0);\n',
};
