/**
 * A node_modules of our own that links to the user's packages one by one. A symlinked or hard-linked node_modules
 * would let tools write their caches and build info into the user's checkout; here they land in the farm.
 */
import { existsSync } from 'node:fs';
import { copyFile, lstat, mkdir, readdir, readlink, realpath, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { copyFolder } from './copy-folder.ts';
import { copyShim } from './copy-shim.ts';
import { installedIn, isRepositoryPath, STORES, storeEntryOf } from './installed-packages.ts';
import { isInjected } from './packages-to-copy.ts';

export interface LinkFarm {
  /** Folder whose node_modules is linked to. */
  readonly source: string;
  readonly worktree: string;
  /** Folders that have a node_modules, '' for the root. */
  readonly dirs: readonly string[];
  /** What is copied instead of linked: the answer of `packagesToCopy` for the same source and folders. */
  readonly copies: ReadonlySet<string>;
  /** The workspace's own packages: name → folder, repository-relative. */
  readonly members: ReadonlyMap<string, string>;
}

/** The farm with the real path of its source. */
interface Plan extends LinkFarm {
  readonly root: string;
}

/** Builds `<worktree>/<dir>/node_modules` for each `dir` from the same folder below `source`. */
export async function buildLinkFarm(farm: LinkFarm): Promise<void> {
  const plan = { ...farm, root: await realpath(farm.source) };
  for (const dir of farm.dirs) {
    const from = join(plan.root, dir, 'node_modules');
    if (!(await isFolder(from))) continue;
    const to = join(farm.worktree, dir, 'node_modules');
    await linkFolder(from, to, plan);
    for (const store of STORES) await copyStoreEntries(join(from, store), join(to, store), plan);
  }
}

async function linkFolder(from: string, to: string, plan: Plan): Promise<void> {
  await mkdir(to, { recursive: true });
  const entries = await readdir(from, { withFileTypes: true });
  await Promise.all(
    entries.map(async (entry) => {
      const name = entry.name;
      const original = join(from, name);
      if (name === '.bin' || (name.startsWith('@') && entry.isDirectory())) return linkFolder(original, join(to, name), plan);
      // Hidden: caches of tools and the state of package managers. One that sees its own state here would believe it may repair this.
      if (name.startsWith('.')) return undefined;
      // Some repositories commit packages: what the commit has stays.
      if (existsSync(join(to, name))) return undefined;
      if (plan.copies.has(original)) return entry.isDirectory() ? copyFolder(original, join(to, name)) : copyFile(original, join(to, name));
      if (entry.isFile() && basename(from) === '.bin') return copyShim(original, join(to, name), plan.copies);
      return symlink(await linkTarget(original, plan, entry.isSymbolicLink()), join(to, name));
    }),
  );
}

/** Packages of a store that use a workspace package: where the store has them, so that links between them hold. */
async function copyStoreEntries(from: string, to: string, plan: Plan): Promise<void> {
  const entries = [...plan.copies].filter((path) => dirname(path) === from);
  if (entries.length === 0) return;
  const names = new Set(plan.members.keys());
  await Promise.all(
    entries.map(async (entry) => {
      const copy = join(to, basename(entry));
      const injected = (await installedIn(join(entry, 'node_modules'))).filter(
        ({ name, target }) => target === null && isInjected(basename(entry), name, names),
      );
      await copyFolder(entry, copy, {
        linkTarget: (original) => linkTarget(original, plan),
        except: new Set(injected.map(({ path }) => path)),
      });
      for (const { name } of injected) {
        await copyFolder(join(plan.worktree, plan.members.get(name) ?? ''), join(copy, 'node_modules', name), {
          without: new Set(['node_modules', '.git']),
        });
      }
    }),
  );
  // What pnpm hoists for packages that use more than they ask for.
  const hoisted = join(from, 'node_modules');
  if (await isFolder(hoisted)) await linkFolder(hoisted, join(to, 'node_modules'), plan);
}

/**
 * Links to workspace members, to copies and to programs in `.bin` stay relative, so that they lead to the worktree's own
 * files; everything else leads to the real package.
 */
async function linkTarget(original: string, plan: Plan, isLink = true): Promise<string> {
  if (!isLink) return original;
  const raw = await readlink(original);
  const target = resolve(dirname(original), raw);
  const isProgram = dirname(original).endsWith(`${sep}.bin`) && !raw.startsWith(sep);
  const stays = isProgram || isRepositoryPath(plan.root, target) || plan.copies.has(storeEntryOf(target) ?? '');
  return stays ? relative(dirname(original), target) : realpath(original).catch(() => target);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory() || (await lstat(await realpath(path))).isDirectory();
  } catch {
    return false; // absent or a dangling link: nothing to farm
  }
}
