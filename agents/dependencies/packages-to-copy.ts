/**
 * Which installed packages a worktree needs copies of. Node looks for what a linked package needs beside its real place,
 * so a package that uses a member of the workspace would get the user's, with all that is not committed.
 */
import { readdir, readFile, realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { installedIn, isRepositoryPath, STORES, storeEntryOf } from './installed-packages.ts';

/** Stands for the workspace's own packages in the graph of what uses what. */
const MEMBER = 'member';

/** Where something is installed → where what it uses is. */
type Uses = Map<string, readonly string[]>;

export interface CopyRequest {
  /** Folder whose node_modules is read. */
  readonly source: string;
  /** Folders below it that have a node_modules, '' for itself. */
  readonly dirs: readonly string[];
  /** Names of the workspace's own packages. */
  readonly members: ReadonlySet<string>;
}

/** Absolute paths below the real path of `source`: folders of packages, entries of stores, program files of `.bin`. */
export async function packagesToCopy(request: CopyRequest): Promise<ReadonlySet<string>> {
  // Without members nothing can use one.
  if (request.members.size === 0 || request.dirs.length < 2) return new Set();
  const root = await realpath(request.source);
  const folders = request.dirs.map((dir) => join(root, dir, 'node_modules'));
  const uses: Uses = new Map();
  await Promise.all([
    hoistedUses(root, folders, uses),
    ...folders.flatMap((folder) => STORES.map((store) => storeUses(join(folder, store), { root, members: request.members, uses }))),
  ]);
  const tied = reaching(MEMBER, uses);
  await Promise.all(folders.map((folder) => addPrograms(join(folder, '.bin'), { root, tied })));
  return tied;
}

/** npm, Yarn and pnpm's hoisted linker: real folders, which find what they need in their own or in the root's node_modules. */
async function hoistedUses(root: string, folders: readonly string[], uses: Uses): Promise<void> {
  const found = await Promise.all(folders.map(installedIn));
  const places = new Map<string, string>();
  for (const { path, target } of found.flat()) {
    if (target === null) places.set(path, path);
    else if (isRepositoryPath(root, target)) places.set(path, MEMBER);
  }
  if (![...places.values()].includes(MEMBER)) return;
  await Promise.all(
    found.flatMap((installed, index) =>
      installed.map(async ({ path, target }) => {
        if (target !== null) return;
        const reach = [folders[index] ?? '', folders[0] ?? ''];
        const names = [...(await neededBy(path))];
        uses.set(
          path,
          names.flatMap((name) => reach.map((folder) => places.get(join(folder, name))).find((place) => place !== undefined) ?? []),
        );
      }),
    ),
  );
}

interface Manifest {
  readonly dependencies?: object;
  readonly optionalDependencies?: object;
  readonly peerDependencies?: object;
}

/** Names that a package needs from outside of itself. */
async function neededBy(folder: string): Promise<Set<string>> {
  const [manifest, nested] = await Promise.all([readManifest(join(folder, 'package.json')), installedIn(join(folder, 'node_modules'))]);
  const names = new Set(
    [manifest.dependencies, manifest.optionalDependencies, manifest.peerDependencies].flatMap((section) => Object.keys(section ?? {})),
  );
  for (const inner of await Promise.all(nested.map(({ path }) => neededBy(path)))) for (const name of inner) names.add(name);
  for (const { name } of nested) names.delete(name);
  return names;
}

async function readManifest(path: string): Promise<Manifest> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Manifest;
  } catch {
    return {}; // a folder without a manifest, or with a broken one, asks for nothing
  }
}

/** pnpm and its kin: each entry of the store has a node_modules with the package and links to what it may use. */
async function storeUses(
  store: string,
  { root, members, uses }: { root: string; members: ReadonlySet<string>; uses: Uses },
): Promise<void> {
  const entries = await readdir(store).catch(() => []);
  await Promise.all(
    entries.map(async (entry) => {
      if (entry === 'node_modules') return;
      const path = join(store, entry);
      const installed = await installedIn(join(path, 'node_modules'));
      uses.set(
        path,
        installed.flatMap(({ name, target }) => {
          if (target === null) return isInjected(entry, name, members) ? MEMBER : [];
          return isRepositoryPath(root, target) ? MEMBER : (storeEntryOf(target) ?? []);
        }),
      );
    }),
  );
}

/** Whether a store's entry is pnpm's own copy of a workspace package (`dependenciesMeta.…injected`). */
export function isInjected(entry: string, name: string, members: ReadonlySet<string>): boolean {
  return members.has(name) && entry.startsWith(`${name.replace('/', '+')}@file+`);
}

/** Everything from which `goal` is reached. */
function reaching(goal: string, uses: Uses): Set<string> {
  const users = new Map<string, string[]>();
  for (const [user, used] of uses) {
    for (const one of used) {
      const known = users.get(one);
      if (known === undefined) users.set(one, [user]);
      else known.push(user);
    }
  }
  const found = new Set<string>();
  const open = [goal];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const user of users.get(next) ?? []) {
      if (found.has(user)) continue;
      found.add(user);
      open.push(user);
    }
  }
  return found;
}

/** pnpm 11 and later write program files that look for their real place and start from there: those of members and of copies move along. */
async function addPrograms(bin: string, { root, tied }: { root: string; tied: Set<string> }): Promise<void> {
  const entries = await readdir(bin, { withFileTypes: true }).catch(() => []);
  await Promise.all(
    entries.map(async (entry) => {
      if (!entry.isFile()) return;
      const path = join(bin, entry.name);
      const named = /^ *exec .*"\$basedir_abs"\/'([^']+)' +"\$@"$/m.exec(await readFile(path, 'utf8'))?.[1];
      if (named === undefined) return;
      const target = resolve(bin, named);
      const real = await realpath(target).catch(() => dirname(target));
      if (isRepositoryPath(root, real) || tied.has(storeEntryOf(real) ?? '')) tied.add(path);
    }),
  );
}
