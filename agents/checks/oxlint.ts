import type { FindingDraft } from '../../ledger/finding.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { Check, CheckContext } from './check.ts';
import { crashOf, failureOf, firstLine, nonsenseOf, unnamedError } from './check-parts.ts';
import type { CheckPart, PartFailure } from './check-parts.ts';
import { isFixablePath, isMedia, isProse } from './fixable-path.ts';
import { fixRoots, inspectRoots, toolCall } from './run-roots.ts';
import type { RootCall } from './run-roots.ts';
import { openSourceLines, repositoryPaths } from './source-lines.ts';
import { toolLine } from './tool-line.ts';
import { describeSetup, findToolRoots } from './tool-setup.ts';
import type { ToolSetup } from './tool-setup.ts';

const setup: ToolSetup = {
  packageName: 'oxlint',
  tool: 'oxlint',
  config: /^\.?oxlint(rc\.jsonc?|\.config\.[cm]?[jt]s)$/,
  packageKey: null,
  worksWithoutConfig: true,
  nested: 'merged',
  options: {
    keepFlags: [
      ...[
        '--import-plugin',
        '--react-plugin',
        '--jsdoc-plugin',
        '--jest-plugin',
        '--vitest-plugin',
        '--jsx-a11y-plugin',
        '--nextjs-plugin',
        '--react-perf-plugin',
      ],
      ...[
        '--promise-plugin',
        '--node-plugin',
        '--vue-plugin',
        '--disable-unicorn-plugin',
        '--disable-oxc-plugin',
        '--disable-typescript-plugin',
      ],
      ...['--disable-nested-config', '--no-ignore', '--quiet', '--type-aware'],
    ],
    keepWithValue: ['-c', '--config', '-A', '--allow', '-W', '--warn', '-D', '--deny', '--tsconfig', '--ignore-path', '--ignore-pattern'],
    dropWithValue: ['-f', '--format', '--max-warnings', '--threads'],
  },
};

/** The repository's own oxlint. */
export const oxlint: Check = {
  id: 'oxlint',
  title: 'oxlint',
  async detect(project) {
    const found = findToolRoots(project, setup);
    if (found.roots === null) return { applies: false, why: found.why };
    return {
      applies: true,
      why: describeSetup(found.roots, 'oxlint'),
      origin: 'repository',
      needsDependencies: true,
      reads: (path) => !isMedia(path) && !isProse(path),
    };
  },
  inspect: (context) => inspectRoots(context, { id: 'oxlint', setup }, (call) => inspectRoot(call, context)),
  fixer: {
    order: 10,
    fix: (context) => fixRoots(context, setup, { args: ({ invocation }) => ['--fix', ...invocation.flags, '--'], failure: fixFailure }),
  },
};

async function inspectRoot(call: RootCall, context: CheckContext): Promise<CheckPart> {
  // Outside of what Git ignores it would read the dependencies as well.
  const args = ['--format=json', '--ignore-pattern=**/node_modules/**', ...call.invocation.flags, '--', ...call.invocation.targets];
  const result = await context.runTool(toolCall(call, args));
  const read = readResult(result);
  const drafts =
    'diagnostics' in read ? draftsOf(read.diagnostics, { call, context, fixable: await fixableRules(call, context, read) }) : [];
  const command = toolLine({
    manager: context.project.packageManager,
    dir: call.root.dir,
    tool: 'oxlint',
    args: call.invocation.flags,
    files: drafts.flatMap((draft) => draft.path ?? []),
    fallback: call.invocation.targets.filter((target) => target !== '.'),
  });
  return {
    drafts,
    command,
    log: result.stderr + ('failure' in read ? result.stdout : ''),
    failure: 'failure' in read ? read.failure : null,
  };
}

interface OxlintDiagnostic {
  readonly message: string;
  /** `eslint(no-debugger)`; absent for syntax errors. */
  readonly code?: string;
  readonly severity: 'error' | 'warning' | 'advice';
  readonly filename: string;
  readonly labels: readonly { readonly span: { readonly line: number; readonly column: number } }[];
}

interface OxlintReport {
  readonly diagnostics: readonly OxlintDiagnostic[];
  readonly number_of_files?: number;
}

