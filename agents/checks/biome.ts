import { posix } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { Check, CheckContext } from './check.ts';
import { crashOf, failureOf, firstLine, nonsenseOf, unnamedError } from './check-parts.ts';
import type { CheckPart, PartFailure } from './check-parts.ts';
import { isFixablePath, isMedia, isProse } from './fixable-path.ts';
import { detectRoots, fixRoots, inspectRoots, toolCall } from './run-roots.ts';
import type { RootCall } from './run-roots.ts';
import { openSourceLines, repositoryPaths } from './source-lines.ts';
import { toolLine } from './tool-line.ts';
import type { ToolSetup } from './tool-setup.ts';

const setup: ToolSetup = {
  packageName: '@biomejs/biome',
  tool: 'biome',
  config: /^\.?biome\.jsonc?$/,
  packageKey: null,
  worksWithoutConfig: true,
  nested: 'merged',
  // `biome lint src` and `biome check .` differ in their first word, which is no option: what is on is decided by the configuration.
  options: {
    keepFlags: [],
    keepWithValue: ['--config-path'],
    dropWithValue: ['--reporter', '--max-diagnostics', '--diagnostic-level', '--log-level', '--since'],
  },
};

/** The repository's own Biome: linter, formatter and import order, as its configuration turns them on. */
export const biome: Check = {
  id: 'biome',
  title: 'Biome',
  detect: async (project) => detectRoots(project, setup, (path) => !isMedia(path) && !isProse(path)),
  inspect: (context) => inspectRoots(context, { id: 'biome', setup }, (call) => inspectRoot(call, context)),
  fixer: {
    order: 12,
    fix: (context) =>
      fixRoots(context, setup, {
        // Without --unsafe: only what cannot change the meaning.
        args: (call) => [...checkArgs(call), isBefore(call, 1, 8) ? '--apply' : '--write', '--no-errors-on-unmatched', '--'],
        failure: (result) => readResult(result).failure,
      }),
  },
};

async function inspectRoot(call: RootCall, context: CheckContext): Promise<CheckPart> {
  const limit = isBefore(call, 2, 0) ? '--max-diagnostics=4294967295' : '--max-diagnostics=none';
  const result = await context.runTool(
    toolCall(call, [...checkArgs(call), limit, '--no-errors-on-unmatched', '--', ...call.invocation.targets]),
  );
  const { report, failure } = readResult(result);
  const drafts = report === null ? [] : draftsOf(report.diagnostics, { call, context });
  const command = toolLine({
    manager: context.project.packageManager,
    dir: call.root.dir,
    tool: 'biome',
    args: ['check', ...call.invocation.flags],
    files: drafts.flatMap((draft) => draft.path ?? []),
    fallback: call.invocation.targets.filter((target) => target !== '.'),
  });
  // Its own configuration is among the files that it reads below `.`.
  const itself = call.invocation.targets.includes('.') && setup.config.test(posix.basename(call.root.evidence)) ? 1 : 0;
  const count = (report?.summary.changed ?? 0) + (report?.summary.unchanged ?? 0);
  const isEmpty = failure === null && drafts.length === 0 && count <= itself;
  const hasError = report?.diagnostics.some(({ severity }) => severity === 'error') === true;
  const isUnnamed = failure === null && result.exitCode !== 0 && !hasError;
  return {
    drafts,
    command,
    log: result.stderr + (failure === null ? '' : result.stdout),
    failure: isUnnamed ? unnamedError(result, 'Biome') : isEmpty ? nothingRead() : failure,
  };
}

function checkArgs(call: RootCall): string[] {
  return ['check', '--reporter=json', '--colors=off', ...call.invocation.flags];
}

interface BiomePlace {
  readonly line?: number;
  readonly column?: number;
}

interface BiomeDiagnostic {
  readonly severity: string;
  readonly category?: string | null;
  /** A text in 2.4; a description beside it before. */
  readonly message?: unknown;
  readonly description?: string;
  /** 2.4: path and start. Before: a path object and a span in bytes. */
  readonly location?: {
    readonly path?: string | { readonly file?: string } | null;
    readonly start?: BiomePlace;
    readonly span?: readonly [number, number] | null;
    readonly sourceCode?: string | null;
  };
  readonly tags?: readonly string[];
  readonly advices?: unknown;
}

interface BiomeReport {
  readonly summary: { readonly changed?: number; readonly unchanged?: number };
  readonly diagnostics: readonly BiomeDiagnostic[];
}

