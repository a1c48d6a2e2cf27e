import { execFileSync } from 'node:child_process';
import {
  chmodSync,
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
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildLinkFarm } from '../../../agents/dependencies/link-farm.ts';
import { packagesToCopy } from '../../../agents/dependencies/packages-to-copy.ts';

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

async function farm(dirs: readonly string[], members: Readonly<Record<string, string>> = {}): Promise<void> {
  const names = new Map(Object.entries(members));
  const copies = await packagesToCopy({ source, dirs, members: new Set(names.keys()) });
  await buildLinkFarm({ source, worktree, dirs, copies, members: names });
}

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
  it('keeps programs runnable that look for their package in the store from where they stand, as those of pnpm do', async () => {
    const shim = (path: string): string => `#!/bin/sh\nbasedir=$(dirname "$0")\nexec sh "$basedir/${path}" "$@"\n`;
    file('user/node_modules/.pnpm/lint@1.0.0/node_modules/lint/bin', 'echo "linted $1"\n');
    file('user/node_modules/.bin/lint', shim('../.pnpm/lint@1.0.0/node_modules/lint/bin'));
    file('user/packages/a/node_modules/.bin/own', shim('../../bin'));
    file('tree/packages/a/bin', 'echo "committed $1"\n');
    for (const path of ['node_modules/.bin/lint', 'packages/a/node_modules/.bin/own']) chmodSync(join(source, path), 0o755);
    await farm(['', 'packages/a']);
    const ran = (path: string): string => execFileSync(join(worktree, path), ['a.js'], { encoding: 'utf8' });
    expect(ran('node_modules/.bin/lint')).toBe('linted a.js\n');
    expect(ran('packages/a/node_modules/.bin/own')).toBe('committed a.js\n');
  });

  it('gives the worktree every package by a link of its own in a real folder', async () => {
    await farm(['', 'packages/a']);
    expect(lstatSync(join(worktree, 'node_modules')).isDirectory()).toBe(true);
    expect(lstatSync(join(worktree, 'node_modules/@scope')).isDirectory()).toBe(true);
    expect(readFileSync(join(worktree, 'node_modules/left-pad/index.js'), 'utf8')).toBe('left');
    expect(readFileSync(join(worktree, 'node_modules/.bin/tool'), 'utf8')).toBe('tool');
    expect(readFileSync(join(worktree, 'packages/a/node_modules/only-a/index.js'), 'utf8')).toBe('only-a');
  });

  it('leads a workspace member to the committed files of the worktree', async () => {
    await farm(['']);
    expect(readFileSync(join(worktree, 'node_modules/a/index.js'), 'utf8')).toBe('committed');
  });

  it('leaves caches of tools out', async () => {
    await farm(['']);
    expect(readdirSync(join(worktree, 'node_modules')).sort()).toEqual(['.bin', '@scope', 'a', 'left-pad']);
  });

  it('keeps what tools write into node_modules out of the user’s checkout', async () => {
    const before = fingerprint(source);
    await farm(['', 'packages/a']);
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
    await farm(['']);
    expect(readFileSync(join(worktree, 'node_modules/dep/index.js'), 'utf8')).toBe('dep');
    writeFileSync(join(worktree, 'node_modules/new'), '');
    expect(readdirSync(join(folder, 'elsewhere/node_modules'))).toEqual(['dep']);
  });

  it('leaves alone what the commit has in its node_modules', async () => {
    file('tree/node_modules/left-pad/index.js', 'committed');
    await farm(['']);
    expect(readFileSync(join(worktree, 'node_modules/left-pad/index.js'), 'utf8')).toBe('committed');
    expect(readFileSync(join(worktree, 'node_modules/@scope/tool/bin.js'), 'utf8')).toBe('tool');
  });

  it('does nothing where nothing is installed', async () => {
    await farm(['packages/none']);
    expect(readdirSync(worktree)).toEqual(['packages']);
  });
});

/** What a module at `path` of the worktree gets for `name`. */
function found(path: string, name: string): string {
  return readFileSync(createRequire(realpathSync(join(worktree, path))).resolve(name), 'utf8');
}

