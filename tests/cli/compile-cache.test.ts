/** Where bin/agent.js keeps compiled code: never in the temporary folder. */
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/git-repository.ts';

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'agent.js');
const ENTRY = "import { getCompileCacheDir } from 'node:module'; console.log(String(getCompileCacheDir()));";

describe('compiled code', () => {
  /** Starts an installation whose program says where the compiled code is. */
  async function start(folder: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
    const at = join(folder, 'node_modules', 'upkeep');
    await mkdir(join(at, 'bin'), { recursive: true });
    await mkdir(join(at, 'dist', 'cli'), { recursive: true });
    await mkdir(join(folder, 'tmp'));
    await writeFile(join(at, 'dist', 'cli', 'package.json'), '{"type":"module"}');
    await writeFile(join(at, 'dist', 'cli', 'entry.js'), ENTRY);
    await copyFile(BIN, join(at, 'bin', 'agent.js'));
    const own = { PATH: process.env['PATH'], HOME: join(folder, 'home'), TMPDIR: join(folder, 'tmp') };
    const said = execFileSync(process.execPath, [join(at, 'bin', 'agent.js')], { env: { ...own, ...env }, encoding: 'utf8' }).trim();
    expect(await readdir(join(folder, 'tmp'))).toEqual([]);
    return said.replace(`${folder}/`, '');
  }
  const blockInstallation = async (folder: string): Promise<void> => {
    await mkdir(join(folder, 'node_modules'));
    await writeFile(join(folder, 'node_modules', '.cache'), '');
  };

  it('is kept beside the installation', async () => {
    await using folder = await temporaryFolder();
    expect(await start(folder.path)).toMatch(/^node_modules\/\.cache\/upkeep\/v/);
  });

  it('is kept in the folder for caches where the installation cannot be written', async () => {
    await using folder = await temporaryFolder();
    await blockInstallation(folder.path);
    expect(await start(folder.path, { XDG_CACHE_HOME: join(folder.path, 'caches') })).toMatch(/^caches\/upkeep\/v/);
  });

  it('is kept nowhere when there is no place for it', async () => {
    await using folder = await temporaryFolder();
    await blockInstallation(folder.path);
    await writeFile(join(folder.path, 'home'), '');
    expect(await start(folder.path)).toBe('undefined');
  });

  it('is kept where NODE_COMPILE_CACHE says', async () => {
    await using folder = await temporaryFolder();
    expect(await start(folder.path, { NODE_COMPILE_CACHE: join(folder.path, 'mine') })).toMatch(/^mine\/v/);
  });
});
