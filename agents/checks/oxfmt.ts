/** The repository's own oxfmt, only where it is set up. */
import { stripVTControlCharacters } from 'node:util';
import type { ToolResult } from '../tools/run-tool.ts';
import type { Check, CheckContext } from './check.ts';
import { crashOf, failureOf, firstLine, nonsenseOf } from './check-parts.ts';
import type { CheckPart, PartFailure } from './check-parts.ts';
import { isMedia } from './fixable-path.ts';
import { unformatted, unparsed } from './format-report.ts';
import { detectRoots, fixRoots, inspectRoots, rootLine, toolCall } from './run-roots.ts';
import type { RootCall } from './run-roots.ts';
import type { ToolSetup } from './tool-setup.ts';

const setup: ToolSetup = {
  packageName: 'oxfmt',
  tool: 'oxfmt',
  config: /^(\.oxfmtrc\.jsonc?|oxfmt\.config\.[cm]?[jt]s)$/,
  packageKey: null,
  worksWithoutConfig: true,
  nested: 'merged',
  options: {
    keepFlags: ['--disable-nested-config', '--with-node-modules'],
    keepWithValue: ['-c', '--config', '--ignore-path'],
    dropWithValue: ['--threads', '--stdin-filepath', '--migrate'],
  },
};

/** The check `oxfmt`. */
export const oxfmt: Check = {
  id: 'oxfmt',
  title: 'oxfmt',
  detect: async (project) => detectRoots(project, setup, (path) => !isMedia(path)),
  inspect: (context) => inspectRoots(context, { id: 'oxfmt', setup }, (call) => inspectRoot(call, context)),
  fixer: {
    order: 90,
    fix: (context) =>
      fixRoots(context, setup, {
        args: ({ invocation }) => ['--write', '--no-error-on-unmatched-pattern', ...invocation.flags, '--'],
        failure: (result) =>
          failureOf(result, 'oxfmt') ?? (result.exitCode === 0 || problemsIn(result).length > 0 ? null : otherEnd(result)),
      }),
  },
};

async function inspectRoot(call: RootCall, context: CheckContext): Promise<CheckPart> {
  const result = await context.runTool(toolCall(call, ['--list-different', ...call.invocation.flags, '--', ...call.invocation.targets]));
  const where = { call, context };
  const broken = unparsed(problemsIn(result), where);
  const listed = unformatted(result.stdout, where);
  const drafts = [...(listed ?? []), ...broken];
  return {
    drafts,
    command: rootLine(context, call, { tool: 'oxfmt', args: ['--check'], drafts }),
    log: result.stderr,
    failure: failureIn(result, listed !== null, drafts.length),
  };
}

/** 0: all formatted, 1: some are not or the configuration is wrong, 2: something could not be read. */
function failureIn(result: ToolResult, isList: boolean, count: number): PartFailure | null {
  const ended = failureOf(result, 'oxfmt');
  if (ended !== null) return ended;
  if (!isList) return result.exitCode === 0 ? nonsenseOf(result.stdout, 'oxfmt') : otherEnd(result);
  return result.exitCode === 0 || ([1, 2].includes(result.exitCode ?? -1) && count > 0) ? null : otherEnd(result);
}

function otherEnd(result: ToolResult): PartFailure {
  if (/Expected at least one target file/i.test(result.stderr))
    return { reason: 'nothing-read', hint: 'oxfmt found no file to read: look at its ignores and at the paths in the scripts.' };
  const wrong = /Failed to (?:load|parse|read) config[^\n]*\n(.*)/i.exec(result.stderr);
  if (wrong !== null)
    return { reason: 'configuration', hint: `oxfmt cannot use its configuration: ${firstLine(wrong[1] ?? '') || firstLine(wrong[0])}` };
  return crashOf(result.stderr + result.stdout, 'oxfmt');
}

/** `  x Unexpected token`, and below it `   ,-[src/a.js:1:7]`; or in drawn lines and colours, whatever the environment says. */
const PROBLEM = /^ *[x×] (.+)\n *[,╭][-─]+\[?(.+?):(\d+):(\d+)\]?$/gm;

function problemsIn({ stderr }: ToolResult) {
  return [...stripVTControlCharacters(stderr).matchAll(PROBLEM)].map(([, message = '', file = '', line, column]) => ({
    ...{ file, line, column, message },
  }));
}
