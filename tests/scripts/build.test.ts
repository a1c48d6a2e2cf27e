import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildDist } from '../../scripts/build.ts';

let folder: string;
const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'upkeep-build-'));
  write('package.json', '{ "name": "upkeep", "type": "module" }');
  write('cli/main.ts', "const { where } = await import('../agents/tools/where.ts');\nconsole.log(where);\n");
  write(
    'agents/tools/where.ts',
    'await using _ = { [Symbol.asyncDispose]: async () => undefined };\nexport const where: string = import.meta.url;\n',
  );
  write('agents/tools/entries/one.ts', "import { where } from '../where.ts';\nconsole.log('one', where, import.meta.url);\n");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const start = (path: string): string => execFileSync(process.execPath, [join(folder, path)], { encoding: 'utf8' }).trim();

describe('the build', () => {
  it('bundles the command line and every entry, and keeps what is loaded lazily apart', async () => {
    const files = await buildDist(folder);
    expect(files).toContain('dist/cli/main.js');
    expect(files).toContain('dist/agents/tools/entries/one.js');
    expect(files.some((file) => file.startsWith('dist/chunks/'))).toBe(true);
  });

  it('lets modules find their neighbours as if dist mirrored the sources', async () => {
    await buildDist(folder);
    expect(start('dist/cli/main.js')).toMatch(/^file:.*\/dist\/agents\/tools\/where\.js$/);
    expect(start('dist/agents/tools/entries/one.js')).toMatch(
      /^one file:.*\/dist\/agents\/tools\/where\.js file:.*\/dist\/agents\/tools\/entries\/one\.js$/,
    );
  });

  it('makes one file of the gate, with its version, its licences and builtins that are loaded by require', async () => {
    write('package.json', '{ "name": "upkeep", "type": "module", "version": "3.2.1", "dependencies": { "thing": "1.0.0" } }');
    write('node_modules/thing/package.json', '{ "name": "thing", "version": "1.0.0", "license": "MIT", "main": "index.js" }');
    write('node_modules/thing/index.js', 'exports.thing = "thing";\n');
    write('node_modules/thing/LICENSE', 'Permission is granted. */\n');
    write(
      'cli/gate/main.ts',
      "import { request } from 'node:http';\nimport { thing } from 'thing';\ndeclare const UPKEEP_VERSION: string;\nconsole.log(UPKEEP_VERSION, thing, typeof request);\n",
    );
    expect(await buildDist(folder)).toContain('dist/gate.mjs');
    rmSync(join(folder, 'node_modules'), { recursive: true });
    expect(start('dist/gate.mjs')).toBe('3.2.1 thing function');
    const text = readFileSync(join(folder, 'dist/gate.mjs'), 'utf8');
    expect(text.split('\n')[0]).toMatch(/^\/\/ upkeep-gate 3\.2\.1: /);
    expect(text).toContain('thing 1.0.0 (MIT)');
    expect(text).not.toMatch(/import[^;]*node:http/);
  });

  it('writes only what changed and takes away what is stale', async () => {
    await buildDist(folder);
    write('dist/chunks/stale-0000.js', '');
    const before = statSync(join(folder, 'dist/cli/main.js')).mtimeMs;
    await buildDist(folder);
    expect(statSync(join(folder, 'dist/cli/main.js')).mtimeMs).toBe(before);
    expect(readdirSync(join(folder, 'dist/chunks'))).not.toContain('stale-0000.js');
  });
});

describe('the shim', () => {
  it('says what to do when nothing is built', () => {
    write('bin/placeholder', '');
    symlinkSync(fileURLToPath(new URL('../../bin/agent.js', import.meta.url)), join(folder, 'bin/agent.js'));
    write('bin/package.json', '{ "type": "commonjs" }');
    expect(() => execFileSync(process.execPath, ['--preserve-symlinks-main', join(folder, 'bin/agent.js')], { stdio: 'pipe' })).toThrow(
      /is not built.*npm run build/s,
    );
  });
});
