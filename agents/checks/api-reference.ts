/** A list of what a module exports, kept between two markers in Markdown files. */
import { posix } from 'node:path';
import type { Project } from '../project.ts';
import type { ModuleSymbolsInput, ModuleSymbolsOutput } from '../tools/entries/module-symbols.ts';
import { runEntry } from '../tools/run-entry.ts';
import type { PartFailure } from './check-parts.ts';
import { plainMessage, reportErrored, reportFindings } from './check-report.ts';
import type { Check, CheckContext, CheckReport, FixReport } from './check.ts';
import { entryFailure } from './entry-failure.ts';
import { looseText } from './loose-text.ts';
import { findMarkedRegions, markersOf } from './marked-regions.ts';
import { namedPaths, pathsWithRegions, regionDrafts, writeRegions } from './region-writer.ts';
import type { RegionText, RegionWriter } from './region-writer.ts';
import type { ModuleSymbol } from './symbol-signatures.ts';

const NAME = 'api-reference';
const MODULE = /\.[cm]?[jt]sx?$/;
const MAX_BYTES = 1024 * 1024;
const EXAMPLE = markersOf(NAME, 'src/index.ts');

/** The check `api-reference`. */
export const apiReference: Check = {
  id: 'api-reference',
  title: 'API reference',
  detect: async (project) => {
    const paths = await pathsWithRegions(project, NAME);
    if (paths.length === 0) {
      return {
        applies: false,
        why: `no Markdown file has the markers: put ${EXAMPLE.opening} and ${EXAMPLE.closing} on lines of their own where the exports of a module shall stand`,
      };
    }
    return {
      applies: true,
      why: `${namedPaths(paths)} with the markers of an API reference`,
      origin: 'bundled',
      needsDependencies: false,
      reads: (path) => MODULE.test(path) || paths.includes(path),
      seesEveryPath: true,
    };
  },
  inspect,
  fixer: { order: 80, fix },
};

async function inspect(context: CheckContext): Promise<CheckReport> {
  const writer = await writerFor(context);
  if ('failure' in writer) return reportErrored(writer.failure, { log: writer.log });
  return reportFindings({ id: NAME, context }, await regionDrafts(context, writer));
}

async function fix(context: CheckContext): Promise<FixReport> {
  const writer = await writerFor(context);
  if ('failure' in writer) return { outcome: 'errored', reason: writer.failure.reason, command: null, log: writer.failure.hint };
  await writeRegions(context, writer);
  return { outcome: 'done', reason: null, command: null, log: '' };
}

async function writerFor(context: CheckContext): Promise<RegionWriter | { readonly failure: PartFailure; readonly log: string }> {
  const paths = await namedModules(context.project);
  const input: ModuleSymbolsInput = { root: context.root, paths, maxBytes: MAX_BYTES };
  const answer = await runEntry<ModuleSymbolsOutput>(context.runTool, { entry: 'module-symbols', cwd: context.root, input });
  if (!answer.ok) return { failure: entryFailure(answer.result, 'the reader of exports'), log: answer.result.stderr };
  const { symbols } = answer.output;
  return {
    name: NAME,
    rule: NAME,
    drift: ({ words }) => `This is not what ${words} exports.`,
    textOf: ({ words }) => textFor(words, { symbols: symbols[words], project: context.project }),
    isSame: (found, wanted) => looseText(found) === looseText(wanted),
  };
}

/** The modules of the repository that markers name. */
async function namedModules(project: Project): Promise<string[]> {
  const documents = await pathsWithRegions(project, NAME);
  const texts = await Promise.all(documents.map((path) => project.read(path)));
  const named = texts.flatMap((text) => findMarkedRegions(text ?? '', NAME).map(({ words }) => words));
  return [...new Set(named)].filter((path) => isModule(project, path));
}

function isModule(project: Project, path: string): boolean {
  return MODULE.test(path) && project.has(path);
}

function textFor(
  words: string,
  { symbols = [], project }: { readonly symbols?: readonly ModuleSymbol[] | undefined; readonly project: Project },
): RegionText {
  if (!isModule(project, words)) return { problem: noModule(words, project) };
  if (symbols.length === 0) return { problem: plainMessage(`${words} has no export that could be told from its declarations.`) };
  return { lines: symbols.map(lineOf) };
}

function noModule(words: string, project: Project): string {
  const name = posix.basename(words);
  const alike = name === '' ? undefined : project.files.find((path) => posix.basename(path) === name && MODULE.test(path));
  const hint = alike === undefined ? '' : `, perhaps ${alike}`;
  const what = words === '' ? 'The marker names no file' : `${words} is no module of this repository`;
  return plainMessage(`${what}: expected is the path of one from the root${hint}, as in ${EXAMPLE.opening}.`);
}

function lineOf({ signature, summary }: ModuleSymbol): string {
  const code = signature.includes('`') ? `\`\` ${signature} \`\`` : `\`${signature}\``;
  return `- ${code}${summary === '' ? '' : `: ${summary}`}`;
}
