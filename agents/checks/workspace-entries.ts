/** Finds the source file behind the name of one of the repository's own packages, built or not, installed or not. */
import { posix } from 'node:path';

/** A package of the repository. */
export interface SourcePackage {
  readonly name: string;
  /** Repository-relative, '' for the root. */
  readonly dir: string;
  readonly json: Readonly<Record<string, unknown>>;
}

const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'];

/** Makes the function from a module specifier to a source file; null for what names no package of these. */
export function createPackageEntries(packages: readonly SourcePackage[], files: ReadonlySet<string>): (specifier: string) => string | null {
  const byName = new Map(packages.map((each) => [each.name, each]));
  const known = new Map<string, string | null>();
  return (specifier) => {
    const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
    const found = byName.get(name);
    if (found === undefined) return null;
    let path = known.get(specifier);
    if (path === undefined) {
      path =
        targetsOf(found.json, specifier.slice(name.length + 1))
          .map((target) => sourceOf(found.dir, target, files))
          .find((each) => each !== null) ?? null;
      known.set(specifier, path);
    }
    return path;
  };
}

/** Paths inside the package that a name may mean, most certain first. */
function targetsOf(json: SourcePackage['json'], subpath: string): string[] {
  const exported = exportsFor(json['exports'], subpath === '' ? '.' : `./${subpath}`);
  if (subpath !== '') return [...exported, subpath, `src/${subpath}`];
  const named = ['source', 'module', 'main', 'types'].map((field) => json[field]).filter((value) => typeof value === 'string');
  return [...exported, ...named, 'src/index', 'index'];
}

function exportsFor(exports: unknown, key: string): string[] {
  if (typeof exports !== 'object' || exports === null || Array.isArray(exports)) return key === '.' ? leavesOf(exports) : [];
  const map = exports as Record<string, unknown>;
  if (!Object.keys(map).some((each) => each.startsWith('.'))) return key === '.' ? leavesOf(map) : [];
  if (map[key] !== undefined) return leavesOf(map[key]);
  for (const [pattern, value] of Object.entries(map)) {
    const [head = '', tail = ''] = pattern.split('*');
    if (!pattern.includes('*') || !key.startsWith(head) || !key.endsWith(tail) || key.length < head.length + tail.length) continue;
    const star = key.slice(head.length, key.length - tail.length);
    return leavesOf(value).map((target) => target.replaceAll('*', star));
  }
  return [];
}

/** Every path below conditions and lists. */
function leavesOf(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || depth > 5) return [];
  return Object.values(value).flatMap((each) => leavesOf(each, depth + 1));
}

function sourceOf(dir: string, target: string, files: ReadonlySet<string>): string | null {
  const path = posix.normalize(target).replace(/\/$/, '');
  const bare = path.replace(/(\.d)?\.[cm]?[jt]sx?$/, '');
  const unbuilt = bare.replace(/^(dist|build|lib|out|esm?|cjs)\/((esm?|cjs)\/)?/, 'src/');
  const candidates = [
    path,
    ...[bare, unbuilt, unbuilt.replace(/^src\/src\//, 'src/'), unbuilt.replace(/^src\//, '')].flatMap((stem) =>
      EXTENSIONS.flatMap((extension) => [`${stem}${extension}`, `${stem}/index${extension}`]),
    ),
  ];
  return candidates.map((each) => posix.join(dir, each)).find((each) => files.has(each)) ?? null;
}
