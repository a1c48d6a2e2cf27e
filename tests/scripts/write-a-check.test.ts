import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/git-repository.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
const GUIDE = readFileSync(join(PROJECT, 'docs/guide/write-a-check.md'), 'utf8');

/** The files that the page tells to write: their paths stand in a line of their own before the code. */
const files = [...GUIDE.matchAll(/^`([\w./-]+\.ts)`:\n\n```ts\n([^]*?)^```/gm)].map(([, path = '', code = '']) => ({ path, code }));

/** The folder of the project as it is, with new files beside the others. */
function withFiles(folder: string): void {
  const own = new Set(files.flatMap(({ path }) => parentsOf(path)));
  const link = (dir: string): void => {
    for (const name of readdirSync(join(PROJECT, dir))) {
      const path = dir === '' ? name : `${dir}/${name}`;
      if (own.has(path)) {
        mkdirSync(join(folder, path));
        link(path);
      } else if (!['.git', 'dist', 'vitest.config.ts', 'vite.config.ts'].includes(path))
        symlinkSync(join(PROJECT, path), join(folder, path));
    }
  };
  link('');
  for (const { path, code } of files) writeFileSync(join(folder, path), code);
}

function parentsOf(path: string): string[] {
  const dir = dirname(path);
  return dir === '.' ? [] : [...parentsOf(dir), dir];
}

it('follows the page about writing a check: what it says to write passes what it says to test', async () => {
  expect(files.map(({ path }) => path)).toEqual(['agents/checks/byte-order-marks.ts', 'tests/agents/checks/byte-order-marks.test.ts']);
  await using folder = await temporaryFolder();
  withFiles(folder.path);
  const [check, test] = files.map(({ path }) => path);
  const vitest = join(PROJECT, 'node_modules/vitest/vitest.mjs');
  // Types by the compiler, the rest by the test of the page.
  const types = ['node_modules/typescript/bin/tsc', '--noEmit', '--ignoreConfig', '--strict', '--skipLibCheck', '--types', 'node'];
  const modern = [
    '--module',
    'nodenext',
    '--target',
    'esnext',
    '--allowImportingTsExtensions',
    '--resolveJsonModule',
    '--preserveSymlinks',
  ];
  const run = promisify(execFile);
  const options = { cwd: folder.path, env: { ...process.env, VITEST: undefined, NO_COLOR: '1' } };
  await run(process.execPath, [...types, ...modern, check ?? ''], options);
  const { stdout } = await run(process.execPath, [vitest, 'run', test ?? ''], options);
  expect(stdout).toMatch(/Tests\s+3 passed/);
});
