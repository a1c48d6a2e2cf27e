import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { machineToolHashes, machineToolStamps, toolsCalled } from '../../../agents/tools/machine-tools.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'upkeep-machine-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** A program below the folder of this test. */
function program(path: string, text: string, mode = 0o755): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
  chmodSync(join(folder, path), mode);
}

const below = (...names: string[]): string => names.map((name) => join(folder, name)).join(delimiter);
const hashes = (...names: string[]): Record<string, string> => machineToolHashes({ root: null, path: below(...names) });

describe('programs of the machine', () => {
  it('are the same wherever and whenever they were installed, and others in another build', () => {
    program('one/shellcheck', 'ELF build one');
    program('two/shellcheck', 'ELF build one');
    utimesSync(join(folder, 'two/shellcheck'), 1, 1);
    program('three/shellcheck', 'ELF build two');
    expect(Object.keys(hashes('one'))).toEqual(['shellcheck']);
    expect(hashes('two')).toEqual(hashes('one'));
    expect(hashes('three')).not.toEqual(hashes('one'));
    expect(hashes('empty', 'three', 'one')).toEqual(hashes('three'));
  });

  it('of Python go by the version that pip installed beside them', () => {
    const SHIM = '#!/usr/bin/python3\nfrom black import main\n';
    program('a/bin/black', SHIM);
    program('a/lib/python3.12/site-packages/black-24.1.0.dist-info/METADATA', '');
    program('b/bin/black', SHIM);
    program('b/lib/python3.11/dist-packages/black-24.1.0.dist-info/METADATA', '');
    program('c/bin/black', SHIM);
    program('c/lib/python3.12/site-packages/black-24.2.0.dist-info/METADATA', '');
    expect(hashes('b/bin')).toEqual(hashes('a/bin'));
    expect(hashes('c/bin')).not.toEqual(hashes('a/bin'));
    mkdirSync(join(folder, 'links'));
    symlinkSync(join(folder, 'c/bin/black'), join(folder, 'links/black'));
    expect(hashes('links')).toEqual(hashes('c/bin'));
    // The environment of the checkout comes first.
    program('checkout/.venv/bin/black', SHIM);
    program('checkout/.venv/lib/python3.12/site-packages/black-24.2.0.dist-info/METADATA', '');
    expect(machineToolHashes({ root: join(folder, 'checkout'), path: below('a/bin') })).toEqual(hashes('c/bin'));
  });

  it('behind shims of pyenv are those of the version that is chosen', () => {
    const place = { root: join(folder, 'checkout'), path: below('pyenv/shims') };
    program('pyenv/shims/python3', 'exec pyenv exec python3');
    program('pyenv/versions/3.11.7/bin/python3', 'ELF 3.11.7');
    program('pyenv/versions/3.12.1/bin/python3', 'ELF 3.12.1');
    writeFileSync(join(folder, 'pyenv/version'), '3.11.7\n');
    const before = machineToolHashes(place);
    expect(before).toEqual(hashes('pyenv/versions/3.11.7/bin'));
    program('checkout/.python-version', '3.12.1\n');
    expect(machineToolHashes(place)).toEqual(hashes('pyenv/versions/3.12.1/bin'));
  });

  it('are none where nothing of that name can be started', () => {
    program('bin/shfmt', 'text', 0o644);
    mkdirSync(join(folder, 'bin/ruff'));
    program('other/go', 'ELF');
    expect(hashes('bin', 'nowhere')).toEqual({});
    expect(machineToolHashes({ root: null, path: undefined })).toEqual({});
    expect(machineToolHashes({ root: null, path: 'relative/bin' })).toEqual({});
  });

  it('leave another stamp once another file is in their place', () => {
    const place = { root: null, path: below('bin') };
    program('bin/go', 'ELF one');
    const before = machineToolStamps(place, ['go', 'shfmt']);
    expect(machineToolStamps(place, ['go', 'shfmt'])).toBe(before);
    program('bin/new', 'ELF two');
    renameSync(join(folder, 'bin/new'), join(folder, 'bin/go'));
    expect(machineToolStamps(place, ['go', 'shfmt'])).not.toBe(before);
    expect(machineToolStamps(place, ['shellcheck'])).toBe('');
  });

  it('count where checks call them, those that are missing too', () => {
    expect(toolsCalled([{ machineTools: ['shfmt', 'shellcheck'] }, {}, { machineTools: ['shfmt'] }], { shfmt: 'a', go: 'b' })).toEqual({
      shellcheck: '',
      shfmt: 'a',
    });
  });
});
