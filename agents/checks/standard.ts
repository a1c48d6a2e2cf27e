/** The repository's own Standard, semistandard or ts-standard: ESLint with rules that cannot be changed. */
import type { FindingDraft } from '../../ledger/finding.ts';
import type { Project } from '../project.ts';
import { makeTemporaryFolder } from '../tools/temporary-folder.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { Check, CheckContext } from './check.ts';
import { crashOf, failureOf, nonsenseOf, unnamedError } from './check-parts.ts';
import type { CheckPart, PartFailure } from './check-parts.ts';
import { plainMessage } from './check-report.ts';
import { eslintReads, readNothing } from './eslint-report.ts';
import { isFixablePath } from './fixable-path.ts';
import { detectRoots, fixRoots, inspectRoots, rootLine, toolCall } from './run-roots.ts';
import type { RootCall } from './run-roots.ts';
import { openSourceLines, repositoryPaths } from './source-lines.ts';
import { findToolRoots } from './tool-setup.ts';
import type { ToolSetup } from './tool-setup.ts';

const setupOf = (name: string): ToolSetup => ({
  packageName: name,
  tool: name,
  config: /^$/,
  packageKey: name,
  worksWithoutConfig: true,
  nested: 'merged',
  options: {
    keepFlags: [],
    keepWithValue: [
      ...['--ext', '--ignore', '--global', '--globals', '--plugin', '--plugins', '--env', '--envs', '--parser', '-p', '--project'],
    ],
    dropWithValue: [],
  },
});

const STANDARD = setupOf('standard');
const FAMILY = [STANDARD, ...['semistandard', 'ts-standard', 'standardx'].map(setupOf)];

/** The check `standard`. */
export const standard: Check = {
  id: 'standard',
  title: 'Standard',
  detect: async (project) => detectRoots(project, setupIn(project), eslintReads(project)),
  inspect: (context) => {
    const setup = setupIn(context.project);
    return inspectRoots(context, { id: 'standard', setup }, (call) => inspectRoot(call, context, setup.tool));
  },
  fixer: {
    order: 11,
    fix: async (context) => {
      await using cache = await makeTemporaryFolder();
      const setup = setupIn(context.project);
      const run: CheckContext['runTool'] = (call) => context.runTool({ ...call, env: { ...call.env, XDG_CACHE_HOME: cache.path } });
      return await fixRoots({ ...context, runTool: run }, setup, {
        args: ({ invocation }) => ['--fix', ...invocation.flags, '--'],
        failure: (result, call) => {
          const read = readResult(result, { call, context, tool: setup.tool });
          return 'failure' in read && read.failure.reason !== 'nothing-read' ? read.failure : null;
        },
      });
    },
  },
};

/** The one that the repository uses; Standard itself when it uses none. */
function setupIn(project: Project): ToolSetup {
  return FAMILY.find((setup) => findToolRoots(project, setup).roots !== null) ?? STANDARD;
}

async function inspectRoot(call: RootCall, context: CheckContext, tool: string): Promise<CheckPart> {
  // It keeps what it found below the person's home: not for a tree that is gone in a minute.
  await using cache = await makeTemporaryFolder();
  const { env, flags } = call.invocation;
  const targets = call.invocation.targets.filter((target) => target !== '.');
  const args = [...flags, ...(targets.length === 0 ? [] : ['--', ...targets])];
  const result = await context.runTool({ ...toolCall(call, args), env: { ...env, XDG_CACHE_HOME: cache.path } });
  const read = readResult(result, { call, context, tool });
  const drafts = 'drafts' in read ? read.drafts : [];
  return {
    drafts,
    command: rootLine(context, call, { tool, drafts }),
    log: result.stderr + ('failure' in read ? result.stdout : ''),
    failure: 'failure' in read ? read.failure : null,
  };
}

interface Where {
  readonly call: RootCall;
  readonly context: CheckContext;
  readonly tool: string;
}

/** `  /…/src/a.js:1:6: Multiple spaces found before 'a'. (no-multi-spaces)`, and ` (warning)` where it is one. */
const PROBLEM = /^ {2}(.+?):(\d+):(\d+): (.*?) \((\S+)\)( \(warning\))?$/;

/** It has no other report than its words. */
function readResult(
  result: ToolResult,
  { call, context, tool }: Where,
): { readonly drafts: FindingDraft[] } | { readonly failure: PartFailure } {
  const failure = failureOf(result, tool);
  if (failure !== null) return { failure };
  if (/^Error: No files matching/m.test(result.stderr)) return { failure: readNothing(tool) };
  if (result.exitCode !== 0 && /Unable to locate the project file/.test(result.stderr + result.stdout))
    return { failure: { reason: 'configuration', hint: `${tool} finds no tsconfig.json or tsconfig.eslint.json.` } };
  if (result.exitCode !== 0 && (result.exitCode !== 1 || /Unexpected linter output/.test(result.stderr)))
    return { failure: crashOf(result.stderr.replace(/^.*Unexpected linter output:\s*/s, '') + result.stdout, tool) };
  const told = result.stdout.split('\n').filter((line) => line.trim() !== '');
  const problems = told.map((line) => PROBLEM.exec(line)).filter((match) => match !== null);
  if (told.length > 0 && problems.length === 0) return { failure: nonsenseOf(result.stdout, tool) };
  const hasError = problems.some((match) => match[6] === undefined);
  if (result.exitCode === 1 && !hasError) return { failure: unnamedError(result, tool) };
  const lines = openSourceLines(context.root);
  const pathOf = repositoryPaths(context.root);
  const mayRepair = result.stderr.includes('--fix');
  const drafts = problems.flatMap(([, file = '', row, column, message = '', rule = '', isWarning]): FindingDraft[] => {
    const path = pathOf(call.cwd, file);
    if (path === null || !context.project.has(path)) return [];
    const line = Number(row) || null;
    const identity = lines.lineOf(path, line);
    return [
      {
        ...{ path, line, column: line === null ? null : Number(column) || null },
        rule: rule === 'null' ? 'parse-error' : rule,
        severity: isWarning === undefined ? 'error' : 'warning',
        message: plainMessage(message),
        // Of all problems it only says that it can repair some: its fixer tries.
        fixable: mayRepair && rule !== 'null' && isFixablePath(path),
        ...(identity === undefined ? {} : { identity }),
      },
    ];
  });
  return { drafts };
}
