/** Finds the scripts of a repository that write documents, and what of them is committed. */
import { posix } from 'node:path';
import type { PackageManifest, Project } from '../project.ts';
import { commandsIn, resolvedCommands } from '../tools/script-commands.ts';
import type { ScriptCommand } from '../tools/script-commands.ts';
import { isForeign } from './bundled-files.ts';
import { DOCS_GENERATORS, GENERATOR_CONFIGS, outsideOf } from './docs-generators.ts';
import type { DocsGenerator, GeneratorCall, OwnedText } from './docs-generators.ts';
import { isGlobMatch } from './glob-match.ts';
import { isRecord } from './never-fix.ts';
import { shellLine } from './shell-line.ts';

/** A script that writes documents. */
export interface DocsScript extends GeneratorCall {
  readonly generator: DocsGenerator;
  readonly manifest: PackageManifest;
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  /** What the script runs before it. */
  readonly before: readonly ScriptCommand[];
  /** Committed files with something that it owns. */
  readonly paths: readonly string[];
  /** Whether the repository itself fails where they are out of step. */
  readonly isChecked: boolean;
}

const DOCUMENT = /\.(md|mdx|markdown)$/i;
/** Scripts that run as a version is made: between two of them nobody expects their documents to be in step. */
const AT_RELEASE = /^(pre|post)?(version|pack|prepare|publish|publishOnly|release|install)($|:)/;
const LOOKS_AT_GIT = /\bgit diff\b.*--(exit-code|quiet)|\bgit status --porcelain|git-is-clean|git diff-index/;
/** Redirections to files are the only thing of a shell that is understood. */
const ONLY_FOR_SHELLS = /[$`<()]|^[12&]>|>>/;

/** Whether agents look at this document as one that a program writes. */
export function isDocument(path: string): boolean {
  return DOCUMENT.test(path) && !isForeign(path) && !isRecord(path);
}

/** Every script that writes committed documents, by one of the programs that we know. */
export async function findDocsScripts(project: Project): Promise<DocsScript[]> {
  const calls = await Promise.all(project.workspaces.map((manifest) => callsOf(project, manifest)));
  const found = calls.flat();
  if (found.length === 0) return [];
  const texts = await documentsOf(project);
  const workflows = await workflowsOf(project);
  const withPaths = found.map((call) => ({ ...call, paths: pathsOf(call, texts) })).filter(({ paths }) => paths.length > 0);
  const checked = withPaths.map((call) => ({ ...call, isChecked: isChecked(call, workflows) }));
  // Two scripts may call it in the same way; the first one is named.
  return checked.filter((call, at) => checked.findIndex((other) => idOf(other) === idOf(call)) === at);
}

function idOf({ generator, manifest, args }: DocsScript): string {
  return JSON.stringify([generator.packageName, manifest.dir, args]);
}

async function callsOf(project: Project, manifest: PackageManifest): Promise<DocsScript[]> {
  const top = project.workspaces[0];
  const { scripts, dir } = manifest;
  const configs = new Map<string, string | null>();
  for (const name of GENERATOR_CONFIGS) configs.set(name, await project.read(posix.join(dir, name)));
  const setup = { project, dir, read: (name: string) => configs.get(name) ?? null };
  return Object.entries(scripts).flatMap(([script, text]): DocsScript[] => {
    if (AT_RELEASE.test(script)) return [];
    const commands = resolvedCommands({ [script]: text }, script);
    return commands.flatMap((command, at): DocsScript[] => {
      const generator = DOCS_GENERATORS.find(({ tools }) => tools.includes(command.tool));
      if (generator === undefined || command.args.some((arg) => ONLY_FOR_SHELLS.test(arg))) return [];
      if ((manifest.dependencies[generator.packageName] ?? top?.dependencies[generator.packageName]) === undefined) return [];
      const call = generator.call(generator.takesPaths ? expandArguments(command.args, project, dir) : command.args, setup);
      if (call === null || (!command.plain && call.printsTo === undefined)) return [];
      const before = commands
        .slice(0, at)
        .filter((other) => other.plain && !DOCS_GENERATORS.some(({ tools }) => tools.includes(other.tool)));
      return [{ ...call, generator, manifest, script, before, env: command.env, paths: [], isChecked: false }];
    });
  });
}

/** Patterns of documents as a shell would replace them by committed files; a lone `*` is the value of an option. */
function expandArguments(args: readonly string[], project: Project, dir: string): string[] {
  return args.flatMap((arg) => {
    if (arg.startsWith('-') || !/[*?{].*[./]|\/.*[*?{]/.test(arg)) return [arg];
    const glob = posix.join(dir, arg);
    const paths = project.files.filter((path) => isGlobMatch(glob, path)).map((path) => posix.relative(dir, path));
    return paths.length === 0 ? [arg] : paths;
  });
}

async function documentsOf(project: Project): Promise<ReadonlyMap<string, string>> {
  const paths = project.files.filter(isDocument);
  const texts = await Promise.all(paths.map((path) => project.read(path)));
  return new Map(paths.map((path, at) => [path, texts[at] ?? '']));
}

function pathsOf({ owned, manifest }: DocsScript, texts: ReadonlyMap<string, string>): string[] {
  const below = manifest.dir === '' ? '' : `${manifest.dir}/`;
  return [...texts].filter(([path, text]) => path.startsWith(below) && ownsPartOf(owned, path, text)).map(([path]) => path);
}

/** Whether something in a document is the program's. */
function ownsPartOf(owned: OwnedText, path: string, text: string): boolean {
  if (owned.is === 'files') return owned.owns(path);
  if (owned.is !== 'regions') return owned.is === 'fences' || outsideOf(text, owned) !== text;
  const lines = text.split('\n');
  const start = lines.findIndex((line) => owned.opening.test(line));
  return start !== -1 && lines.slice(start).some((line) => owned.closing.test(line));
}

async function workflowsOf(project: Project): Promise<string[]> {
  const paths = project.files.filter((path) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path));
  return (await Promise.all(paths.map((path) => project.read(path)))).map((text) => text ?? '');
}

/** A script of the package, or a workflow, that calls it to look only, or looks afterwards whether something has changed. */
function isChecked({ generator, manifest, script }: DocsScript, workflows: readonly string[]): boolean {
  const names = new RegExp(String.raw`\b(?:run |yarn |pnpm )${script.replace(/[^\w:-]/g, '.')}(?![\w:-])`);
  const calls = [...Object.values(manifest.scripts), ...workflows];
  return calls.some((text) => {
    const isNamed = names.test(text) || generator.tools.some((tool) => text.includes(tool));
    if (isNamed && LOOKS_AT_GIT.test(text)) return true;
    return text
      .split('\n')
      .some((line) =>
        commandsIn(line.replace(/^\s*(-\s*)?(run:\s*)?/, '')).some(
          ({ tool, args }) => generator.tools.includes(tool) && generator.isCheck(args),
        ),
      );
  });
}

/** One line with which a person runs it. */
export function scriptCall(project: Project, { manifest, script }: Pick<DocsScript, 'manifest' | 'script'>): string {
  const line = shellLine([project.packageManager ?? 'npm', 'run', script]);
  return manifest.dir === '' ? line : `(cd ${shellLine([manifest.dir])} && ${line})`;
}
