/** Finds the tsconfig files that a build of the repository would use, and how each is checked. */
import { posix } from 'node:path';
import type { PackageManifest, Project } from '../project.ts';
import { commandsIn } from '../tools/script-commands.ts';
import { isInside, whyNoPackages } from './tool-setup.ts';

/** What checks the types of a package: `vue-tsc` is tsc that reads components of Vue as well, with the same options and output. */
export type TypeChecker = 'tsc' | 'vue-tsc';

/** One call of a type checker. */
export interface TypeScriptUnit {
  /** Repository-relative path of its tsconfig. */
  readonly config: string;
  /** `project`: -p without output. `build`: -b, because projects read each other's declarations. */
  readonly mode: 'project' | 'build';
  /** Folder of the package that it belongs to: TypeScript is looked up from there. */
  readonly dir: string;
  readonly checker: TypeChecker;
}

export type TypeScriptSearch =
  | { readonly units: readonly [TypeScriptUnit, ...TypeScriptUnit[]]; readonly range: string }
  | { readonly units: null; readonly why: string };

interface Config {
  readonly path: string;
  readonly references: readonly string[];
  /** Only a list of references: it has no files of its own. */
  readonly isSolution: boolean;
  /** Says which files it is about; without that it may be a base that others extend. */
  readonly namesFiles: boolean;
  readonly extended: readonly string[];
  /** It extends one that is not in the repository: a framework writes it when it starts. */
  readonly isWrittenLater: boolean;
}

/** Packages whose sources neither of them can read. */
const OTHER_CHECKERS = ['svelte-check', '@astrojs/check', 'glint', '@glint/core'];
const SAMPLE_FOLDER = /(^|\/)(fixtures?|__fixtures__|testdata|test-data|templates?|examples?|samples?|playgrounds?)\//;

/** The calls of tsc that look at every tsconfig of the build, or in words why there are none. */
export async function findTypeScriptUnits(project: Project): Promise<TypeScriptSearch> {
  const top = project.workspaces[0];
  if (top === undefined) return { units: null, why: whyNoPackages(project) };
  const rangeOf = (manifest: PackageManifest): string | undefined => manifest.dependencies.typescript ?? top.dependencies.typescript;
  const withTypeScript = project.workspaces.filter((manifest) => rangeOf(manifest) !== undefined);
  const first = withTypeScript[0];
  if (first === undefined) return { units: null, why: 'typescript is in no package.json' };
  const own = withTypeScript.filter((manifest) => checkerOf(manifest, top) !== null);
  if (own.length === 0) return { units: null, why: 'its TypeScript is checked by svelte-check, astro check or the like' };

  const configs = await readConfigs(project, candidatesIn(project, own));
  if (configs.size === 0) return { units: null, why: 'typescript is a dependency, but there is no tsconfig.json' };
  const [head, ...tail] = unitsOf(project, configs, own);
  if (head === undefined) return { units: null, why: 'no tsconfig.json names files to check' };
  return { units: [head, ...tail], range: rangeOf(first) ?? '' };
}

/** Null: a checker of another kind, or none that the scripts ask for. */
function checkerOf({ dependencies, scripts }: PackageManifest, top: PackageManifest): TypeChecker | null {
  if (OTHER_CHECKERS.some((name) => dependencies[name] !== undefined)) return null;
  if (dependencies['vue-tsc'] === undefined) return 'tsc';
  const called = [...Object.values(scripts), ...Object.values(top.scripts)].some((script) => /\bvue-tsc\b/.test(script));
  return called ? 'vue-tsc' : null;
}

/** Files named tsconfig.json in the packages, and those that their scripts name. */
function candidatesIn(project: Project, packages: readonly PackageManifest[]): string[] {
  const found = new Set<string>();
  for (const path of project.files) {
    if (posix.basename(path) !== 'tsconfig.json' || SAMPLE_FOLDER.test(path)) continue;
    const nearest = nearestPackage(project.packages, path);
    if (nearest !== null && packages.includes(nearest)) found.add(path);
  }
  for (const manifest of packages) {
    for (const { args } of tscCalls(manifest)) {
      args.forEach((arg, at) => {
        const named = ['-p', '--project', '-b', '--build'].includes(args[at - 1] ?? '') ? arg : /^--project=(.+)$/.exec(arg)?.[1];
        const path = named === undefined ? null : configAt(project, posix.join(manifest.dir, named));
        if (path !== null) found.add(path);
      });
    }
  }
  return [...found].sort();
}

