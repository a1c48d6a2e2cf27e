/** What oxlint says, as findings. */
import type { FindingDraft } from '../../ledger/finding.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { CheckContext } from './check.ts';
import { crashOf, failureOf, firstLine, nonsenseOf, unnamedError } from './check-parts.ts';
import type { PartFailure } from './check-parts.ts';
import { isFixablePath } from './fixable-path.ts';
import { openSourceLines, repositoryPaths } from './source-lines.ts';

/** One problem, in its own words. */
export interface OxlintDiagnostic {
  readonly message: string;
  /** `eslint(no-debugger)`; absent for syntax errors. */
  readonly code?: string;
  readonly severity: 'error' | 'warning' | 'advice';
  readonly filename: string;
  readonly labels: readonly { readonly span: { readonly line: number; readonly column: number } }[];
}

/** Its answer with --format=json. */
export interface OxlintReport {
  readonly diagnostics: readonly OxlintDiagnostic[];
  readonly number_of_files?: number;
}

/** Its answer, or why there is none. */
export function readResult(result: ToolResult): OxlintReport | { readonly failure: PartFailure } {
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

/** Findings about tracked files. `cwd`: where it ran; `fixable`: names of rules with safe fixes, null when nobody knows. */
export function draftsOf(
  diagnostics: readonly OxlintDiagnostic[],
  where: { readonly cwd: string; readonly context: CheckContext; readonly fixable: ReadonlySet<string> | null },
): FindingDraft[] {
  const { root, project } = where.context;
  const lines = openSourceLines(root);
  const pathOf = repositoryPaths(root);
  return diagnostics.flatMap((diagnostic): FindingDraft[] => {
    const path = pathOf(where.cwd, diagnostic.filename);
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
