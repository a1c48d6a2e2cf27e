/** npm puts what upkeep needs beside the repository's own packages: the graph of imports is read by upkeep's TypeScript all the same. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ImportGraphInput, ImportGraphOutput } from '../../../agents/tools/entries/import-graph.ts';
import type { ImportRulesInput, ImportRulesOutput } from '../../../agents/tools/entries/import-rules.ts';
import { checkFixture } from '../../support/check-fixture.ts';
import { testToolRunner } from '../../support/tool-runner.ts';

const PROJECT = resolve(import.meta.dirname, '../../..');

/** What `npm i -D upkeep typescript` makes where typescript is 7: it and dependency-cruiser on top, TypeScript 6 below upkeep. */
function installBesideSeven(root: string): string {
  const modules = join(root, 'node_modules');
  mkdirSync(join(modules, 'typescript/lib'), { recursive: true });
  writeFileSync(
    join(modules, 'typescript/package.json'),
    '{ "name": "typescript", "version": "7.0.2", "exports": { "./package.json": "./package.json" } }',
  );
  for (const name of readdirSync(join(PROJECT, 'node_modules'))) {
    if (name.startsWith('.') || ['typescript', 'dependency-cruiser', 'upkeep'].includes(name)) continue;
    symlinkSync(join(PROJECT, 'node_modules', name), join(modules, name));
  }
  // Packages that are linked would look for their neighbours where they really are.
  execFileSync('cp', ['-R', join(PROJECT, 'node_modules/dependency-cruiser'), join(modules, 'dependency-cruiser')]);
  const upkeep = join(modules, 'upkeep');
  mkdirSync(join(upkeep, 'node_modules'), { recursive: true });
  execFileSync('cp', ['-R', join(PROJECT, 'dist'), join(PROJECT, 'package.json'), upkeep]);
  symlinkSync(join(PROJECT, 'node_modules/typescript'), join(upkeep, 'node_modules/typescript'));
  return join(upkeep, 'dist/agents/tools/entries');
}

describe('upkeep installed beside TypeScript 7', () => {
  it('reads imports, and the rules of the repository, by its own TypeScript', async () => {
    const { root } = checkFixture({
      'package.json': {},
      'a.ts': "import { b } from './b.ts';\nexport const a = (): number => b as number;\n",
      'b.ts': "import { a } from './a.ts';\nimport type { C } from './c.ts';\nexport const b: C = 1;\nexport const d = a;\n",
      'c.ts': 'export type C = number;\n',
      'tsconfig.json': { compilerOptions: {} },
      '.dependency-cruiser.cjs':
        "module.exports = { forbidden: [{ name: 'round', severity: 'error', from: {}, to: { circular: true } }], options: { tsConfig: { fileName: 'tsconfig.json' } } };\n",
    });
    const entries = installBesideSeven(root);
    const call = async <Output>(entry: string, input: unknown): Promise<Output> => {
      const argv = [process.execPath, join(entries, `${entry}.js`)] as const;
      const { exitCode, stdout, stderr } = await testToolRunner()({ argv: [...argv], cwd: root, input: JSON.stringify(input) });
      expect(exitCode, stderr).toBe(0);
      return JSON.parse(stdout) as Output;
    };

    const graph: ImportGraphInput = { root, files: ['a.ts', 'b.ts', 'c.ts'], configs: { '': 'tsconfig.json' }, packages: [] };
    const { edges, files } = await call<ImportGraphOutput>('import-graph', graph);
    expect(files).toEqual(['a.ts', 'b.ts', 'c.ts']);
    expect(edges.map(({ from, to }) => `${from} → ${to}`)).toEqual(['a.ts → b.ts', 'b.ts → a.ts']);

    const rules: ImportRulesInput = { root, targets: ['a.ts'], config: '.dependency-cruiser.cjs', knownViolations: null };
    const { violations } = await call<ImportRulesOutput>('import-rules', rules);
    expect(violations.map(({ rule, cycle }) => `${rule}: ${cycle?.join(' → ')}`)).toContain('round: a.ts → b.ts');
  });
});
