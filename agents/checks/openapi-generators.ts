/** Which scripts of a repository make its documents of OpenAPI, or code from them, and what they write. */
import { posix } from 'node:path';
import type { PackageManifest, Project } from '../project.ts';
import { commandsIn, resolvedCommands } from '../tools/script-commands.ts';
import type { ScriptCommand } from '../tools/script-commands.ts';
import { apiDocuments } from './openapi-files.ts';
import { isInside } from './tool-setup.ts';

/** A script that can be run again to see whether what it wrote is still what it writes. */
export interface GeneratorScript {
  /** Repository-relative folder of its package. */
  readonly dir: string;
  readonly name: string;
  /** The tools that it calls to write, one after another; null: it is run as a whole. */
  readonly tools: readonly GeneratorTool[] | null;
  /** Repository-relative files and folders that it is known to write; empty: it shows when it has run. */
  readonly outputs: readonly string[];
  /** Whether the repository itself fails where it is out of step. */
  readonly isChecked: boolean;
}

/** One call of an installed tool. */
export interface GeneratorTool {
  readonly packageName: string;
  readonly command: ScriptCommand;
  /** Whether it only gives what was written its form. */
  readonly isFormatter: boolean;
}

interface Generator {
  readonly packageName: string;
  /** Its commands that write; any where there is none. */
  readonly commands?: readonly string[];
  readonly output: readonly string[];
}

const GENERATORS: Readonly<Record<string, Generator>> = {
  'openapi-typescript': { packageName: 'openapi-typescript', output: ['-o', '--output'] },
  'openapi-ts': { packageName: '@hey-api/openapi-ts', output: ['-o', '--output'] },
  'openapi-zod-client': { packageName: 'openapi-zod-client', output: ['-o', '--output'] },
  'swagger-typescript-api': { packageName: 'swagger-typescript-api', output: ['-o', '--output'] },
  openapi: { packageName: 'openapi-typescript-codegen', output: ['-o', '--output'] },
  orval: { packageName: 'orval', output: ['-o', '--output'] },
  'openapi-generator-cli': { packageName: '@openapitools/openapi-generator-cli', commands: ['generate'], output: ['-o', '--output'] },
  redocly: { packageName: '@redocly/cli', commands: ['bundle', 'join'], output: ['-o', '--output'] },
  'swagger-cli': { packageName: '@apidevtools/swagger-cli', commands: ['bundle'], output: ['-o', '--outfile'] },
  tsoa: { packageName: 'tsoa', commands: ['spec', 'swagger', 'spec-and-routes'], output: [] },
};

const FORMATTERS: Readonly<Record<string, string>> = {
  prettier: 'prettier',
  biome: '@biomejs/biome',
  eslint: 'eslint',
  oxfmt: 'oxfmt',
  dprint: 'dprint',
};

const WRITES = 'generate|gen|build|export|emit|write|update|dump';
const NAMED = new RegExp(
  `^(openapi|swagger)([:-](${WRITES}|spec|json|ya?ml))?$|^(${WRITES})[:-](openapi|swagger)([:-](json|ya?ml|spec|docs?))?$`,
);
/** What reaches out, or does not end. */
const REACHES =
  /\b(curl|wget|ssh|scp|docker|podman|kubectl|deploy|publish|push|upload|aws|gcloud|nodemon|serve|http-server|watch|dev|start)\b|https?:\/\//;
const WATCHES = /^(-w|--watch)(=|$)/;

/** The scripts, each output by the first that writes it. */
export async function findGenerators(project: Project): Promise<GeneratorScript[]> {
  const documents = await apiDocuments(project);
  const scripts = project.workspaces.flatMap((manifest) => [...toolScripts(project, manifest), ...wholeScripts(manifest, documents)]);
  const seen = new Set<string>();
  return scripts.filter(({ dir, name, tools, outputs }) => {
    const id = JSON.stringify([dir, outputs.length > 0 ? outputs : (tools?.map(({ command }) => [command.tool, command.args]) ?? name)]);
    return !seen.has(id) && seen.add(id);
  });
}

