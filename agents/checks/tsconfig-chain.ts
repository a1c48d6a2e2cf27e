/** Reads tsconfig files with what they extend, as far as that can be known without a build. */
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Node, ParseError } from 'jsonc-parser';
import type { Project } from '../project.ts';
import { findInstalledPackage } from '../tools/resolve-tool.ts';

/** A tsconfig as it is written. */
export interface Tsconfig {
  /** Repository-relative; absolute for one of an installed package. */
  readonly path: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** In order: later ones count more. */
  readonly extended: readonly Extended[];
  /** Only a list of references: no file is its own. */
  readonly isSolution: boolean;
  /** What keeps it from being read; line and column are 1-based. */
  readonly broken: { readonly line: number; readonly column: number; readonly message: string } | null;
}

/** What one entry of `extends` leads to. */
export interface Extended {
  readonly specifier: string;
  /** 1-based line of `extends`. */
  readonly line: number;
  /** Its path, `missing` when it is surely not there, `unknown` when a build or an install would have to make it. */
  readonly target: { readonly path: string } | 'missing' | 'unknown';
}

/** Folders that frameworks and builds write. */
const WRITTEN = /(^|\/)(\.[^./][^/]*|dist|build|out|output|gen|generated|node_modules)\//;

/** Opens tsconfig files; without a `root` nothing of installed packages is known. */
export function openTsconfigs(project: Project, root: string | null): (path: string) => Promise<Tsconfig | null> {
  const read = async (path: string): Promise<string | null> => {
    if (!path.startsWith('/')) return project.read(path);
    return existsSync(path) ? readFileSync(path, 'utf8') : null;
  };
  const files = new Map<string, Promise<Tsconfig | null>>();
  return (path) => {
    const known = files.get(path) ?? read(path).then((text) => (text === null ? null : parseTsconfig(path, text, { project, root })));
    files.set(path, known);
    return known;
  };
}

/** Name of the package that an entry of `extends` begins with; null for a path. */
export function packageOf(specifier: string): string | null {
  if (/^(\.|\/|[A-Za-z]:)/.test(specifier)) return null;
  return /^(@[^/]+\/[^/]+|[^@/][^/]*)/.exec(specifier)?.[1] ?? null;
}

interface Place {
  readonly project: Project;
  readonly root: string | null;
}

async function parseTsconfig(path: string, text: string, place: Place): Promise<Tsconfig> {
  const { findNodeAtLocation, getNodeValue, parseTree, printParseErrorCode } = await import('jsonc-parser');
  const errors: ParseError[] = [];
  const tree = parseTree(text.replace(/^\uFEFF/, ''), errors, { allowTrailingComma: true, allowEmptyContent: true });
  const [error] = errors;
  const value = (tree === undefined ? {} : getNodeValue(tree)) as Record<string, unknown> | null;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const json = isObject ? value : {};
  const options = json['compilerOptions'];
  const isEmpty = (list: unknown): boolean => Array.isArray(list) && list.length === 0;
  const broken =
    error !== undefined
      ? {
          ...placeAt(text, error.offset),
          message: printParseErrorCode(error.error).replace(/(?!^)([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`),
        }
      : isObject
        ? null
        : { line: 1, column: 1, message: 'Object expected' };
  return {
    path,
    options: typeof options === 'object' && options !== null ? (options as Record<string, unknown>) : {},
    extended: tree === undefined || !isObject ? [] : extendedBy(findNodeAtLocation(tree, ['extends']), { path, text, place }),
    isSolution: isEmpty(json['files']) && (json['include'] === undefined || isEmpty(json['include'])),
    broken,
  };
}

function extendedBy(node: Node | undefined, { path, text, place }: { path: string; text: string; place: Place }): Extended[] {
  const nodes = node?.type === 'array' ? (node.children ?? []) : node === undefined ? [] : [node];
  return nodes
    .filter((each) => typeof each.value === 'string')
    .map((each) => {
      const specifier = String(each.value);
      return { specifier, line: placeAt(text, each.offset).line, target: resolve(specifier, path, place) };
    });
}

function resolve(specifier: string, from: string, place: Place): Extended['target'] {
  const name = packageOf(specifier);
  if (name !== null) return resolveInPackage(specifier, name, { from, place });
  if (posix.isAbsolute(from)) {
    const found = withEndings(posix.join(posix.dirname(from), specifier)).find((each) => existsSync(each));
    return found === undefined ? 'unknown' : { path: found };
  }
  if (!specifier.startsWith('.')) return 'unknown';
  const target = posix.normalize(posix.join(posix.dirname(from), specifier));
  const found = withEndings(target).find((each) => place.project.has(each));
  if (found !== undefined) return { path: found };
  return target.startsWith('..') || WRITTEN.test(`${target}/`) ? 'unknown' : 'missing';
}

function resolveInPackage(specifier: string, name: string, { from, place }: { from: string; place: Place }): Extended['target'] {
  const below = specifier.slice(name.length + 1);
  const own = place.project.workspaces.find((manifest) => manifest.name === name);
  if (own !== undefined) {
    const found = withEndings(posix.join(own.dir, below || 'tsconfig.json')).find((each) => place.project.has(each));
    return found === undefined ? 'unknown' : { path: found };
  }
  if (place.root === null || posix.isAbsolute(from)) return 'unknown';
  const folder = findInstalledPackage(place.root, posix.dirname(from) === '.' ? '' : posix.dirname(from), name);
  if (folder === null) return 'unknown';
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { tsconfig?: unknown; exports?: unknown };
  const entry = below || (typeof manifest.tsconfig === 'string' ? manifest.tsconfig : 'tsconfig.json');
  const exported = (manifest.exports as Record<string, unknown> | undefined)?.[below === '' ? '.' : `./${below}`];
  const found = [...withEndings(join(folder, entry)), ...(typeof exported === 'string' ? [join(folder, exported)] : [])].find(
    (each) => each.endsWith('.json') && existsSync(each),
  );
  if (found !== undefined) return { path: found };
  // What it exports may be found in more ways than these.
  return manifest.exports === undefined ? 'missing' : 'unknown';
}

function withEndings(path: string): string[] {
  return path.endsWith('.json') ? [path] : [path, `${path}.json`, `${path}/tsconfig.json`];
}

function placeAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
