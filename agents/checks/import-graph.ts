/** The graph of imports between the repository's own source files. */
import { posix } from 'node:path';
import type { Project } from '../project.ts';
import type { ImportGraphInput, ImportGraphOutput } from '../tools/entries/import-graph.ts';
import { runEntry } from '../tools/run-entry.ts';
import type { PartFailure } from './check-parts.ts';
import type { CheckContext } from './check.ts';
import { entryFailure } from './entry-failure.ts';
import { mayFix } from './never-fix.ts';

/** One import that is there at run time; imports of types alone are none. */
export interface ImportEdge {
  readonly from: string;
  readonly to: string;
  /** 1-based line of the import in `from`; null when it is nowhere written as such. */
  readonly line: number | null;
  /** Whether it happens when it is asked for, not while the module loads: `import()`, a `require` inside a function. */
  readonly lazy: boolean;
}

/** Source files and what they import of each other, both sorted. */
export interface ImportGraph {
  readonly files: readonly string[];
  readonly edges: readonly ImportEdge[];
  /** Source files that could not be read: links, binary, broken or over 1 MiB. */
  readonly unread: readonly string[];
}

const SOURCE = /\.[cm]?[jt]sx?$/;
const DECLARATION = /\.d(\.[^./]+)?\.[cm]?ts$/;
/** Made by a build, kept for tests, or copied from elsewhere. */
const NOT_OWN = /(^|\/)(dist|build|out|coverage|fixtures?|__fixtures__|test-?data|_?templates?|\.[^/]+)\//i;

/** Whether a path is JavaScript or TypeScript that people of this repository write. */
export function isImportSource(path: string): boolean {
  return SOURCE.test(path) && !DECLARATION.test(path) && !NOT_OWN.test(path) && mayFix(path);
}

/** Whether a path decides how imports are resolved. */
export function isImportConfig(path: string): boolean {
  return /(^|\/)([tj]sconfig[^/]*\.json|package\.json|pnpm-workspace\.yaml)$/.test(path);
}

export type ReadGraph =
  { readonly ok: true; readonly graph: ImportGraph } | { readonly ok: false; readonly failure: PartFailure; readonly log: string };

/** Reads the graph in a child process. Having read none of the source files is a failure, never an empty graph. */
export async function readImportGraph(context: CheckContext, wanted: (path: string) => boolean = () => true): Promise<ReadGraph> {
  const { project, root } = context;
  const input: ImportGraphInput = {
    root,
    files: project.files.filter((path) => isImportSource(path) && wanted(path)),
    configs: configsOf(project),
    packages: project.workspaces.flatMap(({ name, dir, json }) => (name === null ? [] : [{ name, dir, json }])),
  };
  const answer = await runEntry<ImportGraphOutput>(context.runTool, { entry: 'import-graph', cwd: root, input });
  const log = answer.result.stderr;
  if (!answer.ok) return { ok: false, failure: entryFailure(answer.result, 'dependency-cruiser'), log };
  if (answer.output.files.length === 0) {
    const hint = `None of ${input.files.length} source files could be read: ${input.files.slice(0, 3).join(', ')}.`;
    return { ok: false, failure: { reason: 'nothing-read', hint }, log };
  }
  return { ok: true, graph: answer.output };
}

/** A sentence about what is not in the graph; empty when all is. */
export function unreadSentence({ unread }: ImportGraph): string {
  return unread.length === 0 ? '' : `Not read (a link, binary, broken or over 1 MiB): ${unread.slice(0, 5).join(', ')}.`;
}

/** Folder → the tsconfig.json or jsconfig.json in it. */
function configsOf(project: Project): Record<string, string> {
  const configs: Record<string, string> = {};
  for (const path of project.files) {
    const folder = posix.dirname(path) === '.' ? '' : posix.dirname(path);
    // tsconfig.json sorts behind jsconfig.json, and counts where both are.
    if (/(^|\/)[tj]sconfig\.json$/.test(path)) configs[folder] = path;
  }
  return configs;
}
