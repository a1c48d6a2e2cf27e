import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildLinkFarm } from '../../../agents/dependencies/link-farm.ts';

let folder: string;
let source: string;
let worktree: string;

function file(path: string, text = ''): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function link(path: string, target: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  symlinkSync(target, join(folder, path));
}

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'upkeep-farm-')));
  source = join(folder, 'user');
  worktree = join(folder, 'tree');
  file('user/node_modules/left-pad/index.js', 'left');
  file('user/node_modules/@scope/tool/bin.js', 'tool');
  file('user/node_modules/.cache/something', 'cache');
  file('user/node_modules/.vite/deps', 'cache');
  link('user/node_modules/.bin/tool', '../@scope/tool/bin.js');
  file('user/packages/a/index.js', 'uncommitted');
  file('user/packages/a/node_modules/only-a/index.js', 'only-a');
  link('user/node_modules/a', '../packages/a');
  file('tree/packages/a/index.js', 'committed');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Every path below a folder with its kind, content or target, inode and times. */
function fingerprint(root: string, at = ''): string[] {
  return readdirSync(join(root, at))
    .sort()
    .flatMap((name) => {
      const path = join(at, name);
      const stat = lstatSync(join(root, path), { bigint: true });
      const own = `${path} ${stat.mode} ${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.isSymbolicLink() ? readlinkSync(join(root, path)) : ''}`;
      return stat.isDirectory() ? [own, ...fingerprint(root, path)] : [own];
    });
}

describe('buildLinkFarm', () => {
  it('gives the worktree every package by a link of its own in a real folder', async () => {
    await buildLinkFarm({ source, worktree, dirs: ['', 'packages/a'] });
    expect(lstatSync(join(worktree, 'node_modules')).isDirectory()).toBe(true);
    expect(lstatSync(join(worktree, 'node_modules/@scope')).isDirectory()).toBe(true);
    expect(readFileSync(join(worktree, 'node_modules/left-pad/index.js'), 'utf8')).toBe('left');
    expect(readFileSync(join(worktree, 'node_modules/.bin/tool'), 'utf8')).toBe('tool');
    expect(readFileSync(join(worktree, 'packages/a/node_modules/only-a/index.js'), 'utf8')).toBe('only-a');
  });

  it('leads a workspace member to the committed files of the worktree', async () => {
    await buildLinkFarm({ source, worktree, dirs: [''] });
    expect(readFileSync(join(worktree, 'node_modules/a/index.js'), 'utf8')).toBe('committed');
  });

  it('leaves caches of tools out', async () => {
    await buildLinkFarm({ source, worktree, dirs: [''] });
    expect(readdirSync(join(worktree, 'node_modules')).sort()).toEqual(['.bin', '@scope', 'a', 'left-pad']);
  });

  it('keeps what tools write into node_modules out of the user’s checkout', async () => {
    const before = fingerprint(source);
    await buildLinkFarm({ source, worktree, dirs: ['', 'packages/a'] });
    mkdirSync(join(worktree, 'node_modules/.vite'));
    writeFileSync(join(worktree, 'node_modules/.vite/deps'), 'new');
    writeFileSync(join(worktree, 'node_modules/.tsbuildinfo'), 'new');
    writeFileSync(join(worktree, 'node_modules/@scope/new'), 'new');
    expect(fingerprint(source)).toEqual(before);
  });

  it('takes a node_modules that is itself a link', async () => {
    file('elsewhere/node_modules/dep/index.js', 'dep');
    rmSync(join(source, 'node_modules'), { recursive: true });
    link('user/node_modules', '../elsewhere/node_modules');
    await buildLinkFarm({ source, worktree, dirs: [''] });
    expect(readFileSync(join(worktree, 'node_modules/dep/index.js'), 'utf8')).toBe('dep');
    writeFileSync(join(worktree, 'node_modules/new'), '');
    expect(readdirSync(join(folder, 'elsewhere/node_modules'))).toEqual(['dep']);
  });

  it('does nothing where nothing is installed', async () => {
    await buildLinkFarm({ source, worktree, dirs: ['packages/none'] });
    expect(readdirSync(worktree)).toEqual(['packages']);
  });
});
