/** The hooks that Git would run in a clone. Looked at only: no command of ours runs one. */
import { access, constants, open, readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { git } from './exec-git.ts';
import type { Repository } from './repository.ts';

/** A hook as a person's own Git would find it. */
export interface InstalledHook {
  /** `commit-msg`. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** The beginning of its text. */
  readonly head: string;
}

/** Names as in githooks(5). */
const HOOK_NAME = /^[a-z]+(-[a-z0-9]+)*$/;
const HEAD_BYTES = 4096;
/** Husky's own folder has a stub for every hook there is; those that do something are files of the repository beside it. */
const HUSKY_STUBS = /[\\/]\.husky[\\/]_$/;

/** Sorted by name; empty where nothing can be read. */
export async function installedHooks(repository: Repository): Promise<InstalledHook[]> {
  const folder = await hooksFolder(repository);
  const isHusky = HUSKY_STUBS.test(folder);
  const place = isHusky ? dirname(folder) : folder;
  const names = (await readdir(place).catch((): string[] => [])).filter((name) => HOOK_NAME.test(name)).sort();
  const hooks: InstalledHook[] = [];
  for (const name of names) {
    const path = join(place, name);
    // Git passes over a hook that is not executable; the stubs of husky start theirs by a shell.
    const head = isHusky || (await isExecutable(path)) ? await readHead(path) : null;
    if (head !== null) hooks.push({ name, path, head });
  }
  return hooks;
}

async function hooksFolder(repository: Repository): Promise<string> {
  const top = repository.root ?? repository.gitDir;
  const { stdout } = await git(['config', '--path', '--get-all', 'core.hooksPath'], { cwd: top, okCodes: [0, 1] });
  // The last value is ours: it keeps hooks from running.
  const path = stdout.trim().split('\n').slice(0, -1).at(-1);
  return path === undefined ? join(repository.commonDir, 'hooks') : resolve(top, path);
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Null for what is no regular file or cannot be read. */
async function readHead(path: string): Promise<string | null> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!(await file.stat()).isFile()) return null;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES);
    return buffer.toString('utf8', 0, bytesRead);
  } catch {
    return null; // gone, a folder, or not ours to read
  }
}