function readResult(result: ToolResult): { readonly report: BiomeReport | null; readonly failure: PartFailure | null } {
  const failure = failureOf(result, 'Biome');
  if (failure !== null) return { report: null, failure };
  const report = parseReport(result.stdout);
  if (report !== null) {
    const broken = report.diagnostics.find((diagnostic) => isAboutConfiguration(diagnostic) || diagnostic.severity === 'fatal');
    if (broken === undefined) return { report, failure: null };
    return { report: null, failure: { reason: 'configuration', hint: `Biome cannot use its configuration: ${messageOf(broken)}` } };
  }
  if (/No files were processed/i.test(result.stderr + result.stdout)) return { report: null, failure: nothingRead() };
  if (/configuration resulted in errors/i.test(result.stderr)) {
    return {
      report: null,
      failure: { reason: 'configuration', hint: `Biome cannot use its configuration: ${configurationError(result.stderr)}` },
    };
  }
  const isCrash = result.exitCode !== 0 && !result.stdout.trimStart().startsWith('{');
  return { report: null, failure: isCrash ? crashOf(result.stderr + result.stdout, 'Biome') : nonsenseOf(result.stderr, 'Biome') };
}

/** The first line that Biome marks as an error. */
function configurationError(stderr: string): string {
  return /^\s*(?:×|✖)\s*(.+)$/m.exec(stderr)?.[1] ?? firstLine(stderr);
}

function nothingRead(): PartFailure {
  return { reason: 'nothing-read', hint: 'Biome read no file at all: look at its configuration and ignores.' };
}

function isAboutConfiguration(diagnostic: BiomeDiagnostic): boolean {
  return (
    diagnostic.category === 'configuration' || (diagnostic.category === 'deserialize' && /biome\.jsonc?$/.test(pathIn(diagnostic) ?? ''))
  );
}

function parseReport(text: string): BiomeReport | null {
  // A fixer may print a line of its own before the document.
  const start = text.indexOf('{"summary"');
  let json: Partial<BiomeReport> | null;
  try {
    json = JSON.parse(start === -1 ? text : text.slice(start)) as Partial<BiomeReport> | null;
  } catch {
    return null;
  }
  const isWhole =
    Array.isArray(json?.diagnostics) &&
    typeof json.summary === 'object' &&
    json.diagnostics.every((each: unknown) => typeof each === 'object' && each !== null);
  return isWhole ? (json as BiomeReport) : null;
}

function draftsOf(diagnostics: readonly BiomeDiagnostic[], where: { call: RootCall; context: CheckContext }): FindingDraft[] {
  const { root, project } = where.context;
  const lines = openSourceLines(root);
  const pathOf = repositoryPaths(root);
  return diagnostics.flatMap((diagnostic): FindingDraft[] => {
    const named = pathIn(diagnostic);
    const path = named === null ? null : pathOf(where.call.cwd, named);
    if (path === null || !project.has(path)) return [];
    const place = placeOf(diagnostic);
    const rule = (diagnostic.category ?? 'biome').replace(/^lint\//, '');
    const identity = lines.lineOf(path, place.line);
    return [
      {
        path,
        line: place.line,
        column: place.column,
        rule,
        severity: diagnostic.severity === 'error' ? 'error' : 'warning',
        message:
          rule === 'format' && !/abort/i.test(messageOf(diagnostic)) ? 'The file is not formatted as configured.' : messageOf(diagnostic),
        fixable: isFixable(diagnostic) && isFixablePath(path),
        ...(identity === undefined ? {} : { identity }),
      },
    ];
  });
}

function pathIn(diagnostic: BiomeDiagnostic): string | null {
  const path = diagnostic.location?.path;
  return typeof path === 'string' ? path : (path?.file ?? null);
}

function placeOf({ location }: BiomeDiagnostic): { line: number | null; column: number | null } {
  // Line 0 stands for the whole file.
  if ((location?.start?.line ?? 0) > 0) return { line: location?.start?.line ?? null, column: location?.start?.column ?? null };
  const offset = location?.span?.[0];
  if (typeof offset !== 'number' || typeof location?.sourceCode !== 'string') return { line: null, column: null };
  const before = Buffer.from(location.sourceCode).subarray(0, offset).toString('utf8').split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** What `--write` repairs: formatting, import order, and rules whose advice is a safe fix. */
function isFixable(diagnostic: BiomeDiagnostic): boolean {
  const category = diagnostic.category ?? '';
  if (category === 'format' || category === 'organizeImports' || category.startsWith('assist/'))
    return !/abort/i.test(messageOf(diagnostic));
  return diagnostic.tags?.includes('fixable') === true || JSON.stringify(diagnostic.advices ?? '').includes('Safe fix');
}

function messageOf(diagnostic: BiomeDiagnostic): string {
  const { message, description } = diagnostic;
  const parts = Array.isArray(message)
    ? message.map((part: { content?: unknown }) => (typeof part.content === 'string' ? part.content : '')).join('')
    : null;
  const text = typeof message === 'string' ? message : (description ?? parts ?? 'no message');
  return text.replace(/\s+/g, ' ').trim();
}

function isBefore(call: RootCall, major: number, minor: number): boolean {
  const [a = 0, b = 0] = call.tool.version.split('.').map(Number);
  return a < major || (a === major && b < minor);
}