function readResult(result: ToolResult): OxlintReport | { readonly failure: PartFailure } {
  const failure = failureOf(result, 'oxlint');
  if (failure !== null) return { failure };
  const report = parseReport(result.stdout);
  // It exits with 0 on warnings and 1 on errors, and also 1 when its configuration is wrong.
  if (report === null) {
    if (/no files found/i.test(result.stdout + result.stderr)) return { failure: nothingRead() };
    if (/failed to parse oxlint config/i.test(result.stdout + result.stderr)) {
      return {
        failure: { reason: 'configuration', hint: `oxlint cannot use its configuration: ${firstLine(result.stdout + result.stderr)}` },
      };
    }
    const isCrash = result.exitCode !== 0 && result.stderr + result.stdout !== '';
    return { failure: isCrash ? crashOf(result.stderr + result.stdout, 'oxlint') : nonsenseOf(result.stderr, 'oxlint') };
  }
  if (report.number_of_files === 0 && report.diagnostics.length === 0) return { failure: nothingRead() };
  if (result.exitCode !== 0 && !report.diagnostics.some(({ severity }) => severity === 'error'))
    return { failure: unnamedError(result, 'oxlint') };
  return report;
}

function nothingRead(): PartFailure {
  return { reason: 'nothing-read', hint: 'oxlint read no file at all: look at its configuration and ignores.' };
}

function parseReport(text: string): OxlintReport | null {
  let json: Partial<OxlintReport> | null;
  try {
    json = JSON.parse(text) as Partial<OxlintReport> | null;
  } catch {
    return null;
  }
  const isDiagnostic = (item: Partial<OxlintDiagnostic> | null): boolean =>
    typeof item?.message === 'string' && typeof item.filename === 'string' && Array.isArray(item.labels);
  return Array.isArray(json?.diagnostics) && json.diagnostics.every(isDiagnostic) ? (json as OxlintReport) : null;
}

function draftsOf(
  diagnostics: readonly OxlintDiagnostic[],
  where: { call: RootCall; context: CheckContext; fixable: ReadonlySet<string> | null },
): FindingDraft[] {
  const { root, project } = where.context;
  const lines = openSourceLines(root);
  const pathOf = repositoryPaths(root);
  return diagnostics.flatMap((diagnostic): FindingDraft[] => {
    const path = pathOf(where.call.cwd, diagnostic.filename);
    if (path === null || !project.has(path)) return [];
    const span = diagnostic.labels[0]?.span;
    const identity = lines.lineOf(path, span?.line);
    return [
      {
        path,
        line: span?.line ?? null,
        column: span?.column ?? null,
        rule: ruleOf(diagnostic.code),
        severity: diagnostic.severity === 'error' ? 'error' : 'warning',
        message: diagnostic.message.replace(/\s+/g, ' ').trim(),
        fixable: isFixable(diagnostic, where.fixable) && isFixablePath(path),
        ...(identity === undefined ? {} : { identity }),
      },
    ];
  });
}

/** Names of the rules with safe fixes, which its report does not tell; null when it cannot list them. */
async function fixableRules(call: RootCall, context: CheckContext, report: OxlintReport): Promise<ReadonlySet<string> | null> {
  if (report.diagnostics.length === 0) return new Set();
  const { stdout } = await context.runTool(toolCall(call, ['--rules', '--format=json']));
  try {
    const rules = JSON.parse(stdout) as readonly { readonly value: string; readonly fix?: string }[];
    return new Set(rules.filter((rule) => /^(fixable|conditional)_(safe_)?fix(_|$)/.test(rule.fix ?? '')).map((rule) => rule.value));
  } catch {
    return null; // Older versions list their rules as text.
  }
}

function isFixable(diagnostic: OxlintDiagnostic, fixable: ReadonlySet<string> | null): boolean {
  const name = /\((.+)\)$/.exec(diagnostic.code ?? '')?.[1];
  return name !== undefined && (fixable === null || fixable.has(name));
}

/** `eslint(no-debugger)` is `no-debugger`, `unicorn(no-null)` is `unicorn/no-null`. */
function ruleOf(code: string | undefined): string {
  if (code === undefined || code === '') return 'parse-error';
  const match = /^([\w@/-]+)\((.+)\)$/.exec(code);
  if (match === null) return code;
  return match[1] === 'eslint' ? (match[2] ?? code) : `${match[1]}/${match[2]}`;
}

function fixFailure(result: ToolResult): PartFailure | null {
  const failure = failureOf(result, 'oxlint');
  if (failure !== null) return failure;
  // 1 means that something is left.
  return result.exitCode === 0 || result.exitCode === 1 ? null : crashOf(result.stderr + result.stdout, 'oxlint');
}
