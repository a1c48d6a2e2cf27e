/**
 * Which paths the tests or types of a workspace package can depend on: its own, those of the packages that its files name or reach into,
 * and whatever is in no package but the root. Read from the text of the files; where that cannot tell, it is every path.
 */
import { posix } from 'node:path';
import type { PackageManifest, Project } from '../project.ts';
import { readTextFile } from './read-text-file.ts';
import { isInside } from './tool-setup.ts';

/** Whether something of the package can depend on the content of `path`. */
export type PackageScope = (path: string) => boolean;

const TEXT = /\.([cm]?[jt]sx?|jsonc?|vue|svelte|astro|ya?ml|html|css|scss|less|mdx?|sh)$/;
const LARGEST_BYTES = 512 * 1024;
/** A path that leaves its folder, between quotes. */
const UPWARDS = /["'`](\.{1,2}\/[^"'`\n]*)["'`]/g;
/** Steps upwards that are put together as the program runs, or that begin somewhere else. */
const UNCLEAR = /["'`]\.\.(\/\.\.)*\/?["'`]|[^.\/\s]\/\.\.\/|\bshow-toplevel\b/;
/** Where the root gives packages other names than their own. */
const NAMING_FILE = /^((ts|js)config[\w.-]*\.json|(vite|vitest|jest|webpack|babel|rollup|rspack)[\w.-]*\.([cm]?[jt]s|json))$/;
const OTHER_NAMES = /"paths"|\balias\b|moduleNameMapper|moduleDirectories|modulePaths|module-resolver/;

const EVERYTHING: PackageScope = () => true;

const known = new WeakMap<Project, Scopes>();

/** The scope of a workspace package by its folder. */
type Scopes = (dir: string) => PackageScope;

/** `root`: where the project's files are. They are looked at once for all that ask. */
export function packageScopes(project: Project, root: string): Scopes {
  const scopes = known.get(project) ?? readScopes(project, root);
  known.set(project, scopes);
  return scopes;
}

function readScopes(project: Project, root: string): Scopes {
  const inner = project.workspaces.filter(({ dir }) => dir !== '');
  if (hasOtherNames(project, root)) return () => EVERYTHING;
  const reachOf = new Map<string, ReadonlySet<string> | null>();
  const filesOf = Map.groupBy(project.files, (path) => ownerOf(inner, path)?.dir ?? '');
  /** Folders of packages that it reaches by itself; null: nobody can tell. */
  const reach = (dir: string): ReadonlySet<string> | null => {
    const before = reachOf.get(dir);
    if (before !== undefined) return before;
    const found = reachOfFiles(filesOf.get(dir) ?? [], { dir, inner, root });
    reachOf.set(dir, found);
    return found;
  };
  return (dir) => {
    if (!inner.some((manifest) => manifest.dir === dir)) return EVERYTHING;
    const dirs = new Set([dir]);
    for (const each of dirs) {
      const next = reach(each);
      if (next === null) return EVERYTHING;
      for (const other of next) dirs.add(other);
    }
    return (path) => {
      const owner = ownerOf(inner, path);
      return owner === null || dirs.has(owner.dir);
    };
  };
}

function hasOtherNames(project: Project, root: string): boolean {
  return project.files.some((path) => NAMING_FILE.test(path) && OTHER_NAMES.test(readTextFile(root, path, LARGEST_BYTES) ?? ''));
}

interface Surroundings {
  readonly dir: string;
  readonly inner: readonly PackageManifest[];
  readonly root: string;
}

function reachOfFiles(files: readonly string[], { dir, inner, root }: Surroundings): ReadonlySet<string> | null {
  const others = inner.filter((manifest) => manifest.dir !== dir);
  const reached = new Set<string>();
  for (const path of files.filter((one) => TEXT.test(one))) {
    const text = readTextFile(root, path, LARGEST_BYTES);
    if (text === null || UNCLEAR.test(text)) return null;
    for (const { name, dir: other } of others) if (name === null || text.includes(name)) reached.add(other);
    for (const [, specifier = ''] of text.matchAll(UPWARDS)) {
      const target = posix.join(posix.dirname(path), specifier).replace(/\/$/, '');
      if (target.startsWith('..') || isInside(dir, target)) continue;
      // A folder above packages means all of them.
      const below = others.filter((manifest) => target === '.' || isInside(target, manifest.dir));
      const owner = ownerOf(inner, target);
      for (const each of owner === null ? below : [owner]) reached.add(each.dir);
    }
  }
  return reached;
}

/** The innermost package, other than the root, that a path is in. */
function ownerOf(inner: readonly PackageManifest[], path: string): PackageManifest | null {
  let owner: PackageManifest | null = null;
  for (const manifest of inner) {
    if (isInside(manifest.dir, path) && (owner === null || manifest.dir.length > owner.dir.length)) owner = manifest;
  }
  return owner;
}
