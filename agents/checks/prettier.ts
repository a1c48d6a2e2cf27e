/** The repository's own Prettier. */
import type { FindingDraft } from '../../ledger/finding.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { Check, CheckContext } from './check.ts';
import { crashOf, failureOf, nonsenseOf } from './check-parts.ts';
import type { CheckPart, PartFailure } from './check-parts.ts';
import { isMedia } from './fixable-path.ts';
import { unformatted } from './format-report.ts';
import type { FormatCall } from './format-report.ts';
import { detectRoots, fixRoots, inspectRoots, toolCall } from './run-roots.ts';
import type { RootCall } from './run-roots.ts';
import { repositoryPaths } from './source-lines.ts';
import { toolLine } from './tool-line.ts';
import type { ToolSetup } from './tool-setup.ts';

const setup: ToolSetup = {
  packageName: 'prettier',
  tool: 'prettier',
  config: /^(\.prettierrc(\.(json5?|ya?ml|toml|[cm]?[jt]s))?|prettier\.config\.[cm]?[jt]s)$/,
  packageKey: 'prettier',
  worksWithoutConfig: true,
  nested: 'merged',
  options: {
    keepFlags: [
      ...[
        '--no-config',
        '--no-editorconfig',
        '--no-semi',
        '--semi',
        '--single-quote',
        '--jsx-single-quote',
        '--use-tabs',
        '--no-bracket-spacing',
        '--bracket-same-line',
      ],
      ...[
        '--single-attribute-per-line',
        '--vue-indent-script-and-style',
        '--experimental-ternaries',
        '--require-pragma',
        '--with-node-modules',
      ],
    ],
    keepWithValue: [
      ...[
        '--config',
        '--ignore-path',
        '--plugin',
        '--parser',
        '--print-width',
        '--tab-width',
        '--trailing-comma',
        '--end-of-line',
        '--quote-props',
        '--prose-wrap',
      ],
      ...[
        '--arrow-parens',
        '--html-whitespace-sensitivity',
        '--embedded-language-formatting',
        '--object-wrap',
        '--experimental-operator-position',
        '--config-precedence',
      ],
    ],
    dropWithValue: ['--log-level', '--loglevel', '--cache-location', '--cache-strategy', '--stdin-filepath'],
  },
};

/** The repository's own Prettier, only where it is set up. */
export const prettier: Check = {
  id: 'prettier',
  title: 'Prettier',
  detect: async (project) => detectRoots(project, setup, (path) => !isMedia(path)),
  inspect: (context) => inspectRoots(context, { id: 'prettier', setup }, (call) => inspectRoot(call, context)),
  fixer: {
    order: 90,
    fix: (context) =>
      fixRoots(context, setup, {
        args: ({ invocation }) => ['--write', '--ignore-unknown', '--log-level=error', '--no-color', ...invocation.flags, '--'],
        failure: fixFailure,
      }),
  },
};

async function inspectRoot(call: RootCall, context: CheckContext): Promise<CheckPart> {
  const args = ['--list-different', '--ignore-unknown', '--no-color', ...call.invocation.flags, '--', ...call.invocation.targets];
  const result = await context.runTool(toolCall(call, args));
  const { drafts, failure } = readResult(result, { call, context });
  const command = toolLine({
    manager: context.project.packageManager,
    dir: call.root.dir,
    tool: 'prettier',
    args: ['--check', ...call.invocation.flags],
    files: drafts.flatMap((draft) => draft.path ?? []),
    fallback: call.invocation.targets,
  });
  return { drafts, command, log: result.stderr, failure };
}

function readResult(result: ToolResult, where: FormatCall): { readonly drafts: FindingDraft[]; readonly failure: PartFailure | null } {
  const failure = failureOf(result, 'Prettier');
  if (failure !== null) return { drafts: [], failure };
  if (
    /No (?:parser and no )?files? (?:matching|path).*(?:were|was) (?:found|given)|No files matching the pattern/i.test(result.stderr) &&
    result.stdout === ''
  ) {
    return {
      drafts: [],
      failure: { reason: 'nothing-read', hint: 'Prettier found no file to read: look at its ignores and at the paths in the scripts.' },
    };
  }
  const { drafts: broken, rest } = syntaxErrors(result.stderr, where);
  // 0: all formatted, 1: some are not, 2: something could not be read; more is a crash.
  if (![0, 1, 2].includes(result.exitCode ?? -1) || (result.exitCode === 2 && broken.length === 0))
    return { drafts: [], failure: crashOf(result.stderr + result.stdout, 'Prettier') };
  const drafts = unformatted(result.stdout, where);
  if (drafts === null || (result.exitCode === 1 && drafts.length === 0))
    return { drafts: [], failure: nonsenseOf(rest || result.stdout, 'Prettier') };
  return { drafts: [...drafts, ...broken], failure: null };
}

/** `[error] src/a.ts: SyntaxError: … (3:5)` */
function syntaxErrors(stderr: string, where: FormatCall): { drafts: FindingDraft[]; rest: string } {
  const pathOf = repositoryPaths(where.context.root);
  const drafts: FindingDraft[] = [];
  const rest: string[] = [];
  for (const line of stderr.split('\n')) {
    const match = /^\[error\] (.+?): (\w*Error: .*)$/.exec(line);
    const path = match?.[1] === undefined ? null : pathOf(where.call.cwd, match[1]);
    if (match?.[2] === undefined || path === null || !where.context.project.has(path)) {
      rest.push(line);
      continue;
    }
    const place = /\((\d+):(\d+)\)\s*$/.exec(match[2]);
    drafts.push({
      path,
      line: place === null ? null : Number(place[1]),
      column: place === null ? null : Number(place[2]),
      rule: 'parse-error',
      severity: 'error',
      message: match[2].replace(/\s*\(\d+:\d+\)\s*$/, ''),
    });
  }
  return { drafts, rest: rest.join('\n') };
}

function fixFailure(result: ToolResult): PartFailure | null {
  const failure = failureOf(result, 'Prettier');
  if (failure !== null) return failure;
  // 2 with syntax errors: those files stay as they are, the others are written.
  if (result.exitCode === 0 || (result.exitCode === 2 && /^\[error\] .+?: \w*Error: /m.test(result.stderr))) return null;
  return crashOf(result.stderr + result.stdout, 'Prettier');
}
