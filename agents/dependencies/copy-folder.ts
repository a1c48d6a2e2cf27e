/** Copies a folder side by side: several times faster than Node's own recursive copy. */
import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';

export interface CopyOptions {
  /** What a link of the copy says; default: what the original says. */
  linkTarget?(original: string): Promise<string>;
  /** Names that are left out, at whatever depth. */
  readonly without?: ReadonlySet<string>;
  /** Absolute paths below the original that are left out. */
  readonly except?: ReadonlySet<string>;
}

/** Files by content (shared until one is written, where the file system can) and mode, links as links. Throws ENOENT when `from` is absent. */
export async function copyFolder(from: string, to: string, options: CopyOptions = {}): Promise<void> {
  const entries = await readdir(from, { withFileTypes: true });
  await mkdir(to, { recursive: true });
  await Promise.all(
    entries.map(async (entry) => {
      const [original, copy] = [join(from, entry.name), join(to, entry.name)];
      if (options.without?.has(entry.name) === true || options.except?.has(original) === true) return;
      if (entry.isDirectory()) await copyFolder(original, copy, options);
      else if (entry.isSymbolicLink()) await symlink((await options.linkTarget?.(original)) ?? (await readlink(original)), copy);
      else if (entry.isFile()) await copyFile(original, copy, constants.COPYFILE_FICLONE);
    }),
  );
}
