/** The bin on a Node that is too old: one line with the way out that works from where it was called. */
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/git-repository.ts';

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'agent.js');

function onNode20(cwd: string): string {
  const pretend = `Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } }); require(${JSON.stringify(BIN)})`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', pretend], { cwd, encoding: 'utf8' });
  expect([status, stdout]).toEqual([2, '']);
  return stderr;
}

it('names a package to bring along only where it is no dependency', async () => {
  await using folder = await temporaryFolder();
  const said = 'upkeep needs Node 22.18 or later and this is 20.20.2: run ';
  expect(onNode20(folder.path)).toBe(`${said}\`npx -p node@24 -p upkeep agent run\`.\n`);
  await mkdir(join(folder.path, 'node_modules', 'upkeep'), { recursive: true });
  await writeFile(join(folder.path, 'node_modules', 'upkeep', 'package.json'), '{}');
  await mkdir(join(folder.path, 'packages', 'one'), { recursive: true });
  expect(onNode20(join(folder.path, 'packages', 'one'))).toBe(
    `${said}\`npx -p node@24 agent run\`, or put Node 24 beside it once with \`npm i -D node@24\`.\n`,
  );
});
