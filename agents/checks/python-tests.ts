/** Tests of Python, by pytest where the repository uses it. */
import { join } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import type { Project } from '../project.ts';
import { makeTemporaryFolder } from '../tools/temporary-folder.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { crashOf, failureOf, firstLine, nonsenseOf, unnamedError } from './check-parts.ts';
import type { PartFailure } from './check-parts.ts';
import { plainMessage, reportErrored, reportFindings, reportSkipped } from './check-report.ts';
import { detectPython } from './python-setup.ts';
import type { PythonMark } from './python-setup.ts';
import { findPythonTool, runPython } from './run-python.ts';

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
  writes: true,
  async detect(project) {
    const detection = await detectPython(project, 'pytest', MARKS);
    if (!detection.applies) return detection;
    const count = project.files.filter((path) => TEST_FILE.test(path)).length;
    // Tests read whatever they like.
    return count === 0 ? { applies: false, why: 'there is no file of tests for pytest' } : { ...detection, reads: () => true };
  },
  inspect,
};

async function inspect(context: CheckContext): Promise<CheckReport> {
  const found = await findPythonTool(context, 'pytest');
  if ('missing' in found) return found.missing;
  await using folder = await makeTemporaryFolder();
  const reportFile = join(folder.path, 'junit.xml');
  const options = [
    '-q',
    '--continue-on-collection-errors',
    '--color=no',
    '-p',
    'no:cacheprovider',
    '-o',
    'junit_family=xunit1',
    `--junit-xml=${reportFile}`,
  ];
  const result = await runPython(context, { ...found.command, reportFile }, options);
  const log = result.stdout + result.stderr;
  const ended = failureOf(result, 'pytest');
  if (ended !== null) return reportErrored(ended, { log });
  const cases = casesIn(result.report ?? '');
  const missing = missingModule(log, context.project);
  // Nobody can tell what its tests come to without what they import.
  if (missing !== null && !found.command.isOwn)
    return reportSkipped(
      'dependencies-missing',
      `The tests need ${missing}, which is not on this machine: install it with pytest into .venv.`,
    );
  const failure = failureIn(result, cases);
  if (failure !== null) return reportErrored(failure, { log });
  const drafts = (cases ?? []).flatMap((one) => (one.message === null ? [] : [toDraft(one, context.project)]));
  const report = reportFindings({ id: 'python-tests', context }, drafts, { command: 'pytest', log });
  // What they import may be another version the next time.
  return { ...report, isUncertain: true };
}

interface TestCase {
  readonly file: string | null;
  /** 1-based. */
  readonly line: number | null;
  readonly classname: string;
  readonly name: string;
  /** Null when it passed or was skipped. */
  readonly message: string | null;
  readonly details: string;
}

/** The cases of a report of JUnit's shape; null when it is none. */
function casesIn(xml: string): readonly TestCase[] | null {
  if (!/<testsuites?\b/.test(xml)) return null;
  return [...xml.matchAll(/<testcase\b([^>]*?)(\/>|>([\s\S]*?)<\/testcase>)/g)].map(([, attributes = '', , inner = '']) => {
    const bad = /<(failure|error)\b([^>]*?)(?:\/>|>([\s\S]*?)<\/\1>)/.exec(inner);
    const line = attributeOf(attributes, 'line');
    return {
      file: attributeOf(attributes, 'file'),
      line: line === null ? null : Number(line) + 1,
      classname: attributeOf(attributes, 'classname') ?? '',
      name: attributeOf(attributes, 'name') ?? '',
      message: bad === null ? null : (attributeOf(bad[2] ?? '', 'message') ?? 'failed'),
      details: textOf(bad?.[3] ?? ''),
    };
  });
}

function attributeOf(attributes: string, name: string): string | null {
  const value = new RegExp(String.raw`(?:^|\s)${name}="([^"]*)"`).exec(attributes)?.[1];
  return value === undefined ? null : textOf(value);
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function textOf(xml: string): string {
  return xml
    .replace(/&#(x?)([\da-f]+);/gi, (_, hex: string, digits: string) => String.fromCodePoint(Number.parseInt(digits, hex === '' ? 10 : 16)))
    .replace(/&(lt|gt|quot|apos|amp);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}

function toDraft(one: TestCase, project: Project): FindingDraft {
  const isCollecting = one.message === 'collection failure';
  const dotted = [one.classname, one.name].filter(Boolean).join('.');
  const path = [one.file, pathOf(dotted, project)].find((file) => file !== null && project.has(file)) ?? null;
  // The last line that pytest marks with an E says more than its heading.
  const said = isCollecting ? (/^E\s+(\w*Error\b.*)$/m.exec(one.details)?.[1] ?? firstLine(one.details)) : one.message;
  const name = isCollecting ? 'the file cannot be read' : one.name;
  return {
    ...{ path, line: isCollecting ? null : one.line, rule: 'test-failed', severity: 'error' },
    message: plainMessage(`${name}: ${said ?? ''}`),
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
function failureIn(result: ToolResult, cases: readonly TestCase[] | null): PartFailure | null {
  const said = result.stderr + result.stdout;
  const hasBad = cases?.some(({ message }) => message !== null) === true;
  if (result.exitCode === 5 || cases?.length === 0)
    return { reason: 'nothing-read', hint: 'pytest ran no test at all: look at `testpaths` and at the names of the files.' };
  if (hasBad) return null;
  if (result.exitCode === 4) return { reason: 'configuration', hint: `pytest cannot start: ${firstLine(said)}` };
  if (cases === null) return result.exitCode === 0 ? nonsenseOf(result.stderr, 'pytest') : crashOf(said, 'pytest');
  return result.exitCode === 0 ? null : unnamedError(result, 'pytest');
}
