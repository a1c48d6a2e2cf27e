/** Rules of Python, by Ruff where the repository sets it up. */
import type { FindingDraft } from '../../ledger/finding.ts';
import { batchArguments } from '../tools/batch-arguments.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { Check, CheckReport, FixReport } from './check.ts';
import { crashOf, failureOf, firstLine, nonsenseOf, unnamedError } from './check-parts.ts';
import type { PartFailure } from './check-parts.ts';
import { plainMessage, reportErrored, reportFindings } from './check-report.ts';
import { isFixablePath } from './fixable-path.ts';
import { fixPython, inspectPython } from './python-roots.ts';
import type { PythonContext, PythonMark } from './python-roots.ts';
import { detectPython, hook } from './python-setup.ts';
import { findPythonTool, runPython } from './run-python.ts';
import { openSourceLines, repositoryPaths } from './source-lines.ts';
import { safeOperand } from './tool-line.ts';

const MARKS: readonly PythonMark[] = [
  ...([['ruff.toml'], ['.ruff.toml'], ['pyproject.toml', /^\[tool\.ruff/m]] as const),
  ...[hook('ruff'), hook('ruff-check')],
];

/** The check `python-lint`. */
export const pythonLint: Check = {
  id: 'python-lint',
  title: 'Ruff',
  machineTools: ['ruff', 'python3'],
  detect: (project) => detectPython(project, 'ruff', MARKS),
  inspect: (context) => inspectPython(context, MARKS, inspect),
  fixer: {
    order: 10,
    fix: (context) => fixPython(context, MARKS, fix),
  },
};

async function fix(context: PythonContext): Promise<FixReport> {
  const found = await findPythonTool(context, 'ruff');
  if ('missing' in found) return { outcome: 'errored', reason: 'tool-missing', command: null, log: '', hint: found.missing.hint ?? '' };
  const args = ['check', '--fix', '--no-unsafe-fixes', '--exit-zero', '--no-cache', '--force-exclude', '--quiet', '--'];
  for (const batch of batchArguments(context.files.filter((path) => /\.(pyi?|ipynb)$/.test(path)).map(safeOperand))) {
    const result = await runPython(context, found.command, [...args, ...batch]);
    const failure = failureOf(result, 'ruff') ?? (result.exitCode === 0 ? null : ownWords(result));
    if (failure !== null) return { outcome: 'errored', command: null, log: result.stderr, ...failure };
  }
  return { outcome: 'done', reason: null, command: 'ruff check --fix', log: '' };
}

interface Diagnostic {
  readonly code: string | null;
  readonly filename: string;
  readonly message: string;
  readonly location: { readonly row: number; readonly column: number };
  readonly fix?: { readonly applicability: string } | null;
}

async function inspect(context: PythonContext): Promise<CheckReport> {
  const found = await findPythonTool(context, 'ruff');
  if ('missing' in found) return found.missing;
  const result = await runPython(context, found.command, ['check', '--no-fix', '--output-format', 'json', '--no-cache', '.']);
  const read = readResult(result);
  if ('failure' in read) return reportErrored(read.failure, { log: result.stderr });
  const lines = openSourceLines(context.root);
  const pathOf = repositoryPaths(context.root);
  const drafts = read.told.flatMap(({ code, filename, message, location, fix }): FindingDraft[] => {
    const path = pathOf(context.root, filename);
    if (path === null || !context.project.has(path)) return [];
    const identity = lines.lineOf(path, location.row);
    return [
      {
        ...{ path, line: location.row, column: location.column, rule: code ?? 'invalid-syntax', severity: 'error' },
        message: plainMessage(message),
        fixable: fix?.applicability === 'safe' && isFixablePath(path),
        ...(identity === undefined ? {} : { identity }),
      },
    ];
  });
  return reportFindings({ id: 'python-lint', context }, drafts, { command: 'ruff check' });
}

function readResult(result: ToolResult): { readonly told: readonly Diagnostic[] } | { readonly failure: PartFailure } {
  const ended = failureOf(result, 'ruff');
  if (ended !== null) return { failure: ended };
  if (result.exitCode !== 0 && result.exitCode !== 1) return { failure: ownWords(result) };
  const told = parsed(result.stdout);
  if (told === null) return { failure: nonsenseOf(result.stderr, 'ruff') };
  if (told.length > 0) return { told };
  if (/No Python files found/i.test(result.stderr))
    return { failure: { reason: 'nothing-read', hint: 'ruff read no file at all: look at `exclude` and `include` of its configuration.' } };
  return result.exitCode === 0 ? { told } : { failure: unnamedError(result, 'ruff') };
}

/** 2: it says itself what is wrong. */
function ownWords(result: ToolResult): PartFailure {
  const said = result.stderr + result.stdout;
  const cause = /(?:Failed to parse|Failed to load configuration|Cause:|unknown variant|unknown field).*/i.exec(said)?.[0];
  return cause === undefined
    ? crashOf(said, 'ruff')
    : { reason: 'configuration', hint: `ruff cannot use its configuration: ${firstLine(cause)}` };
}

function parsed(text: string): readonly Diagnostic[] | null {
  try {
    const list: unknown = JSON.parse(text);
    const isDiagnostic = (one: Partial<Diagnostic> | null): boolean =>
      typeof one?.filename === 'string' && typeof one.message === 'string' && typeof one.location?.row === 'number';
    return Array.isArray(list) && list.every(isDiagnostic) ? (list as Diagnostic[]) : null;
  } catch {
    return null;
  }
}
