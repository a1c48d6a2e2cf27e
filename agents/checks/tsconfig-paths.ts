import { existsSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import ts from 'typescript';

/** What a tsconfig says about names of modules, as enhanced-resolve takes it. */
export interface PathAliases {
  readonly alias: readonly { readonly name: string; readonly onlyModule: boolean; readonly alias: readonly string[] }[];
  /** Folders in which bare names are looked up first. */
  readonly modules: readonly string[];
}

/** Reads `paths` and `baseUrl` of a tsconfig, those of what it extends and, where it has none, of the projects it refers to. What is missing or broken is passed over. */
export function readPathAliases(config: string, root: string): PathAliases {
  const own = readOptions(config, root);
  const parts = own === null ? [] : hasAliases(own.options) ? [own] : [own, ...referencesOf(own, root)];
  const alias: { name: string; onlyModule: boolean; alias: string[] }[] = [];
  const modules: string[] = [];
  for (const { options, file } of parts) {
    const base = options.baseUrl ?? (typeof options['pathsBasePath'] === 'string' ? options['pathsBasePath'] : dirname(file));
    if (options.baseUrl !== undefined && isBelow(root, options.baseUrl)) modules.push(options.baseUrl);
    for (const [name, targets] of Object.entries(options.paths ?? {})) {
      // A lone star stands for every name, packages of others too: only what is really there may answer.
      if (name === '*') {
        modules.push(
          ...targets
            .filter((target) => target.endsWith('*'))
            .map((target) => resolve(base, target.slice(0, -1)))
            .filter((target) => isBelow(root, target)),
        );
        continue;
      }
      const found = targets.map((target) => resolve(base, target)).filter((target) => isBelow(root, target));
      if (found.length > 0 && !alias.some((each) => each.name === name))
        alias.push({ name, onlyModule: !name.includes('*'), alias: found });
    }
  }
  return { alias: alias.sort((a, b) => b.name.length - a.name.length), modules: [...new Set(modules)] };
}

interface ReadConfig {
  readonly file: string;
  readonly options: ts.CompilerOptions;
  readonly references: readonly ts.ProjectReference[];
}

function readOptions(file: string, root: string): ReadConfig | null {
  const { config } = ts.readConfigFile(file, (path) => ts.sys.readFile(path)) as { config?: object };
  if (config === undefined || !isBelow(root, file)) return null;
  // Which files belong to it does not matter here, and looking for them takes long.
  const host = { ...ts.sys, readDirectory: () => [] };
  const parsed = ts.parseJsonConfigFileContent(config, host, dirname(file), {}, file);
  return { file, options: parsed.options, references: parsed.projectReferences ?? [] };
}

function referencesOf({ references }: ReadConfig, root: string): ReadConfig[] {
  return references.slice(0, 20).flatMap(({ path }) => {
    const file = existsSync(path) && statSync(path).isDirectory() ? join(path, 'tsconfig.json') : path;
    return (existsSync(file) ? readOptions(file, root) : null) ?? [];
  });
}

function hasAliases(options: ts.CompilerOptions): boolean {
  return options.paths !== undefined || options.baseUrl !== undefined;
}

function isBelow(root: string, path: string): boolean {
  const below = relative(root, path);
  return below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below);
}
