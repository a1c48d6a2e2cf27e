/** The small shell programs that pnpm writes into `.bin` instead of links: they look for their package from where they stand. */
import { chmod, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { storeEntryOf } from './installed-packages.ts';

const FROM_HERE = /"\$basedir\/([^"$`\\]+)"/g;

/**
 * Puts the program `original` (absolute) of a `.bin` at `to` (absolute). Where it names its package in a store that is not
 * copied, a farm has no such folder: there it becomes a file of its own that names the package by its full path. Else it is
 * linked, and finds what the farm has.
 */
export async function copyShim(original: string, to: string, copies: ReadonlySet<string>): Promise<void> {
  const text = await readFile(original, 'utf8');
  const placed = text.replace(FROM_HERE, (said, path: string) => {
    const target = resolve(dirname(original), path);
    const entry = storeEntryOf(target);
    return entry === null || copies.has(entry) || /["$`\\]/.test(target) ? said : `"${target}"`;
  });
  if (placed === text) return symlink(original, to);
  await writeFile(to, placed);
  await chmod(to, 0o755);
}
