/** The line that closes a run of the tests, taken from real runs of Vitest. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'upkeep-tally-'));
  mkdirSync(join(folder, 'tests'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(folder, 'vitest.config.ts'),
    `import { TallyReporter } from ${JSON.stringify(join(root, 'scripts/tally-reporter.ts'))};\nexport default { test: { reporters: ['default', new TallyReporter()] } };\n`,
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function lastLineOf(tests: Readonly<Record<string, string>>): { readonly line: string | undefined; readonly code: number | null } {
  for (const [name, text] of Object.entries(tests))
    writeFileSync(join(folder, 'tests', name), `import { expect, it } from 'vitest';\n${text}`);
  const { stdout, status } = spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { line: stdout.trim().split('\n').at(-1), code: status };
}

describe('the closing line', () => {
  it('counts what passed', () => {
    expect(lastLineOf({ 'a.test.ts': "it('a', () => {}); it('b', () => {});" })).toEqual({ line: '2 passed, 0 failed', code: 0 });
  });

  it('counts what failed, what was left out, and a file that could not be loaded', () => {
    const result = lastLineOf({
      'a.test.ts': "it('a', () => {}); it('b', () => { expect(1).toBe(2); }); it.skip('c', () => {});",
      'b.test.ts': "throw new Error('at load');",
    });
    expect(result).toEqual({ line: '1 passed, 2 failed, 1 skipped', code: 1 });
  });
});

describe('.ci/run', () => {
  it("is the README's test command", () => {
    const command = readFileSync(join(root, '.ci/run'), 'utf8').trim().split('\n').at(-1);
    expect(command).toBe('npm ci && npm test');
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain(`${command} `);
  });
});
