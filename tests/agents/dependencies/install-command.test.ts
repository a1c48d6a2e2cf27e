import { describe, expect, it } from 'vitest';
import { installCommand, installInputs } from '../../../agents/dependencies/install-command.ts';
import { readProject } from '../../../agents/read-project.ts';
import type { ReadProject } from '../../../agents/read-project.ts';
import { repositoryWith } from '../../support/git-repository.ts';

async function withProject<T>(files: Readonly<Record<string, string>>, ask: (project: ReadProject) => T | Promise<T>): Promise<T> {
  await using repository = await repositoryWith({ 'package.json': '{"workspaces":["packages/*"]}', ...files });
  return await ask(await readProject(await repository.open(), await repository.head()));
}

describe('installCommand', () => {
  it.each([
    ['package-lock.json', '{}', 'npm ci --ignore-scripts'],
    ['pnpm-lock.yaml', 'lockfileVersion: 9\n', 'pnpm install --frozen-lockfile --ignore-scripts'],
    ['yarn.lock', '# yarn lockfile v1\n', 'yarn install --frozen-lockfile --ignore-scripts'],
    ['yarn.lock', '__metadata:\n  version: 8\n', 'yarn install --immutable --mode=skip-build'],
    ['bun.lock', '{}', 'bun install --frozen-lockfile --ignore-scripts'],
  ])('keeps to %s and runs no scripts', async (lockfile, text, line) => {
    const command = await withProject({ [lockfile]: text }, installCommand);
    expect(command?.argv.join(' ').startsWith(line), command?.argv.join(' ')).toBe(true);
  });

  it('asks later Yarns for a node_modules, whatever the repository uses', async () => {
    const command = await withProject({ 'yarn.lock': '__metadata:\n', '.yarnrc.yml': 'nodeLinker: pnp\n' }, installCommand);
    expect(command?.env['YARN_NODE_LINKER']).toBe('node-modules');
  });

  it('has none without a lockfile', async () => {
    expect(await withProject({}, installCommand)).toBeNull();
  });
});

describe('installInputs', () => {
  it('takes manifests, lockfile, settings, patches, the repository’s own package manager and programs of its packages', async () => {
    const inputs = [
      '.npmrc',
      '.pnpmfile.cjs',
      '.yarn/releases/yarn-4.0.0.cjs',
      '.yarnrc.yml',
      'package.json',
      'packages/tool/bin.js',
      'packages/tool/package.json',
      'patches/a.patch',
      'pnpm-workspace.yaml',
      'yarn.lock',
    ];
    const others = ['src/a.ts', 'README.md', 'examples/a/package.json', '.yarn/cache/a.zip', 'packages/tool/index.js'];
    const files = Object.fromEntries([...inputs, ...others].map((path) => [path, path.endsWith('package.json') ? '{"name":"x"}' : '\n']));
    files['package.json'] = '{"workspaces":["packages/*"]}';
    files['packages/tool/package.json'] = '{"name":"tool","bin":{"tool":"./bin.js"}}';
    expect(await withProject(files, installInputs)).toEqual([...inputs].sort());
  });
});
