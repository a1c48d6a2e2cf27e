/** Tests of Python, by pytest where the repository uses it. */
import { join } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { Project } from '../project.ts';
import { makeTemporaryFolder } from '../tools/temporary-folder.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { Check, CheckReport } from './check.ts';
import { crashOf, failureOf, firstLine, nonsenseOf, unnamedError } from './check-parts.ts';
import type { PartFailure } from './check-parts.ts';
import { plainMessage, reportErrored, reportFindings, reportSkipped } from './check-report.ts';
import { junitCases } from './junit-report.ts';
import type { JunitCase } from './junit-report.ts';
import { inspectPython } from './python-roots.ts';
import type { PythonContext, PythonMark } from './python-roots.ts';
import { detectPython } from './python-setup.ts';
import { findPythonTool, runPython } from './run-python.ts';
import { goalDrafts } from './test-runners/coverage.ts';
import { FLAKY } from './test-runners/run-step.ts';
import { safeOperand } from './tool-line.ts';

const NAMED = /(^|["'\s])pytest(\[[\w,-]+\])?\s*([<>=~!;"',]|$)/m;
const MARKS: readonly PythonMark[] = [
  ...([['pytest.ini'], ['.pytest.ini'], ['pytest.toml'], ['pyproject.toml', /^\[tool\.pytest\b/m]] as const),
  ...([
    ['setup.cfg', /^\[tool:pytest\]/m],
    ['tox.ini', /^\[pytest\]/m],
    ['pyproject.toml', NAMED],
  ] as const),
  ...(['requirements-dev.txt', 'requirements-test.txt', 'dev-requirements.txt', 'requirements.txt'] as const).map(
    (file) => [file, NAMED] as const,
  ),
];
const TEST_FILE = /(^|\/)(test_[^/]*|[^/]*_test|tests?)\.py$/;

/** The check `python-tests`. */
export const pythonTests: Check = {
  id: 'python-tests',
  title: 'pytest',
  machineTools: ['pytest', 'python3'],
  writes: true,
  async detect(project) {
    const detection = await detectPython(project, 'pytest', MARKS);
    if (!detection.applies) return detection;
    const count = project.files.filter((path) => TEST_FILE.test(path)).length;
    // Tests read whatever they like.
    return count === 0 ? { applies: false, why: 'there is no file of tests for pytest' } : { ...detection, reads: () => true };
  },
  inspect: (context) => inspectPython(context, MARKS, inspect),
};

const OPTIONS = ['-q', '--continue-on-collection-errors', '--color=no', '-p', 'no:cacheprovider', '-o', 'junit_family=xunit1'];
/** More failures than this are no flakiness, and running them again would only take time. */
const MOST_RETRIED = 100;

async function inspect(context: PythonContext): Promise<CheckReport> {
  const found = await findPythonTool(context, 'pytest');
  if ('missing' in found) return found.missing;
  await using folder = await makeTemporaryFolder();
  const run = async (name: string, ids: readonly string[]): Promise<{ result: ToolResult; cases: readonly JunitCase[] | null }> => {
    const reportFile = join(folder.path, name);
    const result = await runPython(context, { ...found.command, reportFile }, [...OPTIONS, `--junit-xml=${reportFile}`, ...ids]);
    return { result, cases: junitCases(result.report ?? '') };
  };
  const { result, cases } = await run('junit.xml', []);
  const log = result.stdout + result.stderr;
  const ended = failureOf(result, 'pytest');
  if (ended !== null) return reportErrored(ended, { log });
  const missing = missingModule(log, context.project);
  // Nobody can tell what its tests come to without what they import.
  if (missing !== null && !found.command.isOwn)
    return reportSkipped(
      'dependencies-missing',
      `The tests need ${missing}, which is not on this machine: install it with pytest into .venv.`,
    );
  const thresholds = thresholdDrafts(log, await evidenceOf(context));
  const failure = failureIn(result, cases, thresholds);
  if (failure !== null) return reportErrored(failure, { log });
  const failed = (cases ?? []).filter(({ message }) => message !== null);
  const steady = await againByThemselves(failed, context, async (ids) => (await run('again.xml', ids)).cases ?? []);
  const drafts = [...failed.map((one) => toDraft(one, { project: context.project, isFlaky: !steady.has(one) })), ...thresholds];
  const percent = measuredPercent(log, context);
  const report = reportFindings({ id: 'python-tests', context }, [...drafts, ...goalDrafts(percent)], { command: 'pytest', log });
  // What they import may be another version the next time.
  return { ...report, isUncertain: true, ...(percent === undefined ? {} : { coverage: percent }) };
}

/** The failing tests that fail again by themselves; all of them when they cannot be run again. */
async function againByThemselves(
  failed: readonly JunitCase[],
  context: PythonContext,
  run: (ids: readonly string[]) => Promise<readonly JunitCase[]>,
): Promise<ReadonlySet<JunitCase>> {
  const ids = failed.map((one) => nodeId(one, context.project));
  const known = ids.filter((id) => id !== null);
  if (known.length === 0 || failed.length > MOST_RETRIED || known.length < failed.length) return new Set(failed);
  context.progress(`${failed.length} tests failed: running them again by themselves`);
  const again = await run(known);
  const has = (test: JunitCase, hasFailed: boolean): boolean =>
    again.some((one) => one.classname === test.classname && one.name === test.name && (one.message !== null) === hasFailed);
  return new Set(failed.filter((test) => has(test, true) || !has(test, false)));
}

/** How pytest takes one test: `tests/test_a.py::TestX::test_p[2]`; null where its file is not known, or could not be read. */
function nodeId({ file, classname, name, message }: JunitCase, project: Project): string | null {
  if (file === null || !project.has(file) || message === 'collection failure') return null;
  const module = file.replace(/\.py$/, '').replaceAll('/', '.');
  const classes = classname === module ? [] : classname.startsWith(`${module}.`) ? classname.slice(module.length + 1).split('.') : null;
  return classes === null ? null : [safeOperand(file), ...classes, name].join('::');
}

const BELOW =
  /^(?:ERROR: Coverage failure: total of ([\d.]+) is less than fail-under=([\d.]+)|FAIL Required test coverage of ([\d.]+)% not reached\. Total coverage: ([\d.]+)%)/m;

/** The threshold that the repository gave to pytest-cov or to Coverage.py itself. */
function thresholdDrafts(log: string, path: string | null): FindingDraft[] {
  const [, total, limit, required, reached] = BELOW.exec(log) ?? [];
  const percent = reached ?? total;
  const wanted = required ?? limit;
  if (percent === undefined || wanted === undefined) return [];
  const message = `Tests cover ${percent} % of the code, below the threshold of ${wanted} %.`;
  return [{ path, rule: 'coverage-threshold', severity: 'error', message, identity: 'coverage-threshold' }];
}

/** Percent of the statements that pytest-cov measured; only where no other tests of the repository may have measured something else. */
function measuredPercent(log: string, { whole, dir }: PythonContext): number | undefined {
  const percent = /^TOTAL +\d+ +\d+ +(\d+(?:\.\d+)?)%/m.exec(log)?.[1];
  return percent === undefined || dir !== '' || whole.packages.length > 0 ? undefined : Number(percent);
}

async function evidenceOf({ project }: PythonContext): Promise<string | null> {
  for (const path of ['.coveragerc', 'pyproject.toml', 'setup.cfg', 'tox.ini', 'pytest.ini'])
    if (/fail[-_]under/.test((await project.read(path)) ?? '')) return path;
  return null;
}

function toDraft(one: JunitCase, { project, isFlaky }: { readonly project: Project; readonly isFlaky: boolean }): FindingDraft {
  const isCollecting = one.message === 'collection failure';
  const dotted = [one.classname, one.name].filter(Boolean).join('.');
  const path = [one.file, pathOf(dotted, project)].find((file) => file !== null && project.has(file)) ?? null;
  // The last line that pytest marks with an E says more than its heading.
  const said = isCollecting ? (/^E\s+(\w*Error\b.*)$/m.exec(one.details)?.[1] ?? firstLine(one.details)) : one.message;
  const name = isCollecting ? 'the file cannot be read' : one.name;
  return {
    ...{ path, line: isCollecting ? null : one.line },
    rule: isFlaky ? FLAKY : 'test-failed',
    severity: isFlaky ? 'warning' : 'error',
    message: plainMessage(isFlaky ? `${name}: failed, then passed by itself on the same tree. ${said ?? ''}` : `${name}: ${said ?? ''}`),
    identity: `${dotted}`,
  };
}

/** `t.test_a.TestX` → `t/test_a.py`: the longest beginning that is a file. */
function pathOf(dotted: string, project: Project): string | null {
  const parts = dotted.split('.');
  for (let length = parts.length; length > 0; length -= 1) {
    const path = `${parts.slice(0, length).join('/')}.py`;
    if (project.has(path)) return path;
  }
  return null;
}

/** A module that is imported, is not of the repository, and is not there; or a plugin whose option is not known. */
function missingModule(log: string, project: Project): string | null {
  for (const [, name = ''] of log.matchAll(/ModuleNotFoundError: No module named '([\w.]+)'/g)) {
    const top = name.split('.')[0] ?? name;
    const isOwn = project.files.some((path) => new RegExp(String.raw`(^|/)${top}(\.pyi?$|/)`).test(path));
    if (!isOwn) return top;
  }
  return (
    /error: unrecognized arguments: (--[\w-]+)/.exec(log)?.[1] ??
    /fixture '(\w*(?:mocker|client|httpx|snapshot|benchmark)\w*)' not found/.exec(log)?.[1] ??
    null
  );
}

/** 0 and 1: the report tells; 2 it was interrupted, as by a file that cannot be read; 5 there was no test. */
function failureIn(result: ToolResult, cases: readonly JunitCase[] | null, thresholds: readonly FindingDraft[]): PartFailure | null {
  const said = result.stderr + result.stdout;
  const hasBad = cases?.some(({ message }) => message !== null) === true;
  if (result.exitCode === 5 || cases?.length === 0)
    return { reason: 'nothing-read', hint: 'pytest ran no test at all: look at `testpaths` and at the names of the files.' };
  if (hasBad) return null;
  if (result.exitCode === 4) return { reason: 'configuration', hint: `pytest cannot start: ${firstLine(said)}` };
  if (cases === null) return result.exitCode === 0 ? nonsenseOf(result.stderr, 'pytest') : crashOf(said, 'pytest');
  return result.exitCode === 0 || thresholds.length > 0 ? null : unnamedError(result, 'pytest');
}
