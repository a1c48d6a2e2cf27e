/** `$ref` in documents of OpenAPI: where they stand, and what they lead to. */
import { posix } from 'node:path';
import type { Project } from '../project.ts';
import { isDataName, isMap, readApiFile } from './openapi-files.ts';
import type { ApiFile } from './openapi-files.ts';
import type { YamlPath } from './yaml-document.ts';

/** One `$ref` and where it stands. */
export interface Reference {
  readonly from: string;
  readonly at: YamlPath;
  readonly ref: string;
}

/** What a reference leads to; `unjudged`: into what is not of this repository, or by rules of its own. */
export type Target =
  | { readonly kind: 'found'; readonly path: string; readonly at: YamlPath; readonly value: unknown }
  | { readonly kind: 'missing'; readonly why: string }
  | { readonly kind: 'unjudged' };

/** A document with all files that it leads to. */
export interface ReferenceGraph {
  readonly files: ReadonlyMap<string, ApiFile>;
  readonly references: readonly Reference[];
  resolve(from: string, ref: string): Target;
}

const MOST_FILES = 1_000;
const MOST_STEPS = 50;
/** What an installation, a build or a generator brings. */
const BROUGHT = /(^|\/)(node_modules|dist|build|out|target|generated|\.[^/]+)\//;
/** Keys whose value is text for people and machines to take as it is. */
const LITERAL = new Set(['example', 'default', 'enum', 'const', 'value']);
/** Keys below which names are the author's own. */
const MAPS = new Set([
  ...['properties', 'patternProperties', 'schemas', 'definitions', '$defs', 'dependentSchemas', 'responses', 'headers', 'callbacks'],
  ...['examples', 'paths', 'requestBodies', 'securitySchemes', 'securityDefinitions', 'links', 'content', 'encoding', 'pathItems'],
  ...['webhooks', 'parameters', 'variables', 'mediaTypes'],
]);

/** Reads a document's files on and on. */
export async function openReferences(
  document: ApiFile,
  source: { readonly root: string; readonly project: Project },
): Promise<ReferenceGraph> {
  const files = new Map<string, ApiFile>([[document.path, document]]);
  /** Files that are there and cannot be looked into. */
  const closed = new Set<string>();
  const references: Reference[] = [];
  for (const file of files.values()) {
    const isSwagger = isMap(document.data) && 'swagger' in document.data;
    const own = [...referencesIn(file.data, { isSwagger })].map(({ at, ref }) => ({ from: file.path, at, ref }));
    references.push(...own);
    for (const path of new Set(own.flatMap(({ ref }) => fileOf(file.path, ref) ?? []))) {
      if (files.has(path) || closed.has(path) || !source.project.has(path)) continue;
      const read = isDataName(path) && files.size < MOST_FILES ? await readApiFile(source.root, path) : null;
      if (read === null || !('data' in read)) closed.add(path);
      else files.set(path, read);
    }
  }
  const resolve = (from: string, ref: string, steps = 0): Target => {
    const path = fileOf(from, ref);
    if (path === null || closed.has(path) || steps > MOST_STEPS) return { kind: 'unjudged' };
    const file = files.get(path);
    if (file === undefined) return BROUGHT.test(path) ? { kind: 'unjudged' } : { kind: 'missing', why: `there is no file ${path}` };
    const fragment = ref.includes('#') ? ref.slice(ref.indexOf('#') + 1) : '';
    if (fragment !== '' && !fragment.startsWith('/')) return { kind: 'unjudged' };
    return follow(file, keysOf(fragment), (onwards) => resolve(file.path, onwards, steps + 1));
  };
  return { files, references, resolve: (from, ref) => resolve(from, ref) };
}

/** The repository's file that a reference leads into; null for one that is elsewhere. */
function fileOf(from: string, ref: string): string | null {
  const [file = ''] = ref.split('#');
  if (file === '') return from;
  if (/^[a-z][\w+.-]*:|^\/|[?\\{$]/i.test(file)) return null;
  const path = posix.normalize(posix.join(posix.dirname(from), decoded(file)));
  return path.startsWith('../') ? null : path;
}

/** Goes down by keys; a `$ref` on the way is taken where the key is not beside it. */
function follow(file: ApiFile, keys: readonly string[], onwards: (ref: string) => Target): Target {
  let value = file.data;
  const at: (string | number)[] = [];
  for (const [index, key] of keys.entries()) {
    const isThere = Array.isArray(value) ? /^\d+$/.test(key) && Number(key) < value.length : isMap(value) && Object.hasOwn(value, key);
    if (!isThere) {
      const ref = isMap(value) ? value['$ref'] : undefined;
      if (typeof ref !== 'string') return { kind: 'missing', why: `${file.path} has no ${[...at, key].join(' › ')}` };
      const target = onwards(ref);
      if (target.kind !== 'found') return { kind: 'unjudged' };
      const rest = keys.slice(index).map(encoded).join('/');
      return onwards(
        `${relativeRef(file.path, target.path)}#${target.at
          .map(encoded)
          .map((each) => `/${each}`)
          .join('')}/${rest}`,
      );
    }
    at.push(Array.isArray(value) ? Number(key) : key);
    value = (value as Record<string, unknown>)[key];
  }
  return { kind: 'found', path: file.path, at, value };
}

function relativeRef(from: string, to: string): string {
  return from === to ? '' : encodeURI(posix.relative(posix.dirname(from), to));
}

/** `/paths/~1pets~1%7Bid%7D/get` as keys. */
function keysOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => decoded(key).replaceAll('~1', '/').replaceAll('~0', '~'));
}

function encoded(key: string | number): string {
  return encodeURIComponent(String(key).replaceAll('~', '~0').replaceAll('/', '~1'));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Every `$ref` that is one; not those in examples and extensions, nor a property of that name. */
function* referencesIn(
  node: unknown,
  place: { readonly isSwagger: boolean; readonly at?: readonly (string | number)[]; readonly areNames?: boolean },
): Generator<{ at: YamlPath; ref: string }> {
  const { isSwagger, at = [], areNames = false } = place;
  if (Array.isArray(node)) {
    for (const [index, item] of node.entries()) yield* referencesIn(item, { isSwagger, at: [...at, index] });
    return;
  }
  // Below an address of its own references are read from there.
  if (!isMap(node) || (!areNames && at.length > 0 && typeof node['$id'] === 'string')) return;
  for (const [key, value] of Object.entries(node)) {
    const here = [...at, key];
    if (areNames) yield* referencesIn(value, { isSwagger, at: here });
    else if (key === '$ref' && typeof value === 'string') yield { at: here, ref: value };
    else if (!key.startsWith('x-') && !LITERAL.has(key) && !(key === 'examples' && (isSwagger || Array.isArray(value))))
      yield* referencesIn(value, { isSwagger, at: here, areNames: MAPS.has(key) });
  }
}
