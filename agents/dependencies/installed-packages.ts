/** Reading a node_modules: its packages, and where its links lead. */
import { readdir, readlink } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** Folders inside node_modules in which pnpm, Bun and Yarn's pnpm linker keep `<package>/node_modules/…` one beside the other. */
export const STORES: readonly string[] = ['.pnpm', '.bun', '.store'];

const STORE_ENTRY = new RegExp(
  `^.*?[\\\\/]node_modules[\\\\/](?:${STORES.map((name) => `\\${name}`).join('|')})[\\\\/][^\\\\/]+(?=[\\\\/]|$)`,
);

/** The folder that such a store has for the package at `path`, or null when it is in none. */
export function storeEntryOf(path: string): string | null {
  return STORE_ENTRY.exec(path)?.[0] ?? null;
}

/** One entry of a node_modules. */
export interface Installed {
  /** With its scope. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** Absolute, as the link says and not further; null when it is a real folder. */
  readonly target: string | null;
}

/** The packages of one node_modules; none where there is no such folder. Hidden entries and files are no packages. */
export async function installedIn(folder: string): Promise<Installed[]> {
  const found: Installed[] = [];
  const look = async (at: string, scope: string): Promise<void> => {
    const entries = await readdir(at, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
      throw error;
    });
    await Promise.all(
      entries.map(async (entry) => {
        const path = join(at, entry.name);
        if (entry.name.startsWith('.')) return;
        if (entry.isSymbolicLink()) found.push({ name: scope + entry.name, path, target: resolve(dirname(path), await readlink(path)) });
        else if (entry.isDirectory() && scope === '' && entry.name.startsWith('@')) await look(path, `${entry.name}/`);
        else if (entry.isDirectory()) found.push({ name: scope + entry.name, path, target: null });
      }),
    );
  };
  await look(folder, '');
  return found;
}

/** Whether `path` is a file of the repository itself: below `root` and in no node_modules. */
export function isRepositoryPath(root: string, path: string): boolean {
  const inside = relative(root, path);
  return inside !== '..' && !inside.startsWith(`..${sep}`) && !inside.split(sep).includes('node_modules');
}
