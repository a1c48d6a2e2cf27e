/** What ESLint says, by itself or inside of XO, as findings. */
import type { FindingDraft } from '../../ledger/finding.ts';
import type { Project } from '../project.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { CheckContext } from './check.ts';
import { crashOf, failureOf, nonsenseOf, unnamedError } from './check-parts.ts';
import type { PartFailure } from './check-parts.ts';
import { isFixablePath, isMedia, isProse } from './fixable-path.ts';
import { openSourceLines, repositoryPaths } from './source-lines.ts';

/** One file in its JSON report. */
export interface EslintFile {
  readonly filePath: string;
  readonly messages: readonly EslintMessage[];
}

interface EslintMessage {
  readonly ruleId: string | null;
  readonly severity: 1 | 2;
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
  readonly fatal?: boolean;
  readonly fix?: unknown;
}

/** The files that it read, or why there are none; `report` is its JSON. */
export function readEslintReport(
  result: ToolResult,
  { report, tool }: { readonly report: string; readonly tool: string },
): { readonly files: readonly EslintFile[] } | { readonly failure: PartFailure } {
  const failure = failureOf(result, tool);
  if (failure !== null) return { failure };
  // 0: clean, 1: errors; everything else is a crash, with or without half a report.
  if (result.exitCode !== 0 && result.exitCode !== 1) return { failure: crashOf(result.stderr + result.stdout, tool) };
  const files = parseReport(report);
  if (files === null) return { failure: nonsenseOf(result.stderr || result.stdout, tool) };
  const read = files.filter((file) => !file.messages.some(isIgnoredNotice));
  if (read.length === 0) return { failure: readNothing(tool) };
  const hasError = read.some((file) => file.messages.some((message) => message.severity === 2));
  return result.exitCode === 1 && !hasError ? { failure: unnamedError(result, tool) } : { files: read };
}

/** The failure of a linter that read no file. */
export function readNothing(tool: string): PartFailure {
  return { reason: 'nothing-read', hint: `${tool} read no file at all: look at its configuration and ignores.` };
}

/** Why a linter did not fix; null when it did its work, whatever it left. */
export function lintFixFailure(result: ToolResult, tool: string): PartFailure | null {
  const failure = failureOf(result, tool);
  if (failure !== null) return failure;
  // 1 means that something is left.
  return result.exitCode === 0 || result.exitCode === 1 ? null : crashOf(result.stderr + result.stdout, tool);
}

/** The findings in files of the repository; paths are absolute or relative to `cwd`. */
export function eslintDrafts(
  files: readonly EslintFile[],
  where: { readonly cwd: string; readonly context: CheckContext },
): FindingDraft[] {
  const { root, project } = where.context;
  const lines = openSourceLines(root);
  const pathOf = repositoryPaths(root);
  return files.flatMap((file) => {
    const path = pathOf(where.cwd, file.filePath);
    if (path === null || !project.has(path)) return [];
    return file.messages.map((message): FindingDraft => {
      // Line 0 is that of a rule that cannot work here.
      const line = (message.line ?? 0) > 0 ? (message.line ?? null) : null;
      const identity = lines.lineOf(path, line);
      return {
        path,
        line,
        column: line === null ? null : (message.column ?? null),
        rule:
          message.ruleId ??
          (message.fatal === true ? 'parse-error' : /disable directive/.test(message.message) ? 'unused-directive' : 'eslint'),
        severity: message.severity === 2 ? 'error' : 'warning',
        message: message.message.replace(/\s+/g, ' ').trim(),
        fixable: message.fix !== undefined && isFixablePath(path),
        ...(identity === undefined ? {} : { identity }),
      };
    });
  });
}

/** Plugins that make ESLint read prose. */
const PROSE_PLUGINS = ['@eslint/markdown', 'eslint-plugin-markdown', 'eslint-plugin-mdx', 'eslint-plugin-markdownlint'];

/** Whether what ESLint finds can depend on a path: on prose only where a plugin reads it, or the tool around it does. */
export function eslintReads(project: Project, bringsProse = false): (path: string) => boolean {
  const readsProse = bringsProse || project.workspaces.some(({ dependencies }) => PROSE_PLUGINS.some((name) => name in dependencies));
  return (path) => !isMedia(path) && (readsProse || !isProse(path));
}

function parseReport(text: string): readonly EslintFile[] | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const isFile = (item: unknown): item is EslintFile =>
    typeof item === 'object' &&
    item !== null &&
    typeof (item as EslintFile).filePath === 'string' &&
    Array.isArray((item as EslintFile).messages);
  return Array.isArray(json) && json.every(isFile) ? json : null;
}

/** ESLint says so of files that it was told to ignore: not a problem of theirs. */
function isIgnoredNotice(message: EslintMessage): boolean {
  return message.ruleId === null && message.fatal !== true && /^File ignored /.test(message.message);
}