function tscCalls(manifest: PackageManifest) {
  return Object.values(manifest.scripts).flatMap((script) => commandsIn(script).filter(({ tool }) => tool === 'tsc' || tool === 'vue-tsc'));
}

function nearestPackage(packages: readonly PackageManifest[], path: string): PackageManifest | null {
  let best: PackageManifest | null = null;
  for (const manifest of packages) {
    if (isInside(manifest.dir, path) && (best === null || manifest.dir.length > best.dir.length)) best = manifest;
  }
  return best;
}

/** A reference or an option names a file or a folder. */
function configAt(project: Project, path: string): string | null {
  const clean = posix.normalize(path).replace(/\/$/, '');
  return (
    [clean, clean === '.' ? 'tsconfig.json' : `${clean}/tsconfig.json`].find((each) => project.has(each) && each.endsWith('.json')) ?? null
  );
}

/** The candidates with everything that they refer to. */
async function readConfigs(project: Project, candidates: readonly string[]): Promise<Map<string, Config>> {
  const configs = new Map<string, Config>();
  const queue = [...candidates];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    if (configs.has(path)) continue;
    const config = await readConfig(project, path);
    configs.set(path, config);
    queue.push(...config.references);
  }
  return configs;
}

async function readConfig(project: Project, path: string): Promise<Config> {
  const { parse } = await import('jsonc-parser');
  const json = (parse((await project.read(path)) ?? '', [], { allowTrailingComma: true }) ?? {}) as Record<string, unknown>;
  const dir = posix.dirname(path);
  const references = (Array.isArray(json.references) ? json.references : [])
    .map((reference: { path?: unknown }) =>
      typeof reference?.path === 'string' ? configAt(project, posix.join(dir, reference.path)) : null,
    )
    .filter((each) => each !== null);
  const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
  const extended = (Array.isArray(json.extends) ? json.extends : [json.extends])
    .filter((each): each is string => typeof each === 'string' && each.startsWith('.'))
    .map((each) => posix.normalize(posix.join(dir, each.endsWith('.json') ? each : `${each}.json`)));
  const namesNothing =
    (isEmpty(json.files) && (json.include === undefined || isEmpty(json.include))) || (isEmpty(json.include) && json.files === undefined);
  return {
    path,
    references,
    isSolution: namesNothing,
    namesFiles: json.files !== undefined || json.include !== undefined || references.length > 0,
    extended,
    isWrittenLater: extended.some((each) => !project.has(each)),
  };
}

function unitsOf(project: Project, configs: ReadonlyMap<string, Config>, packages: readonly PackageManifest[]): TypeScriptUnit[] {
  const bases = new Set([...configs.values()].flatMap((config) => config.extended));
  const builds = packages.some((manifest) => tscCalls(manifest).some(({ args }) => args.includes('-b') || args.includes('--build')));
  const covered = new Set<string>();
  const units: TypeScriptUnit[] = [];
  const top = project.workspaces[0];
  const add = (config: Config, mode: TypeScriptUnit['mode']): void => {
    const manifest = nearestPackage(project.workspaces, config.path);
    const checker = manifest === null || top === undefined ? 'tsc' : (checkerOf(manifest, top) ?? 'tsc');
    if (checker === 'vue-tsc' && config.isWrittenLater) return;
    units.push({ config: config.path, mode, dir: manifest?.dir ?? '', checker });
  };
  const roots = [...configs.values()].filter(
    (config) => ![...configs.values()].some((other) => other !== config && other.references.includes(config.path)),
  );
  for (const config of roots) {
    const below = reachableFrom(config, configs);
    const readsOthers = [config, ...below].some((each) => each.references.length > 0 && !each.isSolution);
    if (!builds || !readsOthers) continue;
    add(config, 'build');
    for (const each of [config, ...below]) covered.add(each.path);
  }
  for (const config of configs.values()) {
    if (covered.has(config.path) || config.isSolution) continue;
    // Only options, extended by others: a base, which a build does not use by itself.
    if (!config.namesFiles && bases.has(config.path)) continue;
    add(config, 'project');
  }
  return units;
}

function reachableFrom(config: Config, configs: ReadonlyMap<string, Config>): Config[] {
  const seen = new Set<Config>();
  const queue = [...config.references];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const next = configs.get(path);
    if (next === undefined || next === config || seen.has(next)) continue;
    seen.add(next);
    queue.push(...next.references);
  }
  return [...seen];
}
