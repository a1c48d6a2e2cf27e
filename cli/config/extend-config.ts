/** Follows `extends`: files of the repository and packages under node_modules, data only. */
import { posix } from 'node:path';
import { ConfigError } from './config-error.ts';
import { findConfig, refuseLarge, type ConfigText, type ReadFile } from './find-config.ts';
import type { ConfigLayer } from './config-layer.ts';
import { parseLayer } from './parse-layer.ts';

const MAX_DEPTH = 5;
const MAX_FILES = 20;

/** The two places that `extends` reads. */
export interface ConfigFiles {
  /** Files of the commit or of the working tree. */
  readonly repository: ReadFile;
  /** Files of the checkout on disk, for `node_modules/…`; null in a bare repository. */
  readonly installed: ReadFile | null;
}

/** Every file that was read, with its text: what a cached result depends on. */
export interface ReadSource {
  readonly place: keyof ConfigFiles;
  readonly path: string;
  readonly text: string;
}

export interface ExtendedConfig {
  /** Lowest first. */
  readonly layers: readonly ConfigLayer[];
  readonly sources: readonly ReadSource[];
}

interface Step {
  readonly place: keyof ConfigFiles;
  readonly config: ConfigText;
  /** Folder that relative files may not leave: '' for the repository, the package's folder for a preset. */
  readonly boundary: string;
  /** Names of the files that led here. */
  readonly chain: readonly string[];
}

/** Reads a configuration and all that it extends. Throws ConfigError for cycles, depth, absent and outside files. */
export async function extendConfig(config: ConfigText, files: ConfigFiles): Promise<ExtendedConfig> {
  const layers: ConfigLayer[] = [];
  const sources: ReadSource[] = [];
  await follow({ place: 'repository', config, boundary: '', chain: [] }, files, { layers, sources });
  return { layers, sources };
}

async function follow(step: Step, files: ConfigFiles, result: { layers: ConfigLayer[]; sources: ReadSource[] }): Promise<void> {
  const { config, place, chain } = step;
  const layer = await parseLayer(config);
  result.sources.push({ place, path: config.file, text: config.text });
  const here = [...chain, config.file];
  for (const [index, name] of namesOf(layer).entries()) {
    const at = Array.isArray(layer.value['extends']) ? ['extends', index] : ['extends'];
    const fail = (message: string): never => {
      const position = layer.locate(at, 'value');
      throw new ConfigError([
        {
          source: layer.source,
          line: position?.line ?? null,
          column: position?.column ?? null,
          message: `extends ${JSON.stringify(name)}: ${message}`,
        },
      ]);
    };
    const next = await resolve({ name, from: step, files, fail });
    if (here.includes(next.config.file)) fail(`a cycle, ${[...here, next.config.file].join(' → ')}`);
    if (here.length > MAX_DEPTH) fail(`more than ${MAX_DEPTH} files deep`);
    if (result.sources.length >= MAX_FILES) fail(`more than ${MAX_FILES} files`);
    await follow({ ...next, chain: here }, files, result);
  }
  result.layers.push(layer);
}

function namesOf(layer: ConfigLayer): string[] {
  const value = layer.value['extends'];
  const names = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  return names.filter((name): name is string => typeof name === 'string' && name !== '');
}

interface Reference {
  readonly name: string;
  readonly from: Step;
  readonly files: ConfigFiles;
  /** Ends with the name, the place and this message. */
  readonly fail: (message: string) => never;
}

async function resolve(reference: Reference): Promise<Omit<Step, 'chain'>> {
  const { name, fail } = reference;
  if (/^([/\\~]|[A-Za-z]:)/.test(name) || name.includes('\\') || name.includes('\0'))
    fail('a path outside the repository; name a file such as "./base.json" or a package');
  return /^\.\.?(\/|$)/.test(name) ? relativeFile(reference) : packageFile(reference);
}

async function relativeFile({ name, from, files, fail }: Reference): Promise<Omit<Step, 'chain'>> {
  const path = posix.normalize(posix.join(posix.dirname(from.config.file), name));
  const isInside = from.boundary === '' ? path !== '..' && !path.startsWith('../') : path.startsWith(`${from.boundary}/`);
  if (!isInside) fail(`a path outside ${from.boundary === '' ? 'the repository' : 'its package'}`);
  const text = await files[from.place]?.(path);
  if (text === null || text === undefined)
    return fail(`the file ${path} does not exist${from.place === 'repository' ? ' in the commit that is checked' : ''}`);
  refuseLarge(path, text);
  return { place: from.place, boundary: from.boundary, config: { file: path, text, inside: null } };
}

async function packageFile({ name, files, fail }: Reference): Promise<Omit<Step, 'chain'>> {
  const match = /^((?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*)(?:\/(.+))?$/.exec(name);
  if (!match?.[1]) return fail('neither a relative file such as "./base.json" nor the name of a package');
  if (!files.installed) return fail('packages cannot be read in a bare repository');
  const boundary = `node_modules/${match[1]}`;
  const inner = match[2];
  if (inner !== undefined) {
    const path = posix.normalize(posix.join(boundary, inner));
    if (!path.startsWith(`${boundary}/`)) fail('a path outside its package');
    const text = await files.installed(path);
    if (text === null) return fail(`${path} does not exist: is the package installed?`);
    refuseLarge(path, text);
    return { place: 'installed', boundary, config: { file: path, text, inside: null } };
  }
  const config = await findConfig(files.installed, boundary);
  if (!config) return fail(`the package is not installed or has no agent.config.json (looked in ${boundary})`);
  return { place: 'installed', boundary, config };
}