function toolScripts(project: Project, manifest: PackageManifest): GeneratorScript[] {
  const { dir } = manifest;
  return Object.entries(manifest.scripts).flatMap(([name, script]) => {
    const commands = commandsIn(script);
    return commands.flatMap((command, index): GeneratorScript[] => {
      const generator = GENERATORS[command.tool];
      if (generator === undefined || !mayRun(command, generator) || !isInstalledBy(project, manifest, generator.packageName)) return [];
      const outputs = valuesOf(command.args, generator.output).map((path) => posix.normalize(posix.join(dir, path)).replace(/\/$/, ''));
      const isTracked = outputs.length === 0 || outputs.some((output) => project.files.some((path) => isInside(output, path)));
      if (!isTracked || outputs.some((output) => output.startsWith('..'))) return [];
      const after = commands.slice(index + 1).flatMap((each): GeneratorTool[] => {
        const packageName = FORMATTERS[each.tool];
        return packageName === undefined || !each.plain ? [] : [{ packageName, command: each, isFormatter: true }];
      });
      const first: GeneratorTool = { packageName: generator.packageName, command: withoutCheck(command), isFormatter: false };
      return [{ dir, name, tools: [first, ...after], outputs, isChecked: isChecked(manifest, name, command) }];
    });
  });
}

/** Scripts that say by their name that they write the document, however they do it. */
function wholeScripts(manifest: PackageManifest, documents: readonly string[]): GeneratorScript[] {
  const { dir, scripts } = manifest;
  const own = documents.filter((path) => isInside(dir, path));
  if (own.length === 0) return [];
  return Object.entries(scripts).flatMap(([name, script]): GeneratorScript[] => {
    const commands = resolvedCommands(scripts, name);
    const isToolScript = commands.some(({ tool }) => GENERATORS[tool] !== undefined);
    const isWhole =
      NAMED.test(name) && !isToolScript && !REACHES.test(script) && !commands.some(({ args }) => REACHES.test(args.join(' ')));
    return isWhole ? [{ dir, name, tools: null, outputs: own, isChecked: isChecked(manifest, name, null) }] : [];
  });
}

/** Whether it writes from files, once, and needs no shell to be understood. */
function mayRun({ args, plain }: ScriptCommand, { commands }: Generator): boolean {
  if (!plain || args.some((arg) => WATCHES.test(arg) || /^https?:\/\//.test(arg) || arg === '--help' || arg === '--version')) return false;
  return commands === undefined || commands.includes(args.find((arg) => !arg.startsWith('-')) ?? '');
}

function isInstalledBy(project: Project, manifest: PackageManifest, packageName: string): boolean {
  return manifest.dependencies[packageName] !== undefined || project.workspaces[0]?.dependencies[packageName] !== undefined;
}

function valuesOf(args: readonly string[], options: readonly string[]): string[] {
  return args.flatMap((arg, index) => {
    const [name = '', value] = arg.split('=');
    return options.includes(name) ? [value ?? args[index + 1] ?? ''] : [];
  });
}

function withoutCheck(command: ScriptCommand): ScriptCommand {
  return { ...command, args: command.args.filter((arg) => arg !== '--check') };
}

/** Whether a script has the tool check, or compares what this one writes with what is committed. */
function isChecked({ scripts }: PackageManifest, name: string, command: ScriptCommand | null): boolean {
  const checks = (other: ScriptCommand): boolean => command !== null && other.tool === command.tool && other.args.includes('--check');
  const compares = (script: string): boolean =>
    /git diff\b[^&|;]*(--exit-code|--quiet)|git status\b[^&|;]*--porcelain/.test(script) &&
    (script === scripts[name] ||
      new RegExp(String.raw`\b(run|yarn|pnpm|bun)\s+(-\S+\s+)*${name.replace(/[.*+?^$()[\]{}|\\]/g, '\\$&')}(?=\s|$)`).test(script));
  return Object.values(scripts).some((script) => compares(script) || commandsIn(script).some(checks));
}
