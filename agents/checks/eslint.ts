import { join } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { Project } from '../project.ts';
import { makeTemporaryFolder } from '../tools/temporary-folder.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { Check, CheckContext } from './check.ts';
import { crashOf, failureOf, nonsenseOf, unnamedError } from './check-parts.ts';
import type { CheckPart, PartFailure } from './check-parts.ts';
import { isFixablePath, isMedia, isProse } from './fixable-path.ts';
import { fixRoots, inspectRoots, toolCall } from './run-roots.ts';
import type { RootCall } from './run-roots.ts';
import { toolLine } from './tool-line.ts';
import { openSourceLines, repositoryPaths } from './source-lines.ts';
import { describeSetup, findToolRoots } from './tool-setup.ts';
import type { ToolSetup } from './tool-setup.ts';

const setup: ToolSetup = {
  packageName: 'eslint',
  tool: 'eslint',
  config: /^(eslint\.config\.[cm]?[jt]s|\.eslintrc(\.(c?js|ya?ml|json))?)$/,
  packageKey: 'eslintConfig',
  worksWithoutConfig: false,
  nested: 'separate',
  options: {
    keepFlags: [
      '--no-eslintrc',
      '--no-config-lookup',
      '--no-inline-config',
      '--report-unused-disable-directives',
      '--no-ignore',
      '--quiet',
    ],
    keepWithValue: [
      ...[
        '-c',
        '--config',
        '--ext',
        '--ignore-path',
        '--ignore-pattern',
        '--rulesdir',
        '--resolve-plugins-relative-to',
        '--parser',
        '--parser-options',
      ],
      ...['--plugin', '--rule', '--env', '--global', '--flag', '--report-unused-disable-directives-severity', '--suppressions-location'],
    ],
    dropWithValue: [
      '-f',
      '--format',
      '-o',
      '--output-file',
      '--max-warnings',
      '--fix-type',
      '--cache-file',
      '--cache-location',
      '--cache-strategy',
      '--concurrency',
      '--stdin-filename',
    ],
    quiet: ['--quiet'],
  },
};

/** Plugins that make ESLint read prose. */
const PROSE_PLUGINS = ['@eslint/markdown', 'eslint-plugin-markdown', 'eslint-plugin-mdx', 'eslint-plugin-markdownlint'];

/** The repository's own ESLint with its own configuration. */
export const eslint: Check = {
  id: 'eslint',
  title: 'ESLint',
  async detect(project) {
    const found = findToolRoots(project, setup);
    if (found.roots === null) return { applies: false, why: found.why };
    const readsProse = hasDependency(project, PROSE_PLUGINS);
    return {
      applies: true,
      why: describeSetup(found.roots, 'eslint'),
      origin: 'repository',
      needsDependencies: true,
      reads: (path) => !isMedia(path) && (readsProse || !isProse(path)),
    };
  },
  inspect: (context) => inspectRoots(context, { id: 'eslint', setup }, (call) => inspectRoot(call, context)),
  fixer: {
    order: 11,
    fix: (context) => fixRoots(context, setup, { args: ({ invocation }) => ['--fix', ...invocation.flags, '--'], failure: fixFailure }),
  },
};

async function inspectRoot(call: RootCall, context: CheckContext): Promise<CheckPart> {
  await using folder = await makeTemporaryFolder();
  const reportFile = join(folder.path, 'eslint.json');
  const ignores = call.root.nested.flatMap((dir) => ['--ignore-pattern', `${dir}/`]);
  const args = [
    '--format',
    'json',
    '--output-file',
    reportFile,
    '--no-error-on-unmatched-pattern',
    ...call.invocation.flags,
    ...ignores,
    '--',
    ...call.invocation.targets,
  ];
  const result = await context.runTool({ ...toolCall(call, args), reportFile });
  const read = readResult(result);
  const drafts = 'files' in read ? draftsOf(read.files, { call, context }) : [];
  const command = toolLine({
    manager: context.project.packageManager,
    dir: call.root.dir,
    tool: 'eslint',
    args: call.invocation.flags,
    files: drafts.flatMap((draft) => draft.path ?? []),
    fallback: call.invocation.targets,
  });
  return { drafts, command, log: result.stderr + ('files' in read ? '' : result.stdout), failure: 'failure' in read ? read.failure : null };
}

interface EslintFile {
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

function readResult(result: ToolResult): { readonly files: readonly EslintFile[] } | { readonly failure: PartFailure } {
  const failure = failureOf(result, 'ESLint');
  if (failure !== null) return { failure };
  // 0: clean, 1: errors; everything else is a crash, with or without half a report.
  if (result.exitCode !== 0 && result.exitCode !== 1) return { failure: crashOf(result.stderr + result.stdout, 'ESLint') };
  const files = parseReport(result.report ?? '');
  if (files === null) return { failure: nonsenseOf(result.stderr || result.stdout, 'ESLint') };
  const read = files.filter((file) => !file.messages.some(isIgnoredNotice));
  if (read.length === 0)
    return { failure: { reason: 'nothing-read', hint: 'ESLint read no file at all: look at its configuration and ignores.' } };
  const hasError = read.some((file) => file.messages.some((message) => message.severity === 2));
  return result.exitCode === 1 && !hasError ? { failure: unnamedError(result, 'ESLint') } : { files: read };
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

function draftsOf(files: readonly EslintFile[], where: { call: RootCall; context: CheckContext }): FindingDraft[] {
  const { root, project } = where.context;
  const lines = openSourceLines(root);
  const pathOf = repositoryPaths(root);
  return files.flatMap((file) => {
    const path = pathOf(where.call.cwd, file.filePath);
    if (path === null || !project.has(path)) return [];
    return file.messages.map((message): FindingDraft => {
      const identity = lines.lineOf(path, message.line);
      return {
        path,
        line: message.line ?? null,
        column: message.column ?? null,
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

function fixFailure(result: ToolResult): PartFailure | null {
  const failure = failureOf(result, 'ESLint');
  if (failure !== null) return failure;
  // 1 means that something is left.
  return result.exitCode === 0 || result.exitCode === 1 ? null : crashOf(result.stderr + result.stdout, 'ESLint');
}

function hasDependency(project: Project, names: readonly string[]): boolean {
  return project.workspaces.some((manifest) => names.some((name) => manifest.dependencies[name] !== undefined));
}
