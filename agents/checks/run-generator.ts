/** Runs a program that writes documents, and tells what it made of them. */
import { lstatSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { resolveRepositoryTool } from '../tools/resolve-tool.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { CheckContext } from './check.ts';
import { failureOf, firstLine } from './check-parts.ts';
import { outsideOf } from './docs-generators.ts';
import { isDocument } from './find-generators.ts';
import type { DocsScript } from './find-generators.ts';
import { looseText } from './loose-text.ts';
import { readTextFile } from './read-text-file.ts';
import { notInstalled } from './run-roots.ts';
import { keptEnvironment } from './tool-setup.ts';
import { withoutNetwork } from './without-network.ts';

const MAX_BYTES = 2 * 1024 * 1024;

/** Documents by their paths. */
type Texts = ReadonlyMap<string, string>;

/** What a program made of the documents; or why it could not be run. */
export type Generated =
  | { readonly before: Texts; readonly after: Texts; /** Files that it owns and that were not there. */ readonly added: readonly string[] }
  | { readonly unknown: string };

/** Runs it in the worktree, with what its script runs before it. */
export async function runGenerator(context: CheckContext, script: DocsScript): Promise<Generated> {
  const { generator, manifest, args, printsTo } = script;
  const cwd = join(context.root, manifest.dir);
  const tool = resolveRepositoryTool(context.root, {
    dir: manifest.dir,
    packageName: generator.packageName,
    binName: generator.binName,
  });
  if (tool === null) return { unknown: notInstalled(generator.packageName, manifest.dir).hint };
  for (const command of script.before) {
    const program = command.tool === 'node' ? process.execPath : command.tool;
    const ran = await context.runTool({
      argv: [program, ...command.nodeFlags, ...command.args],
      cwd,
      env: keptEnvironment(command.env),
    });
    const failure = failureIn(ran, `${command.tool}, which ${script.script} runs first,`);
    if (failure !== null) return { unknown: failure };
  }
  const before = readDocuments(context);
  const known = new Set(listOwned(context, script));
  const result = await context.runTool({ argv: [...tool.argv, ...args], cwd, env: withoutNetwork(keptEnvironment(script.env)) });
  const failure = failureIn(result, generator.binName);
  if (failure !== null) return { unknown: failure };
  // A link could lead out of the tree.
  if (printsTo !== undefined && lstatSync(join(cwd, printsTo)).isFile()) writeFileSync(join(cwd, printsTo), result.stdout);
  return { before, after: readDocuments(context), added: listOwned(context, script).filter((path) => !known.has(path)) };
}

function failureIn(result: ToolResult, what: string): string | null {
  const ended = failureOf(result, what);
  if (ended !== null) return ended.hint;
  const said = firstLine(stripVTControlCharacters(result.stderr || result.stdout));
  return result.exitCode === 0 ? null : `${what} ended with exit code ${result.exitCode}: ${said}`;
}

function readDocuments(context: CheckContext): Texts {
  const texts = new Map<string, string>();
  for (const path of context.project.files.filter(isDocument)) {
    const text = readTextFile(context.root, path, MAX_BYTES);
    if (text !== null) texts.set(path, text);
  }
  return texts;
}

/** Whole files of the program that are on the disk, committed or not, in the folders where committed ones are. */
function listOwned(context: CheckContext, { owned, paths }: DocsScript): string[] {
  if (owned.is !== 'files') return [];
  const tops = new Set(paths.map((path) => path.split('/').slice(0, -1).join('/')));
  return [...tops].flatMap((top) =>
    readdirSync(join(context.root, top), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => (top === '' ? name : `${top}/${name}`))
      .filter((path) => owned.owns(path)),
  );
}

/** Puts documents back as they were. */
export function restoreDocuments(context: CheckContext, texts: Texts, paths: readonly string[]): void {
  for (const path of paths) {
    const text = texts.get(path);
    if (text === undefined) rmSync(join(context.root, path), { force: true });
    else writeFileSync(join(context.root, path), text);
  }
}

/** What became of one document. */
export interface DocumentChange {
  readonly path: string;
  /** 1-based, of what is committed. */
  readonly line: number;
  /** Whether something changed that is not the program's. */
  readonly isStray: boolean;
}

/** The documents that say something else now; days, times, revisions and versions of the machine apart, and what a formatter changes. */
export function changesOf(
  { before, after }: { readonly before: Texts; readonly after: Texts },
  { owned, generator }: DocsScript,
): DocumentChange[] {
  const same = (text: string): string => timeless(generator.isByText === true ? text.replace(/<[^<>]*>/g, ' ') : text);
  return [...before].flatMap(([path, text]): DocumentChange[] => {
    const now = after.get(path);
    if (now === undefined || now === text || same(text) === same(now)) return [];
    const isOwned = owned.is !== 'files' || owned.owns(path);
    return [{ path, line: firstDifference(text, now), isStray: !isOwned || outsideOf(text, owned) !== outsideOf(now, owned) }];
  });
}

/** Documents that it owned and that are gone. */
export function goneOf({ before, after }: { readonly before: Texts; readonly after: Texts }): string[] {
  return [...before.keys()].filter((path) => !after.has(path));
}

/** A text without what differs between two days, two commits and two machines. */
function timeless(text: string): string {
  return looseText(
    text
      .replace(/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?/g, 'DAY')
      .replace(
        /\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* \d{1,2},? \d{4}(?: \d\d:\d\d(?::\d\d)?)?/g,
        'DAY',
      )
      .replace(/\b\d\d:\d\d:\d\d\b/g, 'TIME')
      .replace(/(\/(?:blob|tree|raw|src)\/)[0-9a-f]{7,40}\//g, '$1REVISION/')
      .replace(/\b(?:linux|darwin|win32|wsl)-(?:x64|arm64|ia32)\b/g, 'MACHINE')
      .replace(/\bnode-v\d+\.\d+\.\d+\b/g, 'NODE'),
  );
}

function firstDifference(before: string, after: string): number {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const at = old.findIndex((line, index) => timeless(line) !== timeless(now[index] ?? ''));
  return at === -1 ? old.length : at + 1;
}
