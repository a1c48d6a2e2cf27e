/** Finds installed tools by reading node_modules, so that the repository's own version is the one that runs. */
import { closeSync, openSync, readFileSync, readSync, realpathSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** An installed tool and how to start it. */
export interface ResolvedTool {
  /** Beginning of the argument vector: our Node and the tool's script, or its native binary. */
  readonly argv: readonly [string, ...string[]];
  readonly version: string;
  /** Absolute folder of the installed package. */
  readonly folder: string;
}

/** Which package to look for, and from where. */
export interface ToolQuery {
  /** Repository-relative folder of the package that uses it. */
  readonly dir: string;
  readonly packageName: string;
  /** Default: the package's only binary, or the one named like the package. */
  readonly binName?: string;
}

/** The tool that the repository installed for `dir`: looked up from there to the root, as Node would; null when it is not installed. */
export function resolveRepositoryTool(root: string, query: ToolQuery): ResolvedTool | null {
  const folder = findInstalledPackage(root, query.dir, query.packageName);
  return folder === null ? null : describeTool(folder, query);
}

/** Absolute folder of an installed package as seen from `dir`, never above the root; null when it is not installed. */
export function findInstalledPackage(root: string, dir: string, packageName: string): string | null {
  const top = resolve(root);
  const start = join(top, dir);
  if (!isWithin(top, start) || !isReallyWithin(top, start)) return null;
  for (let folder = start.replace(/[\\/]$/, ''); ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', ...packageName.split('/'));
    if (readManifest(candidate) !== null) return candidate;
    if (folder === top) return null;
  }
}

/** A tool that comes with us, looked up from our own installation; throws when our installation is incomplete. */
export function resolveBundledTool(packageName: string, binName?: string): ResolvedTool {
  const own = dirname(fileURLToPath(import.meta.url));
  for (let folder = own; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', ...packageName.split('/'));
    const tool = describeTool(candidate, { dir: '', packageName, ...(binName === undefined ? {} : { binName }) });
    if (tool !== null) return tool;
    if (dirname(folder) === folder) throw new Error(`${packageName} is missing from the installation of upkeep`);
  }
}

/** Packages whose version can change what a check finds. */
const KNOWN_TOOLS = [
  '@biomejs/biome',
  '@hey-api/openapi-ts',
  '@microsoft/api-extractor',
  '@redocly/cli',
  '@stoplight/spectral-cli',
  '@vitest/coverage-istanbul',
  '@vitest/coverage-v8',
  'all-contributors-cli',
  'ava',
  'c8',
  'cspell',
  'dependency-cruiser',
  'doctoc',
  'documentation',
  'dprint',
  'embedme',
  'eslint',
  'html-validate',
  'htmlhint',
  'jest',
  'jscpd',
  'jsdoc-to-markdown',
  'knip',
  'markdown-magic',
  'markdown-toc',
  'mocha',
  'nyc',
  'oclif',
  'openapi-typescript',
  'orval',
  'oxfmt',
  'oxlint',
  'prettier',
  'semistandard',
  'standard',
  'stylelint',
  'svelte-check',
  'swagger-typescript-api',
  'ts-standard',
  'type-coverage',
  'typedoc',
  'typedoc-plugin-markdown',
  'typescript',
  'typescript-eslint',
  'vitest',
  'vue-tsc',
  'xo',
];

/** Versions of the known tools that are installed below `dirs` (default: the root): `eslint` or `packages/a:eslint` → version. */
export function toolVersions(root: string, dirs: readonly string[] = ['']): Record<string, string> {
  const versions: Record<string, string> = {};
  for (const dir of dirs) {
    for (const name of KNOWN_TOOLS) {
      const version = readManifest(join(root, dir, 'node_modules', ...name.split('/')))?.version;
      if (version !== undefined) versions[dir === '' ? name : `${dir}:${name}`] = version;
    }
  }
  return versions;
}

interface ToolManifest {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
}

function readManifest(folder: string): ToolManifest | null {
  let json: { name?: unknown; version?: unknown; bin?: unknown };
  try {
    json = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as typeof json;
  } catch (error) {
    if (error instanceof SyntaxError || isAbsence(error)) return null;
    throw error;
  }
  const name = typeof json.name === 'string' ? (json.name.split('/').pop() ?? '') : '';
  const bin = typeof json.bin === 'string' ? { [name]: json.bin } : json.bin;
  return {
    version: typeof json.version === 'string' ? json.version : 'unknown',
    bin: typeof bin === 'object' && bin !== null ? (bin as Record<string, string>) : {},
  };
}

function describeTool(folder: string, query: ToolQuery): ResolvedTool | null {
  const manifest = readManifest(folder);
  if (manifest === null) return null;
  const names = Object.keys(manifest.bin);
  const wanted = query.binName ?? query.packageName.split('/').pop() ?? '';
  const bin = manifest.bin[wanted] ?? (query.binName === undefined && names.length === 1 ? manifest.bin[names[0] ?? ''] : undefined);
  if (typeof bin !== 'string') return null;
  const script = join(folder, bin);
  if (!isWithin(folder, script)) return null;
  const kind = kindOf(script);
  if (kind === null) return null;
  return { argv: kind === 'script' ? [process.execPath, script] : [script], version: manifest.version, folder };
}

/** A script that Node runs, or a program that starts by itself (native, or with the interpreter that it names). */
function kindOf(path: string): 'script' | 'program' | null {
  const head = readHead(path);
  if (head === null) return null;
  if (/^#!.*\bnode\b/.test(head)) return 'script';
  return head.startsWith('#!') || isNative(head) ? 'program' : 'script';
}

function isNative(head: string): boolean {
  return (
    head.startsWith('\x7fELF') ||
    head.startsWith('MZ') ||
    ['\xcf\xfa\xed\xfe', '\xfe\xed\xfa\xcf', '\xca\xfe\xba\xbe'].some((magic) => head.startsWith(magic))
  );
}

function readHead(path: string): string | null {
  try {
    const file = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(80);
      return bytes.toString('latin1', 0, readSync(file, bytes)).split('\n')[0] ?? '';
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (isAbsence(error)) return null;
    throw error;
  }
}

function isAbsence(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function isWithin(folder: string, path: string): boolean {
  const below = relative(folder, path);
  return below !== '..' && !below.startsWith(`..${sep}`) && !below.startsWith(sep);
}

/** Whether a folder of the repository is no link that leads out of it. */
function isReallyWithin(root: string, path: string): boolean {
  try {
    return isWithin(realpathSync(root), realpathSync(path));
  } catch (error) {
    if (isAbsence(error)) return false;
    throw error;
  }
}
