/** Reading configuration files from disk without leaving a folder. */
import { open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { ConfigError, problemOf } from './config-error.ts';
import { MAX_CONFIG_BYTES, type ReadFile } from './find-config.ts';

/** Reads files below `root`; a symbolic link that leads out of it is refused, a file that is too large is cut just above the limit. */
export function readBelow(root: string): ReadFile {
  return async (path) => {
    const real = await realPathOf(join(root, path));
    if (real === null) return null;
    const top = await realpath(root);
    if (real !== top && !real.startsWith(top + sep)) throw new ConfigError([problemOf(path, 'the path leads out of the repository')]);
    return readAtMost(real, MAX_CONFIG_BYTES + 1);
  };
}

async function realPathOf(path: string): Promise<string | null> {
  try {
    return await realpath(path);
  } catch (error) {
    if (isAbsent(error)) return null;
    throw new ConfigError([problemOf(path, error instanceof Error ? error.message : String(error))]);
  }
}

async function readAtMost(path: string, limit: number): Promise<string | null> {
  await using file = await open(path, 'r');
  const stat = await file.stat();
  if (!stat.isFile()) return null;
  // package.json may be larger than a configuration: it is read whole, within reason.
  const size = path.endsWith('package.json') ? Math.min(stat.size, 16 * limit) : Math.min(stat.size, limit);
  const buffer = Buffer.alloc(size);
  const { bytesRead } = await file.read(buffer, 0, size, 0);
  return buffer.toString('utf8', 0, bytesRead);
}

function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
