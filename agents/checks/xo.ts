/** The repository's own XO: ESLint with rules that XO brings, so such a repository has no configuration of ESLint. */
import type { Project } from '../project.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { Check, CheckContext } from './check.ts';
import { crashOf, failureOf, firstLine } from './check-parts.ts';
import type { CheckPart, PartFailure } from './check-parts.ts';
import { eslintDrafts, eslintReads, lintFixFailure, readEslintReport, readNothing } from './eslint-report.ts';
import { detectRoots, fixRoots, inspectRoots, rootLine, toolCall } from './run-roots.ts';
import type { RootCall } from './run-roots.ts';
import type { ToolSetup } from './tool-setup.ts';

const setup: ToolSetup = {
  packageName: 'xo',
  tool: 'xo',
  config: /^(xo\.config\.[cm]?[jt]s|\.xo-config(\.(json|c?js))?)$/,
  packageKey: 'xo',
  worksWithoutConfig: true,
  nested: 'separate',
  options: {
    keepFlags: ['--space', '--no-semicolon', '--semicolon', '--prettier', '--no-prettier', '--quiet', '--no-cache'],
    keepWithValue: [
      ...['--config', '--config-path', '--ignore', '--ignores', '--suppressions-location', '--space', '--semicolon', '--prettier'],
      ...['--env', '--global', '--node-version', '--plugin', '--extend', '--extension'],
    ],
    dropWithValue: ['--reporter', '--max-warnings', '--stdin-filename', '--print-config', '--cwd'],
    quiet: ['--quiet'],
  },
};

/** The check `xo`. */
export const xo: Check = {
  id: 'xo',
  title: 'XO',
  detect: async (project) => detectRoots(project, setup, eslintReads(project, bringsProse(project))),
  inspect: (context) => inspectRoots(context, { id: 'xo', setup }, (call) => inspectRoot(call, context)),
  fixer: {
    order: 11,
    fix: (context) =>
      fixRoots(context, setup, {
        args: ({ invocation }) => ['--fix', '--reporter=json', ...invocation.flags, '--'],
        // It takes every name for a pattern, and not every version knows a backslash in it.
        operand: (path) => path.replace(/[([{*?]/g, '[$&]'),
        failure: fixFailure,
      }),
  },
};

/** Since its first version of the new configuration it reads Markdown as well. */
function bringsProse(project: Project): boolean {
  return project.workspaces.some(({ dependencies }) => /(^|[^\d.])[1-9]\d*(\.|$)/.test(dependencies['xo'] ?? ''));
}

async function inspectRoot(call: RootCall, context: CheckContext): Promise<CheckPart> {
  const ignores = call.root.nested.map((dir) => `--ignore=${dir}/**`);
  const targets = call.invocation.targets.filter((target) => target !== '.');
  const result = await context.runTool(
    toolCall(call, ['--reporter=json', ...call.invocation.flags, ...ignores, ...(targets.length === 0 ? [] : ['--', ...targets])]),
  );
  const failure = ownFailure(result);
  const read = failure === null ? readEslintReport(result, { report: result.stdout, tool: 'XO' }) : { failure };
  const drafts = 'files' in read ? eslintDrafts(read.files, { cwd: call.cwd, context }) : [];
  const command = rootLine(context, call, { tool: 'xo', drafts });
  return { drafts, command, log: result.stderr, failure: 'failure' in read ? read.failure : null };
}

/** It ends with 1 for everything: without a report it is its stack that tells. */
function ownFailure(result: ToolResult): PartFailure | null {
  const ended = failureOf(result, 'XO');
  if (ended !== null || result.exitCode === 0 || result.stdout.trimStart().startsWith('[')) return ended;
  if (/No files matching/.test(result.stderr)) return readNothing('XO');
  if (/resolving XO config|Configuration for rule|is invalid/.test(result.stderr)) {
    const cause = /\[cause\]: (.+)/.exec(result.stderr)?.[1];
    return { reason: 'configuration', hint: `XO cannot use its configuration: ${cause ?? firstLine(result.stderr)}` };
  }
  return crashOf(result.stderr + result.stdout, 'XO');
}

function fixFailure(result: ToolResult): PartFailure | null {
  const failure = ownFailure(result);
  // Files that it ignores by itself are left as they are.
  return failure === null ? lintFixFailure(result, 'XO') : failure.reason === 'nothing-read' ? null : failure;
}
