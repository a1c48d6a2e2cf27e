import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packagesToCopy } from '../../../agents/dependencies/packages-to-copy.ts';

let source: string;
beforeEach(() => {
  source = realpathSync(mkdtempSync(join(tmpdir(), 'upkeep-copies-')));
  link('node_modules/@own/core', '../../packages/core');
});
afterEach(() => rmSync(source, { recursive: true, force: true }));

function install(path: string, manifest: object): void {
  mkdirSync(join(source, path), { recursive: true });
  writeFileSync(join(source, path, 'package.json'), JSON.stringify(manifest));
}

function link(path: string, target: string): void {
  mkdirSync(dirname(join(source, path)), { recursive: true });
  symlinkSync(target, join(source, path));
}

async function copies(dirs: readonly string[] = ['', 'packages/core']): Promise<string[]> {
  return [...(await packagesToCopy({ source, dirs, members: new Set(['@own/core']) }))].map((path) => relative(source, path)).sort();
}

describe('packagesToCopy', () => {
  it.each(['dependencies', 'optionalDependencies', 'peerDependencies'])(
    'takes a package that names a member in its %s',
    async (section) => {
      install('node_modules/plugin', { [section]: { '@own/core': '*' } });
      install('node_modules/other', { [section]: { lodash: '*' } });
      expect(await copies()).toEqual(['node_modules/plugin']);
    },
  );

  it('takes what uses such a package, however far, and ends in a cycle', async () => {
    install('node_modules/plugin', { dependencies: { '@own/core': '*' } });
    install('node_modules/preset', { dependencies: { plugin: '*', '@s/config': '*' } });
    install('node_modules/@s/config', { peerDependencies: { preset: '*' } });
    install('node_modules/lodash', {});
    expect(await copies()).toEqual(['node_modules/@s/config', 'node_modules/plugin', 'node_modules/preset']);
  });

  it('takes a package for what lies inside of it', async () => {
    install('node_modules/outer', { dependencies: { inner: '*' } });
    install('node_modules/outer/node_modules/inner', { dependencies: { '@own/core': '*' } });
    expect(await copies()).toEqual(['node_modules/outer']);
  });

  it('leaves a package that brings its own of the same name', async () => {
    install('node_modules/outer', { dependencies: { '@own/core': '0.1' } });
    install('node_modules/outer/node_modules/@own/core', {});
    expect(await copies()).toEqual([]);
  });

  it('looks beside a package first, then in the root', async () => {
    install('packages/core/node_modules/plugin', { dependencies: { '@own/core': '*', lodash: '*' } });
    install('packages/core/node_modules/lodash', {});
    expect(await copies()).toEqual(['packages/core/node_modules/plugin']);
  });

  it('survives a manifest that does not parse', async () => {
    install('node_modules/broken', {});
    writeFileSync(join(source, 'node_modules/broken/package.json'), '{');
    expect(await copies()).toEqual([]);
  });

  it.each(['.pnpm', '.bun', '.store'])('follows the links of %s', async (store) => {
    link(`node_modules/${store}/plugin@1/node_modules/@own/core`, '../../../../../packages/core');
    link(`node_modules/${store}/preset@1/node_modules/plugin`, '../../plugin@1/node_modules/plugin');
    link(`node_modules/${store}/other@1/node_modules/lodash`, '../../lodash@4/node_modules/lodash');
    link(`node_modules/${store}/node_modules/plugin`, '../plugin@1/node_modules/plugin');
    expect(await copies()).toEqual([`node_modules/${store}/plugin@1`, `node_modules/${store}/preset@1`]);
  });

  it('has nothing to do in a repository of one package', async () => {
    install('node_modules/plugin', { dependencies: { '@own/core': '*' } });
    expect(await copies([''])).toEqual([]);
  });
});
