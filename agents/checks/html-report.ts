/** What checks of HTML have in common: where they apply, and how the messages of their tools become findings. */
import { posix } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import type { CheckPart, PartFailure } from './check-parts.ts';
import { plainMessage } from './check-report.ts';
import { isMedia } from './fixable-path.ts';
import { detectRoots, inspectRoots, rootLine, toolCall } from './run-roots.ts';
import type { RootCall } from './run-roots.ts';
import { openSourceLines, repositoryPaths } from './source-lines.ts';
import type { ToolSetup } from './tool-setup.ts';

/** A message of a tool, in one form for all. */
export interface HtmlMessage {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly rule: string;
  readonly isError: boolean;
  readonly message: string;
}

export type HtmlReading = { readonly told: readonly HtmlMessage[] } | { readonly failure: PartFailure };

/** How a tool for HTML is called and read. */
export interface HtmlTool {
  readonly title: string;
  readonly args: readonly string[];
  /** What it is given where it is to read everything. */
  whole(call: RootCall, context: CheckContext): readonly string[];
  read(result: ToolResult): HtmlReading;
}

/** The check of one tool. */
export function htmlCheck(setup: ToolSetup, tool: HtmlTool): Check {
  return {
    id: setup.tool,
    title: tool.title,
    async detect(project) {
      const detection = detectRoots(project, setup, (path) => !isMedia(path));
      const hasPages = project.files.some((path) => /\.(html?|vue|svelte|astro|njk|hbs|ejs|twig)$/.test(path));
      return detection.applies && !hasPages ? { applies: false, why: 'there is no page of HTML' } : detection;
    },
    inspect: (context): Promise<CheckReport> =>
      inspectRoots(context, { id: setup.tool, setup }, (call) => inspectRoot(call, context, tool)),
  };
}

async function inspectRoot(call: RootCall, context: CheckContext, tool: HtmlTool): Promise<CheckPart> {
  const targets = call.invocation.targets.includes('.') ? tool.whole(call, context) : call.invocation.targets;
  if (targets.length === 0) return { drafts: [], command: null, log: '', failure: readNothing(tool.title) };
  const result = await context.runTool(toolCall(call, [...tool.args, ...call.invocation.flags, ...targets]));
  const read = tool.read(result);
  const drafts = 'told' in read ? draftsOf(read.told, { call, context }) : [];
  const command = rootLine(context, call, { tool: tool.title.toLowerCase(), drafts });
  return { drafts, command, log: 'failure' in read ? result.stderr : '', failure: 'failure' in read ? read.failure : null };
}

function draftsOf(
  told: readonly HtmlMessage[],
  { call, context }: { readonly call: RootCall; readonly context: CheckContext },
): FindingDraft[] {
  const lines = openSourceLines(context.root);
  const pathOf = repositoryPaths(context.root);
  return told.flatMap(({ file, line, column, rule, isError, message }): FindingDraft[] => {
    const path = pathOf(call.cwd, posix.normalize(file));
    if (path === null || !context.project.has(path)) return [];
    const identity = lines.lineOf(path, line);
    return [
      {
        ...{ path, line, column, rule },
        severity: isError ? 'error' : 'warning',
        message: plainMessage(message),
        ...(identity === undefined ? {} : { identity }),
      },
    ];
  });
}

/** The failure of a tool that found no file. */
export function readNothing(tool: string): PartFailure {
  return { reason: 'nothing-read', hint: `${tool} read no file at all: look at the paths of its script and at its ignores.` };
}

/** A report in JSON, when each entry has messages. */
export function listIn(text: string): readonly object[] | null {
  try {
    const list: unknown = JSON.parse(text);
    const isReport = Array.isArray(list) && list.every((one: { messages?: unknown } | null) => Array.isArray(one?.messages));
    return isReport ? (list as object[]) : null;
  } catch {
    return null;
  }
}
