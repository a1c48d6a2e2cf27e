/** The repository's own Stylelint. */
import type { FindingDraft } from '../../ledger/finding.ts';
import type { Project } from '../project.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { Check, CheckContext } from './check.ts';
import { crashOf, failureOf, firstLine, nonsenseOf, unnamedError } from './check-parts.ts';
import type { CheckPart, PartFailure } from './check-parts.ts';
import { plainMessage } from './check-report.ts';
import { isFixablePath } from './fixable-path.ts';
import { detectRoots, fixRoots, inspectRoots, toolCall } from './run-roots.ts';
import type { RootCall } from './run-roots.ts';
import { openSourceLines, repositoryPaths } from './source-lines.ts';
import { toolLine } from './tool-line.ts';
import type { ToolSetup } from './tool-setup.ts';

const setup: ToolSetup = {
  packageName: 'stylelint',
  tool: 'stylelint',
  config: /^(\.stylelintrc(\.(json|ya?ml|[cm]?[jt]s))?|stylelint\.config\.[cm]?[jt]s)$/,
  packageKey: 'stylelint',
  worksWithoutConfig: false,
  nested: 'separate',
  options: {
    keepFlags: ['--quiet', '-q', '--ignore-disables', '--id', '--disable-default-ignores', '--di'],
    keepWithValue: ['--config', '-c', '--config-basedir', '--custom-syntax', '--ignore-path', '-i', '--ignore-pattern', '--ip'],
    dropWithValue: ['--formatter', '-f', '--custom-formatter', '--output-file', '-o', '--max-warnings', '--mw', '--cache-location'],
    quiet: ['--quiet', '-q'],
  },
};

/** Extensions that it reads only with a syntax, and what brings that syntax. */
const SYNTAXES: readonly (readonly [extensions: string[], brings: RegExp])[] = [
  [['scss', 'sass'], /^postcss-scss$|^stylelint-.*scss|^postcss-sass$/],
  [['less'], /^postcss-less$|^stylelint-.*less/],
  [['vue'], /^postcss-html$|^stylelint-config-.*(vue|html)/],
];
const STYLES = /\.(css|pcss|postcss|scss|sass|less|vue|svelte|astro|html?)$/;

/** The check `stylelint`. */
export const stylelint: Check = {
  id: 'stylelint',
  title: 'Stylelint',
  detect: async (project) =>
    detectRoots(
      project,
      setup,
      (path) => STYLES.test(path) || /(^|\/)(package\.json|\.stylelint[^/]*|stylelint\.config\.[^/]+)$/.test(path),
    ),
  inspect: (context) => inspectRoots(context, { id: 'stylelint', setup }, (call) => inspectRoot(call, context)),
  fixer: {
    order: 11,
    fix: (context) =>
      fixRoots(context, setup, {
        args: ({ invocation }) => ['--fix', '--allow-empty-input', ...invocation.flags, '--'],
        failure: (result) => failureOf(result, 'stylelint') ?? (isWord(result) ? crashOrConfiguration(result) : null),
      }),
  },
};

async function inspectRoot(call: RootCall, context: CheckContext): Promise<CheckPart> {
  const targets = call.invocation.targets.flatMap((target) => (target === '.' ? styleGlobs(context.project) : [target]));
  const result = await context.runTool(
    toolCall(call, ['--formatter=json', '--allow-empty-input', ...call.invocation.flags, '--', ...targets]),
  );
  const read = readResult(result);
  const drafts = 'files' in read ? draftsOf(read.files, { call, context }) : [];
  const command = toolLine({
    manager: context.project.packageManager,
    dir: call.root.dir,
    tool: 'stylelint',
    args: call.invocation.flags,
    files: drafts.flatMap((draft) => draft.path ?? []),
    fallback: targets,
  });
  return { drafts, command, log: 'files' in read ? '' : result.stderr, failure: 'failure' in read ? read.failure : null };
}

/** Below a folder it would read every file, as style: these are the ones that it can. */
function styleGlobs(project: Project): string[] {
  const names = project.packages.flatMap(({ dependencies }) => Object.keys(dependencies));
  const more = SYNTAXES.filter(([, brings]) => names.some((name) => brings.test(name))).flatMap(([extensions]) => extensions);
  return [`**/*.{${['css', 'pcss', 'postcss', ...more].join(',')}}`];
}

interface StyledFile {
  readonly source?: string;
  readonly parseErrors?: readonly unknown[];
  readonly warnings: readonly {
    readonly line: number;
    readonly column: number;
    readonly rule: string;
    readonly severity: string;
    readonly text: string;
  }[];
}

function readResult(result: ToolResult): { readonly files: readonly StyledFile[] } | { readonly failure: PartFailure } {
  const failure = failureOf(result, 'stylelint');
  if (failure !== null) return { failure };
  const files = reportIn(result);
  if (files === null) return { failure: isWord(result) ? crashOrConfiguration(result) : nonsenseOf(result.stderr, 'stylelint') };
  if (files.length === 0)
    return {
      failure: { reason: 'nothing-read', hint: 'stylelint read no file at all: look at the patterns of its script and its ignores.' },
    };
  const hasError = files.some(({ warnings }) => warnings.some(({ severity }) => severity === 'error'));
  return result.exitCode !== 0 && !hasError ? { failure: unnamedError(result, 'stylelint') } : { files };
}

/** Its report: on stderr since version 16, on stdout before. */
function reportIn({ stdout, stderr }: ToolResult): readonly StyledFile[] | null {
  for (const text of [stdout, ...stderr.split('\n').filter((line) => line.startsWith('[')), stderr]) {
    try {
      const files = JSON.parse(text) as unknown;
      if (Array.isArray(files) && files.every((file: Partial<StyledFile> | null) => Array.isArray(file?.warnings)))
        return files as StyledFile[];
    } catch {
      // Words of others beside the report.
    }
  }
  return null;
}

/** Whether it ended with words of its own: 1 a crash, 64 bad options, 78 a configuration that it cannot use. */
function isWord({ exitCode }: ToolResult): boolean {
  return exitCode !== 0 && exitCode !== 2;
}

function crashOrConfiguration(result: ToolResult): PartFailure {
  const text = result.stderr + result.stdout;
  if (result.exitCode === 78 || /JSON Error in|No configuration provided|ConfigurationError/.test(text))
    return { reason: 'configuration', hint: `stylelint cannot use its configuration: ${firstLine(text)}` };
  return crashOf(text, 'stylelint');
}

function draftsOf(files: readonly StyledFile[], where: { readonly call: RootCall; readonly context: CheckContext }): FindingDraft[] {
  const { root, project } = where.context;
  const lines = openSourceLines(root);
  const pathOf = repositoryPaths(root);
  return files.flatMap(({ source, warnings }) => {
    const path = source === undefined ? null : pathOf(where.call.cwd, source);
    if (path === null || !project.has(path)) return [];
    return warnings.map(({ line, column, rule, severity, text }): FindingDraft => {
      const identity = lines.lineOf(path, line);
      return {
        ...{ path, line, column, rule },
        severity: severity === 'error' ? 'error' : 'warning',
        message: plainMessage(text.replace(` (${rule})`, '')),
        // It does not tell what it can repair, so its fixer tries.
        fixable: rule !== 'CssSyntaxError' && isFixablePath(path),
        ...(identity === undefined ? {} : { identity }),
      };
    });
  });
}
