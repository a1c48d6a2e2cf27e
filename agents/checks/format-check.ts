/** What formatters that list files have in common: one finding a file, and one for each that they cannot parse. */
import type { FindingDraft } from '../../ledger/finding.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { Check, CheckContext } from './check.ts';
import { failureOf, nonsenseOf } from './check-parts.ts';
import type { CheckPart, PartFailure } from './check-parts.ts';
import { isMedia } from './fixable-path.ts';
import { unformatted } from './format-report.ts';
import { detectRoots, fixRoots, inspectRoots, rootLine, toolCall } from './run-roots.ts';
import type { RootCall } from './run-roots.ts';
import { repositoryPaths } from './source-lines.ts';
import type { ToolInvocation, ToolSetup } from './tool-setup.ts';

/** What one of them adds. */
export interface Formatter {
  readonly id: string;
  readonly setup: ToolSetup;
  /** Has it print the paths of the files that it would change. */
  list(invocation: ToolInvocation): readonly string[];
  /** Comes before the paths of the files that it is to change. */
  write(invocation: ToolInvocation): readonly string[];
  /** As a person would check. */
  readonly shown: readonly string[];
  /** Exit code where some files are not formatted. */
  readonly foundExit: number;
  /** Exit code where something could not be parsed. */
  readonly brokenExit: number;
  /** The files that it says it could not parse. */
  problems(result: ToolResult): readonly FormatProblem[];
  /** What any other end means. */
  failure(result: ToolResult): PartFailure;
}

/** A file that could not be parsed, as the tool names it; places are 1-based. */
export interface FormatProblem {
  readonly file: string;
  readonly line: string | undefined;
  readonly column: string | undefined;
  readonly message: string;
}

/** The check of a formatter, under its own name. */
export function formatCheck(formatter: Formatter): Check {
  const { id, setup } = formatter;
  return {
    id,
    title: id,
    detect: async (project) => detectRoots(project, setup, (path) => !isMedia(path)),
    inspect: (context) => inspectRoots(context, { id, setup }, (call) => inspectRoot(formatter, call, context)),
    fixer: {
      order: 90,
      fix: (context) =>
        fixRoots(context, setup, {
          args: ({ invocation }) => [...formatter.write(invocation), ...invocation.flags, '--'],
          // What cannot be parsed stays as it is, the others are written.
          failure: (result) =>
            failureOf(result, id) ?? (result.exitCode === 0 || formatter.problems(result).length > 0 ? null : formatter.failure(result)),
        }),
    },
  };
}

async function inspectRoot(formatter: Formatter, call: RootCall, context: CheckContext): Promise<CheckPart> {
  const result = await context.runTool(toolCall(call, formatter.list(call.invocation)));
  const broken = unparsed(formatter.problems(result), { call, context });
  const listed = unformatted(result.stdout, { call, context });
  const drafts = [...(listed ?? []), ...broken];
  return {
    drafts,
    command: rootLine(context, call, { tool: formatter.setup.tool, args: formatter.shown, drafts }),
    log: result.stderr,
    failure: failureIn(result, formatter, { listed: listed?.length ?? null, count: drafts.length }),
  };
}

function failureIn(
  result: ToolResult,
  formatter: Formatter,
  { listed, count }: { readonly listed: number | null; readonly count: number },
): PartFailure | null {
  const ended = failureOf(result, formatter.id);
  if (ended !== null) return ended;
  const isFinding = [formatter.foundExit, formatter.brokenExit].includes(result.exitCode ?? -1) && count > 0;
  if (result.exitCode !== 0 && !isFinding) return formatter.failure(result);
  return listed === null ? nonsenseOf(result.stdout, formatter.id) : null;
}

function unparsed(
  problems: readonly FormatProblem[],
  { call, context }: { readonly call: RootCall; readonly context: CheckContext },
): FindingDraft[] {
  const pathOf = repositoryPaths(context.root);
  return problems.flatMap(({ file, line, column, message }): FindingDraft[] => {
    const path = pathOf(call.cwd, file);
    if (path === null || !context.project.has(path)) return [];
    const place = { line: line === undefined ? null : Number(line), column: column === undefined ? null : Number(column) };
    return [{ path, ...place, rule: 'parse-error', severity: 'error', message: message.replace(/\s+/g, ' ').trim() }];
  });
}
