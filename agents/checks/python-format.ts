/** The format of Python, by Ruff's formatter or Black, whichever the repository sets up. */
import type { FindingDraft } from '../../ledger/finding.ts';
import type { Project } from '../project.ts';
import { batchArguments } from '../tools/batch-arguments.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { Check, CheckReport, Detection, FixReport } from './check.ts';
import { crashOf, failureOf, firstLine, unnamedError } from './check-parts.ts';
import type { PartFailure } from './check-parts.ts';
import { plainMessage, reportErrored, reportFindings } from './check-report.ts';
import { isFixablePath } from './fixable-path.ts';
import { fixPython, inspectPython } from './python-roots.ts';
import type { PythonContext, PythonMark } from './python-roots.ts';
import { detectPython, hook } from './python-setup.ts';
import { findPythonTool, runPython } from './run-python.ts';
import { repositoryPaths } from './source-lines.ts';
import { safeOperand } from './tool-line.ts';

type Formatter = 'ruff' | 'black';

const MARKS: Readonly<Record<Formatter, readonly PythonMark[]>> = {
  ruff: [
    hook('ruff-format'),
    ['pyproject.toml', /^\[tool\.ruff\.format\b/m],
    ['ruff.toml', /^\[format\b/m],
    ['.ruff.toml', /^\[format\b/m],
  ],
  black: [hook('black'), hook('black-jupyter'), ['pyproject.toml', /^\[tool\.black\b/m]],
};

/** The check `python-format`. */
export const pythonFormat: Check = {
  id: 'python-format',
  title: 'Format of Python',
  machineTools: ['ruff', 'black', 'python3'],
  detect: async (project) => (await choose(project)).detection,
  inspect: async (context) => {
    const { tool } = await choose(context.project);
    return inspectPython(context, MARKS[tool], (below) => inspect(below, tool));
  },
  fixer: {
    order: 90,
    fix: async (context) => {
      const { tool } = await choose(context.project);
      return fixPython(context, MARKS[tool], (below) => fix(below, tool));
    },
  },
};

async function fix(context: PythonContext, tool: Formatter): Promise<FixReport> {
  const found = await findPythonTool(context, tool);
  if ('missing' in found) return { outcome: 'errored', reason: 'tool-missing', command: null, log: '', hint: found.missing.hint ?? '' };
  const args = tool === 'ruff' ? ['format', '--no-cache', '--force-exclude', '--'] : ['--quiet', '--'];
  for (const batch of batchArguments(context.files.filter((path) => /\.pyi?$/.test(path)).map(safeOperand))) {
    const result = await runPython(context, found.command, [...args, ...batch]);
    const failure = failureOf(result, tool) ?? (result.exitCode === 0 || broken(result).length > 0 ? null : ownWords(result, tool));
    if (failure !== null) return { outcome: 'errored', command: null, log: result.stderr, ...failure };
  }
  return { outcome: 'done', reason: null, command: tool === 'ruff' ? 'ruff format' : 'black .', log: '' };
}

/** Where both are named, Ruff's formatter is the one that came later. */
async function choose(project: Project): Promise<{ readonly tool: Formatter; readonly detection: Detection }> {
  const ruff = await detectPython(project, 'ruff', MARKS.ruff);
  return ruff.applies ? { tool: 'ruff', detection: ruff } : { tool: 'black', detection: await detectPython(project, 'black', MARKS.black) };
}

async function inspect(context: PythonContext, tool: Formatter): Promise<CheckReport> {
  const found = await findPythonTool(context, tool);
  if ('missing' in found) return found.missing;
  const args = tool === 'ruff' ? ['format', '--check', '--no-cache', '.'] : ['--check', '.'];
  const result = await runPython(context, found.command, args);
  const failure = failureIn(result, tool);
  if (failure !== null) return reportErrored(failure, { log: result.stderr });
  const pathOf = repositoryPaths(context.root);
  const known = (file: string): string[] => [pathOf(context.root, file) ?? ''].filter((path) => context.project.has(path));
  const drafts = [
    ...unformatted(result).flatMap((file) => known(file).map(toDraft)),
    ...broken(result).flatMap(({ file, line, message }) =>
      known(file).map((path): FindingDraft => ({ path, line, rule: 'parse-error', severity: 'error', message: plainMessage(message) })),
    ),
  ];
  return reportFindings({ id: 'python-format', context }, drafts, { command: tool === 'ruff' ? 'ruff format --check' : 'black --check .' });
}

function toDraft(path: string): FindingDraft {
  const message = 'The file is not formatted.';
  return { path, line: null, rule: 'unformatted', severity: 'error', message, fixable: isFixablePath(path), identity: path };
}

function failureIn(result: ToolResult, tool: Formatter): PartFailure | null {
  const ended = failureOf(result, tool);
  if (ended !== null) return ended;
  const said = result.stderr + result.stdout;
  if (/No Python files (are present|found)/i.test(said))
    return { reason: 'nothing-read', hint: `${tool} read no file at all: look at the excludes of its configuration.` };
  const told = unformatted(result).length + broken(result).length;
  if (result.exitCode === 0 || told > 0) return null;
  return result.exitCode === 1 ? unnamedError(result, tool) : ownWords(result, tool);
}

function ownWords(result: ToolResult, tool: Formatter): PartFailure {
  const said = result.stderr + result.stdout;
  const cause = /.*(?:Failed to parse .*\.toml|Error reading configuration|Invalid value for|Cause:|No such option).*/i.exec(said)?.[0];
  return cause === undefined
    ? crashOf(said, tool)
    : { reason: 'configuration', hint: `${tool} cannot use its configuration: ${firstLine(cause)}` };
}

/** `Would reformat: a.py` of Ruff, `would reformat /tree/a.py` of Black. */
function unformatted({ stdout, stderr }: ToolResult): string[] {
  return [...(stdout + stderr).matchAll(/^would reformat:? (.+)$/gim)].map(([, file = '']) => file.trim());
}

const BLACK_BROKEN = /^error: cannot format (.+?): (Cannot parse.*?: (\d+):\d+: .*|.*)$/gm;
const RUFF_BROKEN = /^error: Failed to parse (.+?\.pyi?):(\d+):\d+: (.*)$/gm;

function broken({ stderr }: ToolResult): { readonly file: string; readonly line: number | null; readonly message: string }[] {
  return [
    ...[...stderr.matchAll(BLACK_BROKEN)].map(([, file = '', message = '', line]) => ({
      ...{ file, message },
      line: line === undefined || line === '0' ? null : Number(line),
    })),
    ...[...stderr.matchAll(RUFF_BROKEN)].map(([, file = '', line, message = '']) => ({ file, message, line: Number(line) })),
  ];
}
