import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const SOURCE = resolve(import.meta.dirname, '../fixtures/tools');

/**
 * The folder of node_modules with the tools of tests/fixtures/tools, installed once a machine. Whoever comes first installs
 * beside it and renames, so that two test files at once are no trouble and a broken install is never seen.
 */
export async function installTestTools(): Promise<string> {
  const lock = readFileSync(join(SOURCE, 'package-lock.json'));
  const version = createHash('sha256').update(lock).digest('hex').slice(0, 12);
  const folder = join(tmpdir(), `upkeep-test-tools-v1-${version}`);
  if (existsSync(folder)) return join(folder, 'node_modules');
  const making = mkdtempSync(join(tmpdir(), 'upkeep-test-tools-making-'));
  try {
    for (const name of ['package.json', 'package-lock.json']) cpSync(join(SOURCE, name), join(making, name));
    await promisify(execFile)('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: making,
      maxBuffer: 1 << 24,
    });
    renameSync(making, folder);
  } catch (error) {
    // Another test file was faster: a folder that holds something cannot be renamed onto.
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    rmSync(making, { recursive: true, force: true, maxRetries: 3 });
  }
  return join(folder, 'node_modules');
}

/** Puts one of these tools into a repository, by link, under `name`. */
export function linkTestTool(root: string, tools: string, [tool, name = tool]: readonly [string, string?]): void {
  const target = join(root, 'node_modules', name);
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(join(tools, tool), target);
}
