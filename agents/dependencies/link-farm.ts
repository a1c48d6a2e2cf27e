/**
 * A node_modules of our own that links to the user's packages one by one. A symlinked or hard-linked node_modules
 * would let tools write their caches and build info into the user's checkout; here they land in the farm.
 */
import { lstat, mkdir, readdir, readlink, realpath, symlink } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** Entries of node_modules that tools write for themselves: never linked. */
const CACHES = /^\.(?!bin$|pnpm$)/;

/** Builds `<worktree>/<dir>/node_modules` for each `dir` ('' is the root) from the same folder below `source`. */
export async function buildLinkFarm(farm: { source: string; worktree: string; dirs: readonly string[] }): Promise<void> {
  const source = await realpath(farm.source);
  for (const dir of farm.dirs) {
    const from = join(source, dir, 'node_modules');
    if (await isFolder(from)) await linkFolder(from, join(farm.worktree, dir, 'node_modules'), source);
  }
}

async function linkFolder(from: string, to: string, source: string): Promise<void> {
  await mkdir(to, { recursive: true });
  const entries = await readdir(from, { withFileTypes: true });
  await Promise.all(
    entries.map(async (entry) => {
      const name = entry.name;
      const original = join(from, name);
      if (name === '.bin' || (name.startsWith('@') && entry.isDirectory())) return linkFolder(original, join(to, name), source);
      if (CACHES.test(name) || name === '.pnpm') return undefined;
      return symlink(await linkTarget(original, entry.isSymbolicLink(), source), join(to, name));
    }),
  );
}

/**
 * Links to workspace members and to programs in `.bin` stay relative, so that they lead to the worktree's own files;
 * everything else leads to the real package.
 */
async function linkTarget(original: string, isLink: boolean, source: string): Promise<string> {
  if (!isLink) return original;
  const raw = await readlink(original);
  const target = resolve(dirname(original), raw);
  const inside = relative(source, target);
  const isWorkspaceMember = !inside.startsWith('..') && !inside.split(sep).includes('node_modules');
  const isProgram = dirname(original).endsWith(`${sep}.bin`);
  if (isWorkspaceMember || (isProgram && !raw.startsWith(sep))) return relative(dirname(original), target);
  return realpath(original).catch(() => target);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory() || (await lstat(await realpath(path))).isDirectory();
  } catch {
    return false; // absent or a dangling link: nothing to farm
  }
}
