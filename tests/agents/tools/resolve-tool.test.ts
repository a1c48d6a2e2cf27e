import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findInstalledPackage, resolveBundledTool, resolveRepositoryTool, toolVersions } from '../../../agents/tools/resolve-tool.ts';

let base = '';
let root = '';

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'upkeep-resolve-')));
  root = join(base, 'repository');
  mkdirSync(root);
});
afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

function install(folder: string, manifest: Record<string, unknown>, files: Record<string, string | Buffer> = {}): string {
  const target = join(base, folder);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'package.json'), JSON.stringify(manifest));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(target, name)), { recursive: true });
    writeFileSync(join(target, name), content);
  }
  return target;
}

const eslint = { name: 'eslint', version: '9.1.0', bin: { eslint: './bin/eslint.js' } };
const script = { 'bin/eslint.js': '#!/usr/bin/env node\n' };

describe('the tool of a repository', () => {
  it('is found at the root from every package below it', () => {
    const folder = install('repository/node_modules/eslint', eslint, script);
    mkdirSync(join(root, 'packages/a'), { recursive: true });
    for (const dir of ['', 'packages/a']) {
      const tool = resolveRepositoryTool(root, { dir, packageName: 'eslint' });
      expect(tool).toEqual({ argv: [process.execPath, join(folder, 'bin/eslint.js')], version: '9.1.0', folder });
    }
  });

  it('is the one of the package itself where it has its own', () => {
    install('repository/node_modules/eslint', eslint, script);
    install('repository/packages/a/node_modules/eslint', { ...eslint, version: '8.0.0' }, script);
    expect(resolveRepositoryTool(root, { dir: 'packages/a', packageName: 'eslint' })?.version).toBe('8.0.0');
    expect(resolveRepositoryTool(root, { dir: '', packageName: 'eslint' })?.version).toBe('9.1.0');
  });

  it('is found through the links that pnpm and a link farm make', () => {
    const store = install('store/eslint@9', eslint, script);
    mkdirSync(join(root, 'node_modules'));
    symlinkSync(store, join(root, 'node_modules/eslint'));
    expect(resolveRepositoryTool(root, { dir: '', packageName: 'eslint' })?.version).toBe('9.1.0');
  });

  it('is never looked for above the root or behind a folder that leads out of it', () => {
    install('node_modules/eslint', eslint, script);
    install('outside/node_modules/eslint', eslint, script);
    symlinkSync(join(base, 'outside'), join(root, 'link'));
    for (const dir of ['', 'link', '..', '../outside', 'absent']) {
      expect(findInstalledPackage(root, dir, 'eslint')).toBeNull();
    }
  });

  it('runs by itself when it is native or names another interpreter', () => {
    install(
      'repository/node_modules/native',
      { name: 'native', version: '1.0.0', bin: 'tool' },
      { tool: Buffer.from('\x7fELF\x02', 'latin1') },
    );
    install('repository/node_modules/shell', { name: 'shell', version: '1.0.0', bin: 'tool.sh' }, { 'tool.sh': '#!/bin/sh\n' });
    chmodSync(join(root, 'node_modules/native/tool'), 0o755);
    expect(resolveRepositoryTool(root, { dir: '', packageName: 'native' })?.argv).toEqual([join(root, 'node_modules/native/tool')]);
    expect(resolveRepositoryTool(root, { dir: '', packageName: 'shell' })?.argv).toEqual([join(root, 'node_modules/shell/tool.sh')]);
  });

  it.each([
    ['has no binary', { name: 'eslint', version: '1.0.0' }],
    ['names a binary that is not there', { ...eslint, bin: { eslint: 'gone.js' } }],
    ['names a binary outside itself', { ...eslint, bin: { eslint: '../../../escape.js' } }],
  ])('is not resolved when it %s', (_what, manifest) => {
    writeFileSync(join(base, 'escape.js'), '');
    install('repository/node_modules/eslint', manifest, script);
    expect(resolveRepositoryTool(root, { dir: '', packageName: 'eslint' })).toBeNull();
  });
});

describe('versions of tools', () => {
  it('are read by root and by package, and change with what is installed', () => {
    expect(toolVersions(root)).toEqual({});
    install('repository/node_modules/eslint', eslint);
    install('repository/packages/a/node_modules/vitest', { name: 'vitest', version: '5.0.0' });
    install('repository/node_modules/unknown-tool', { name: 'unknown-tool', version: '5.0.0' });
    expect(toolVersions(root, ['', 'packages/a'])).toEqual({ eslint: '9.1.0', 'packages/a:vitest': '5.0.0' });
  });
});

describe('a tool that comes with us', () => {
  it('is found in our own installation, scoped or not', () => {
    expect(resolveBundledTool('typescript', 'tsc').version).toMatch(/^6\./);
    expect(() => resolveBundledTool('no-such-package')).toThrow(/missing from the installation/);
  });
});