describe('a package that uses a package of the workspace', () => {
  const manifest = (name: string, needs: object = {}): string => JSON.stringify({ name, main: 'index.js', ...needs });

  it('gets the worktree’s where packages lie side by side, as do packages that use it', async () => {
    file('user/node_modules/plugin/package.json', manifest('plugin', { peerDependencies: { a: '*' } }));
    file('user/node_modules/plugin/index.js');
    file('user/node_modules/preset/package.json', manifest('preset', { dependencies: { plugin: '1' } }));
    file('user/node_modules/preset/index.js');
    await farm(['', 'packages/a'], { a: 'packages/a' });
    expect(found('node_modules/plugin/index.js', 'a')).toBe('committed');
    expect(realpathSync(createRequire(realpathSync(join(worktree, 'node_modules/preset/index.js'))).resolve('plugin'))).toBe(
      join(worktree, 'node_modules/plugin/index.js'),
    );
    expect(lstatSync(join(worktree, 'node_modules/left-pad')).isSymbolicLink()).toBe(true);
  });

  it('gets the worktree’s from a store, where other packages stay the user’s', async () => {
    const store = 'user/node_modules/.pnpm';
    file(`${store}/plugin@1_a@packages+a/node_modules/plugin/package.json`, manifest('plugin'));
    file(`${store}/plugin@1_a@packages+a/node_modules/plugin/index.js`);
    link(`${store}/plugin@1_a@packages+a/node_modules/a`, '../../../../packages/a');
    link(`${store}/plugin@1_a@packages+a/node_modules/dep`, '../../dep@2/node_modules/dep');
    file(`${store}/dep@2/node_modules/dep/index.js`, 'dep');
    file(`${store}/preset@1/node_modules/preset/index.js`);
    link(`${store}/preset@1/node_modules/plugin`, '../../plugin@1_a@packages+a/node_modules/plugin');
    link(`${store}/node_modules/dep`, '../dep@2/node_modules/dep');
    link('user/node_modules/preset', '.pnpm/preset@1/node_modules/preset');
    link('user/packages/a/node_modules/dep', '../../../node_modules/.pnpm/dep@2/node_modules/dep');
    const before = fingerprint(source);
    await farm(['', 'packages/a'], { a: 'packages/a' });
    expect(readdirSync(join(worktree, 'node_modules/.pnpm')).sort()).toEqual(['node_modules', 'plugin@1_a@packages+a', 'preset@1']);
    const plugin = createRequire(realpathSync(join(worktree, 'node_modules/preset/index.js'))).resolve('plugin');
    expect(readFileSync(createRequire(plugin).resolve('a'), 'utf8')).toBe('committed');
    expect(createRequire(plugin).resolve('dep/index.js')).toBe(join(source, 'node_modules/.pnpm/dep@2/node_modules/dep/index.js'));
    expect(realpathSync(join(worktree, 'packages/a/node_modules/dep'))).toBe(join(source, 'node_modules/.pnpm/dep@2/node_modules/dep'));
    expect(fingerprint(source)).toEqual(before);
  });

  it('is given the committed files where pnpm injects a copy', async () => {
    file('user/node_modules/.pnpm/a@file+packages+a/node_modules/a/index.js', 'uncommitted');
    link('user/packages/b/node_modules/a', '../../../node_modules/.pnpm/a@file+packages+a/node_modules/a');
    file('tree/packages/a/node_modules/not-of-the-package/index.js');
    await farm(['', 'packages/a', 'packages/b'], { a: 'packages/a', b: 'packages/b' });
    expect(readdirSync(realpathSync(join(worktree, 'packages/b/node_modules/a')))).toEqual(['index.js']);
    expect(readFileSync(join(worktree, 'packages/b/node_modules/a/index.js'), 'utf8')).toBe('committed');
  });

  it('is started from the worktree by a program file that looks for its real place', async () => {
    const program = (target: string): string =>
      [
        '#!/bin/sh',
        'link="$0"',
        'while [ -L "$link" ]; do link=$(readlink "$link"); done',
        'basedir_abs=$(cd "${link%/*}" && pwd -P)',
        `exec cat "$basedir_abs"/'${target}' "$@"`,
        '',
      ].join('\n');
    file('user/packages/b/node_modules/.bin/a', program('../a/index.js'));
    file('user/packages/b/node_modules/.bin/left-pad', program('../../../../node_modules/left-pad/index.js'));
    for (const name of ['a', 'left-pad']) chmodSync(join(source, `packages/b/node_modules/.bin/${name}`), 0o755);
    link('user/packages/b/node_modules/a', '../../a');
    await farm(['', 'packages/a', 'packages/b'], { a: 'packages/a', b: 'packages/b' });
    const say = (name: string): string => execFileSync(join(worktree, `packages/b/node_modules/.bin/${name}`), { encoding: 'utf8' });
    expect(say('a')).toBe('committed');
    expect(say('left-pad')).toBe('left');
  });
});
