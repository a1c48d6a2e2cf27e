/** Two packages of a workspace, the second of which uses the first; with TypeScript project references, Biome and Node's test runner. */
import type { Manager, Scaffold } from './scaffold.ts';
import { json, manifest } from './scaffold.ts';

/** The workspace as one package manager wants it. */
export function packagesOf(manager: Manager): Scaffold {
  const own = manager === 'pnpm' ? 'workspace:*' : '1.0.0';
  const listed = manager === 'pnpm' ? {} : { workspaces: ['packages/*'] };
  return {
    name: `${manager}-workspaces`,
    generator: null,
    manager,
    files: {
      ...(manager === 'pnpm' ? { 'pnpm-workspace.yaml': 'packages:\n  - packages/*\n' } : {}),
      '.gitignore': 'node_modules/\ndist/\n*.tsbuildinfo\n',
      'README.md': '# Shapes\n\nPackages: [core](packages/core/README.md) and [report](packages/report/README.md).\n',
      'package.json': manifest({
        name: 'shapes',
        version: '1.0.0',
        private: true,
        type: 'module',
        ...listed,
        scripts: { build: 'tsc -b', lint: 'biome ci .', test: `${manager} run build` },
        devDependencies: { '@biomejs/biome': '2.4.0', '@types/node': '^24.0.0', typescript: '~5.9.0' },
      }),
      'biome.json': json({
        vcs: { enabled: true, clientKind: 'git', useIgnoreFile: true },
        formatter: { indentStyle: 'space', lineWidth: 100 },
        javascript: { formatter: { quoteStyle: 'single' } },
      }),
      'tsconfig.json': json({ files: [], references: [{ path: 'packages/core' }, { path: 'packages/report' }] }),
      'tsconfig.base.json': json({
        compilerOptions: {
          composite: true,
          target: 'es2023',
          module: 'nodenext',
          strict: true,
          skipLibCheck: true,
          types: ['node'],
        },
      }),
      ...member('core', {}, { 'area.ts': AREA, 'index.ts': "export { area } from './area.js';\n" }),
      'packages/core/test/area.test.js': AREA_TEST,
      ...member('report', { '@shapes/core': own }, { 'index.ts': REPORT }),
    },
  };
}

const AREA = `/** The area of a rectangle. */
export function area(width: number, height: number): number {
  return width * height;
}
`;
const AREA_TEST = `import assert from 'node:assert/strict';
import { it } from 'node:test';

it('multiplies', () => {
  assert.equal(2 * 3, 6);
});
`;
const REPORT = `import { area } from '@shapes/core';

/** A line about a rectangle. */
export function line(width: number, height: number): string {
  return \`\${width} × \${height} = \${area(width, height)}\`;
}
`;

function member(name: string, dependencies: Record<string, string>, sources: Record<string, string>): Record<string, string> {
  const references = Object.keys(dependencies).length === 0 ? {} : { references: [{ path: '../core' }] };
  return {
    [`packages/${name}/README.md`]: `# ${name}\n\nBack to [all packages](../../README.md).\n`,
    [`packages/${name}/package.json`]: manifest({
      name: `@shapes/${name}`,
      version: '1.0.0',
      type: 'module',
      exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
      ...(name === 'core' ? { scripts: { test: 'node --test' } } : {}),
      ...(Object.keys(dependencies).length === 0 ? {} : { dependencies }),
    }),
    [`packages/${name}/tsconfig.json`]: json({
      extends: '../../tsconfig.base.json',
      compilerOptions: { rootDir: 'src', outDir: 'dist' },
      include: ['src'],
      ...references,
    }),
    ...Object.fromEntries(Object.entries(sources).map(([file, text]) => [`packages/${name}/src/${file}`, text])),
  };
}
