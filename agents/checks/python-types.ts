/** Types of Python, by mypy where the repository sets it up. */
import type { FindingDraft } from '../../ledger/finding.ts';
import type { Project } from '../project.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { Check, CheckReport } from './check.ts';
import { crashOf, failureOf, firstLine, unnamedError } from './check-parts.ts';
import type { PartFailure } from './check-parts.ts';
import { plainMessage, reportErrored, reportFindings, reportSkipped } from './check-report.ts';
import { inspectPython } from './python-roots.ts';
import type { PythonContext, PythonMark } from './python-roots.ts';
import { detectPython, hook, pythonFiles } from './python-setup.ts';
import { findPythonTool, runPython } from './run-python.ts';
import { openSourceLines, repositoryPaths } from './source-lines.ts';

const MARKS: readonly PythonMark[] = [
  ...([['mypy.ini'], ['.mypy.ini'], ['pyproject.toml', /^\[tool\.mypy\]/m], ['setup.cfg', /^\[mypy\]/m]] as const),
  hook('mypy'),
];

/** The check `python-types`. */
export const pythonTypes: Check = {
  id: 'python-types',
  title: 'mypy',
  machineTools: ['mypy', 'python3'],
  detect: (project) => detectPython(project, 'mypy', MARKS),
  inspect: (context) => inspectPython(context, MARKS, inspect),
};

async function inspect(context: PythonContext): Promise<CheckReport> {
  const found = await findPythonTool(context, 'mypy');
  if ('missing' in found) return found.missing;
  const isNamed = await namesFiles(context.project);
  const targets = isNamed ? [] : ownCode(context.project);
  if (!isNamed && targets.length === 0)
    return reportSkipped('not-applicable', 'Its configuration names no files, and there is no package to read.');
  const options = [
    '--show-column-numbers',
    '--show-error-codes',
    '--no-error-summary',
    '--no-color-output',
    '--no-pretty',
    '--hide-error-context',
  ];
  const result = await runPython(context, found.command, [...options, ...targets]);
  const told = diagnosticsIn(result.stdout, context);
  const failure = failureIn(result, told.length > 0);
  if (failure !== null) return reportErrored(failure, { log: result.stderr + result.stdout });
  // Without what the repository depends on, half of what it says is about that.
  if (!found.command.isOwn && told.some(({ rule }) => UNRESOLVED.test(rule)))
    return reportSkipped(
      'dependencies-missing',
      'mypy of this machine does not see what the repository imports: install that together with mypy into .venv.',
    );
  // What nobody named may be code that its maintainers do not look at.
  const drafts = told.map((draft): FindingDraft => (isNamed ? draft : { ...draft, severity: 'warning' }));
  const report = reportFindings({ id: 'python-types', context }, drafts, { command: ['mypy', ...targets].join(' ') });
  // Types of what is imported are in no file of the repository.
  return { ...report, isUncertain: true };
}

const UNRESOLVED = /^(import|import-not-found|import-untyped)$/;

/** Whether the configuration says what is read, so that mypy needs no more. */
async function namesFiles(project: Project): Promise<boolean> {
  for (const [file] of MARKS) {
    const text = project.has(file) ? ((await project.read(file)) ?? '') : '';
    const own = file === 'pyproject.toml' ? sectionOf(text, 'tool.mypy') : sectionOf(text, 'mypy');
    if (/^(files|packages|modules)\s*=/m.test(own)) return true;
  }
  return false;
}

function sectionOf(text: string, name: string): string {
  const [, after = ''] = `\n${text}`.split(`\n[${name}]`);
  return after.split(/\n\[/)[0] ?? '';
}

/** `src`, else the packages at the root that are no tests. */
function ownCode(project: Project): string[] {
  const files = pythonFiles(project);
  if (files.some((path) => path.startsWith('src/'))) return ['src'];
  const packages = files.flatMap((path) => /^([^/]+)\/__init__\.pyi?$/.exec(path)?.[1] ?? []);
  return [...new Set(packages)].filter((name) => !/^(tests?|docs|examples)$/.test(name)).sort();
}

function failureIn(result: ToolResult, hasTold: boolean): PartFailure | null {
  const ended = failureOf(result, 'mypy');
  if (ended !== null) return ended;
  const said = result.stderr + result.stdout;
  if (/There are no \.py\[?i?\]? files|no \.py\b.* files in/i.test(said))
    return { reason: 'nothing-read', hint: 'mypy read no file at all: look at `files` and `exclude` of its configuration.' };
  if (/INTERNAL ERROR|^Traceback/m.test(said)) return crashOf(said, 'mypy');
  if (result.exitCode === 0 || hasTold) return null;
  const refused =
    /^(?:.*: )?(?:error: )?(.*(?:Cannot find config|Error importing plugin|Unrecognized option|unrecognized arguments|can't read file).*)$/im.exec(
      said,
    )?.[1];
  if (refused !== undefined) return { reason: 'configuration', hint: `mypy cannot use its configuration: ${firstLine(refused)}` };
  return result.exitCode === 1 ? unnamedError(result, 'mypy') : crashOf(said, 'mypy');
}

/** `src/a.py:4:10: error: Incompatible return value type  [return-value]`; notes belong to what they follow. */
function diagnosticsIn(stdout: string, context: PythonContext): FindingDraft[] {
  const lines = openSourceLines(context.root);
  const pathOf = repositoryPaths(context.root);
  return [...stdout.matchAll(/^(.+?):(\d+)(?::(\d+))?: error: (.*?)(?:\s+\[([\w-]+)\])?$/gm)].flatMap(
    ([, file = '', row, column, message = '', code = 'error']): FindingDraft[] => {
      const path = pathOf(context.root, file);
      if (path === null || !context.project.has(path)) return [];
      const line = Number(row);
      const identity = lines.lineOf(path, line);
      return [
        {
          ...{ path, line, column: column === undefined ? null : Number(column), rule: code, severity: 'error' },
          message: plainMessage(message),
          ...(identity === undefined ? {} : { identity }),
        },
      ];
    },
  );
}
