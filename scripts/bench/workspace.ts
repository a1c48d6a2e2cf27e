/** The workspace that benchmarks run on: three packages, real tools, everything committed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { mustRun } from './measure.ts';

const TOOLS = ['eslint@10', 'typescript-eslint@8', 'typescript@6.0', 'prettier@3', 'vitest@5.1.0', 'markdownlint-cli2@0.22', 'knip@6.42.1'];

/** What a workspace is made of. */
export interface WorkspaceOptions {
  readonly packages: number;
  readonly modulesPerPackage: number;
  /** Whether some modules and pages have faults that tools find and none of them repairs. */
  readonly faulty: boolean;
  /** Who has the scripts `lint` and `test`: the root, as by hand, or each package, as turbo wants it. */
  readonly scripts: 'root' | 'packages';
  /** Packages to install besides the tools. */
  readonly extra?: readonly string[];
}

/** Makes the workspace in `folder`, installs its tools and commits it. */
export function makeWorkspace(folder: string, options: WorkspaceOptions): void {
  const { packages, extra = [] } = options;
  const write = (path: string, text: string): void => {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write(
    'package.json',
    json({
      name: 'bench-workspace',
      private: true,
      type: 'module',
      packageManager: 'npm@11.0.0',
      workspaces: ['packages/*'],
      scripts: options.scripts === 'root' ? SCRIPTS : {},
    }),
  );
  write('.gitignore', 'node_modules/\ndist/\n.turbo/\n*.tsbuildinfo\ncoverage/\n.vitest/\n');
  write('.npmrc', 'omit-lockfile-registry-resolved=true\nfund=false\naudit=false\n');
  write('README.md', '# Workspace\n\nSee [the first package](packages/p0/README.md).\n');
  write('.markdownlint.json', json({ default: true }));
  write('.prettierrc.json', json({ singleQuote: true }));
  write('.prettierignore', 'package-lock.json\n');
  write('eslint.config.js', ESLINT_CONFIG);
  write('tsconfig.json', json({ files: [], references: range(packages).map((index) => ({ path: `packages/p${index}` })) }));
  write('turbo.json', json({ $schema: 'https://turbo.build/schema.json', tasks: { lint: {}, test: {} } }));
  // No script names these two: they are run by hand.
  write('knip.json', json({ ignoreDependencies: ['markdownlint-cli2', 'prettier'] }));
  for (const index of range(packages)) writePackage(index, options, write);
  mustRun(['npm', 'install', '--no-audit', '--no-fund', '--loglevel=error', '--save-dev', ...TOOLS, ...extra], { cwd: folder });
  mustRun(['npx', 'prettier', '--write', '--log-level=warn', '.'], { cwd: folder });
  mustRun(['git', 'init', '-q', '-b', 'main'], { cwd: folder });
  mustRun(['git', 'add', '-A'], { cwd: folder });
  mustRun(['git', '-c', 'user.name=Bench', '-c', 'user.email=bench@example.test', 'commit', '-q', '-m', 'chore: start'], { cwd: folder });
}

function writePackage(
  index: number,
  { modulesPerPackage: modules, faulty, scripts }: WorkspaceOptions,
  write: (path: string, text: string) => void,
): void {
  const at = `packages/p${index}`;
  write(
    `${at}/package.json`,
    json({ name: `@bench/p${index}`, version: '1.0.0', type: 'module', scripts: scripts === 'packages' ? SCRIPTS : {} }),
  );
  write(`${at}/tsconfig.json`, json({ compilerOptions: COMPILER_OPTIONS, include: ['src'] }));
  write(`${at}/README.md`, `# Package ${index}\n\nBack to [the workspace](../../README.md).\n`);
  for (const module of range(modules)) {
    const before = module === 0 ? '' : `import { value${module - 1} } from './m${module - 1}.js';\n\n`;
    const comparison = faulty && module % 5 === 0 ? '==' : '===';
    write(
      `${at}/src/m${module}.ts`,
      `${before}export function value${module}(seed: number): number {\n  if (seed ${comparison} ${module}) return seed;\n  return ${module === 0 ? 'seed + 1' : `value${module - 1}(seed) + 1`};\n}\n`,
    );
  }
  write(
    `${at}/src/last.test.ts`,
    `import { expect, it } from 'vitest';\nimport { value${modules - 1} } from './m${modules - 1}.js';\n\nit('adds up', () => {\n  expect(value${modules - 1}(-1)).toBe(${modules - 1});\n});\n`,
  );
}

const SCRIPTS = { lint: 'eslint .', test: 'vitest run' };

const COMPILER_OPTIONS = {
  target: 'ES2023',
  module: 'NodeNext',
  moduleResolution: 'NodeNext',
  strict: true,
  composite: true,
  outDir: 'dist',
  rootDir: 'src',
  skipLibCheck: true,
};

const ESLINT_CONFIG = `import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['**/dist/'] },
  ...tseslint.configs.recommended,
  { rules: { eqeqeq: 'error' } },
);
`;

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
