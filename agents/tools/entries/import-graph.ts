/** Reads which source files import which, with dependency-cruiser and our TypeScript. */
import { realpathSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { ICruiseResult, IDependency } from 'dependency-cruiser';
import type { ImportEdge, ImportGraph } from '../../checks/import-graph.ts';
import { locateImports, searchImport } from '../../checks/import-lines.ts';
import type { ImportPlace } from '../../checks/import-lines.ts';
import { loadDependencyCruiser } from '../../checks/load-dependency-cruiser.ts';
import { readTextFile } from '../../checks/read-text-file.ts';
import { readPathAliases } from '../../checks/tsconfig-paths.ts';
import type { PathAliases } from '../../checks/tsconfig-paths.ts';
import { createPackageEntries } from '../../checks/workspace-entries.ts';
import type { SourcePackage } from '../../checks/workspace-entries.ts';
import { serveEntry } from '../serve-entry.ts';

export interface ImportGraphInput {
  readonly root: string;
  readonly files: readonly string[];
  /** Folder → its tsconfig.json or jsconfig.json. */
  readonly configs: Readonly<Record<string, string>>;
  readonly packages: readonly SourcePackage[];
}

export type ImportGraphOutput = ImportGraph;

const MAX_BYTES = 1024 * 1024;
/** dependency-cruiser compares every module of a call with every other. */
const BATCH_FILES = 400;
/** What dependency-cruiser takes as it is; other characters may make it a pattern. */
const PLAIN_NAME = /^[\w./@ -]+$/;
/** Numbers of TypeScript's enums: the newest syntax that dependency-cruiser's parser knows, modules kept as written, imports of types dropped. */
const TRANSPILE = { tsConfig: { options: { target: 7, module: 99, jsx: 2, verbatimModuleSyntax: false, experimentalDecorators: true } } };

/** Files that are read in one call. */
interface Batch {
  /** Folder that the names are relative to. */
  readonly dir: string;
  readonly names: readonly string[];
  /** Whether the folder is given instead of the names, which dependency-cruiser would take for patterns. */
  readonly asFolder: boolean;
}

interface ReadModule {
  readonly path: string;
  readonly dir: string;
  readonly dependencies: readonly IDependency[];
}

const { cruise } = await loadDependencyCruiser();

await serveEntry<ImportGraphInput, ImportGraphOutput>(async (input) => {
  // What is resolved has no links in its path.
  const root = realpathSync(input.root);
  const places = new Map<string, ReadonlyMap<string, ImportPlace>>();
  for (const path of input.files) {
    const text = readTextFile(root, path, MAX_BYTES);
    if (text !== null) places.set(path, locateImports(text));
  }
  const modules: ReadModule[] = [];
  for (const [config, paths] of Map.groupBy(places.keys(), (path) => nearestConfig(path, input.configs))) {
    const aliases = config === null ? { alias: [], modules: [] } : readPathAliases(join(root, config), root);
    for (const batch of batchesOf(paths)) modules.push(...(await extract(root, batch, aliases)));
  }
  const read = new Set(modules.map(({ path }) => path));
  return {
    files: [...read].sort(),
    edges: edgesOf(modules, {
      places,
      entryOf: createPackageEntries(input.packages, new Set(input.files)),
      own: new Set(input.files),
      textOf: (path) => readTextFile(root, path, MAX_BYTES) ?? '',
    }),
    unread: input.files.filter((path) => !read.has(path)),
  };
});

async function extract(root: string, batch: Batch, aliases: PathAliases): Promise<ReadModule[]> {
  try {
    const { output } = await cruise(
      batch.asFolder ? ['.'] : [...batch.names],
      // Each file is named; nothing else is to be followed, neither along a link nor into a package.
      { baseDir: join(root, batch.dir), doNotFollow: { path: batch.asFolder ? '/' : '.' }, skipAnalysisNotInRules: true },
      {
        alias: [...aliases.alias],
        modules: [...aliases.modules, 'node_modules'],
        conditionNames: ['import', 'require', 'node', 'default'],
      } as object,
      TRANSPILE,
    );
    const names = new Set(batch.names);
    return (output as ICruiseResult).modules
      .filter(({ source }) => names.has(source))
      .map(({ source, dependencies }) => ({ path: posix.join(batch.dir, source), dir: batch.dir, dependencies }));
  } catch (error) {
    if (batch.asFolder || batch.names.length === 1) {
      process.stderr.write(`${(error as Error).message}\n`);
      return [];
    }
    // One file that it cannot read would take the others with it.
    const alone: ReadModule[] = [];
    for (const name of batch.names) alone.push(...(await extract(root, { ...batch, names: [name] }, aliases)));
    return alone;
  }
}

interface Surroundings {
  readonly places: ReadonlyMap<string, ReadonlyMap<string, ImportPlace>>;
  readonly entryOf: (specifier: string) => string | null;
  readonly own: ReadonlySet<string>;
  readonly textOf: (path: string) => string;
}

function edgesOf(modules: readonly ReadModule[], { places, entryOf, own, textOf }: Surroundings): ImportEdge[] {
  const edges = new Map<string, ImportEdge>();
  for (const { path: from, dir, dependencies } of modules) {
    for (const dependency of dependencies) {
      const to = entryOf(dependency.module) ?? posix.join(dir, dependency.resolved);
      const place = places.get(from)?.get(dependency.module);
      if (!own.has(to) || place?.typesOnly === true) continue;
      const lazy = dependency.dynamic || (dependency.moduleSystem !== 'es6' && place?.indented === true);
      const key = `${from}\0${to}`;
      const before = edges.get(key);
      // An import that loads at once outweighs one that waits.
      if (before === undefined || (before.lazy && !lazy))
        edges.set(key, { from, to, line: place?.line ?? searchImport(textOf(from), dependency.module), lazy });
    }
  }
  return [...edges].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, edge]) => edge);
}

function batchesOf(paths: readonly string[]): Batch[] {
  const plain = paths.filter((path) => PLAIN_NAME.test(path));
  const batches: Batch[] = [];
  for (let at = 0; at < plain.length; at += BATCH_FILES)
    batches.push({ dir: '', names: plain.slice(at, at + BATCH_FILES), asFolder: false });
  // `[id].tsx` and its like: named from inside their folder, or found in it.
  const odd = paths.filter((path) => !PLAIN_NAME.test(path));
  for (const [dir, below] of Map.groupBy(odd, dirOf)) {
    const names = below.map((path) => posix.basename(path));
    batches.push({ dir, names, asFolder: !names.every((name) => PLAIN_NAME.test(name)) });
  }
  return batches;
}

function nearestConfig(path: string, configs: Readonly<Record<string, string>>): string | null {
  for (let dir = dirOf(path); ; dir = dirOf(dir)) {
    const config = configs[dir];
    if (config !== undefined) return config;
    if (dir === '') return null;
  }
}

function dirOf(path: string): string {
  const dir = posix.dirname(path);
  return dir === '.' ? '' : dir;
}
