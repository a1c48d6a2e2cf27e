/** Runs one runner over one package, and what failed once more. */
import { join, posix } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { FindingDraft } from '../../../ledger/finding.ts';
import { resolveRepositoryTool } from '../../tools/resolve-tool.ts';
import type { ToolResult } from '../../tools/run-tool.ts';
import { makeTemporaryFolder } from '../../tools/temporary-folder.ts';
import type { CheckContext } from '../check.ts';
import { crashOf, failureOf, firstLine, nonsenseOf } from '../check-parts.ts';
import type { CheckPart, PartFailure } from '../check-parts.ts';
import { plainMessage } from '../check-report.ts';
import { notInstalled } from '../run-roots.ts';
import { repositoryPaths } from '../source-lines.ts';
import { keptEnvironment } from '../tool-setup.ts';
import type { Measurement } from '../../compare-measures.ts';
import { coverageWay, readCoverage, thresholdDrafts, wrapperReport } from './coverage.ts';
import type { CoverageWay, LineCoverage } from './coverage.ts';
import type { TestPackage, TestStep } from './find-test-packages.ts';
import { stepLine } from './step-line.ts';
import { measuredFiles } from './measured-files.ts';
import { fileNamedIn, openTestFiles, testFilesIn } from './test-files.ts';
import type { RunnerCall, TestCase, TestRunner, TestTally } from './test-runner.ts';

/** What one runner over one package came to. */
export interface StepPart extends CheckPart {
  readonly coverage: LineCoverage | null;
  /** How long the tests of each file took. */
  readonly measured: readonly Measurement[];
}

/** The rule of a test that failed and then passed. */
export const FLAKY = 'flaky-test';
const STALE = 'stale-snapshot';
/** More failures than this are no flakiness, and running them again would only take time. */
const MOST_RETRIED = 100;
const MESSAGE_LINES = 6;
const NO_TESTS = /no tests? (?:files? )?found|no tests found|couldn.t find any files to test|no test files found/i;

/** Runs the tests of a step; each failing test is one finding, each that then passes by itself a flaky one. */
export async function runStep(
  context: CheckContext,
  pack: TestPackage,
  step: TestStep & { readonly runner: TestRunner },
): Promise<StepPart> {
  await using folder = await makeTemporaryFolder();
  const start = startOf(context, pack, step);
  if (start === null)
    return {
      drafts: [],
      command: null,
      log: '',
      failure: notInstalled(step.runner.packageName ?? '', pack.manifest.dir),
      coverage: null,
      measured: [],
    };
  const way = await coverageWay(context.project, { root: context.root, pack, step });
  const coverageFolder = way === null ? null : join(folder.path, 'coverage');
  const toPath = repositoryPaths(context.root);
  const cwd = join(context.root, pack.manifest.dir);
  const call: RunnerCall = {
    command: step.command,
    version: start.version,
    cwd,
    reportFile: join(folder.path, 'report'),
    coverageFolder: way?.by === 'runner' ? coverageFolder : null,
    nested: pack.nested,
    only: null,
    pathOf: (path) => toPath(cwd, path),
    placesOf: openTestFiles(context.root, testFilesIn(context.project, pack.manifest.dir)),
    fromCwd: (path) => `./${posix.relative(pack.manifest.dir, path)}`,
  };
  const execute = (each: RunnerCall, measure: { way: CoverageWay; folder: string } | null): Promise<ToolResult> => {
    const words = [...start.argv, ...step.runner.args(each)];
    const before = measure?.way?.by === 'wrapper' ? wrapperReport(measure.way.argv, measure.folder) : [];
    return context.runTool({
      argv: [...before, ...words] as [string, ...string[]],
      cwd,
      env: { ...keptEnvironment(step.command.env), ...step.runner.env?.(each) },
      reportFile: each.reportFile,
    });
  };

  const result = await execute(call, coverageFolder === null ? null : { way, folder: coverageFolder });
  const output = `${result.stderr}\n${result.stdout}`;
  const tally = failureOf(result, step.runner.id) === null ? step.runner.read(result, call) : null;
  if (tally === null) return withoutReport(result, { context, pack, step });

  const failed = tally.cases.filter((test) => test.status === 'failed');
  const steady = await againByThemselves(failed, async (only) => {
    context.progress(`${failed.length} of ${tally.cases.length} tests failed: running them again by themselves`);
    const again = { ...call, only, reportFile: join(folder.path, 'report-again'), coverageFolder: null };
    return step.runner.read(await execute(again, null), again);
  });
  const thresholds = way === null ? [] : thresholdDrafts(output, pack.manifest.path);
  const drafts = [
    ...failed.map((test) => caseDraft(test, { pack, isFlaky: !steady.has(test) })),
    ...tally.cases.filter((test) => test.isFlaky === true).map((test) => caseDraft(test, { pack, isFlaky: true })),
    ...suiteDrafts(tally, pack),
    ...thresholds,
  ];
  // Some runners end badly for stale snapshots alone: then they are errors.
  const isWhy = drafts.length === 0 && result.exitCode !== 0;
  drafts.push(...snapshotDrafts(tally, { pack, tool: step.command.tool, severity: isWhy ? 'error' : context.bundledSeverity }));
  if (drafts.length === 0 && result.exitCode !== 0 && tally.cases.length > 0)
    drafts.push(unexplained(output, { pack, step, exitCode: result.exitCode }));
  return {
    drafts,
    command: stepLine(context.project, {
      pack,
      step,
      files: drafts.map((draft) => draft.path).filter((path) => path !== pack.manifest.path),
    }),
    log: result.stderr.trim() || result.stdout.trim(),
    failure: tally.cases.length + tally.suites.length === 0 ? whyNone(result, { step, pack }) : null,
    coverage: coverageFolder === null ? null : await readCoverage(coverageFolder),
    measured: measuredFiles(tally.cases),
  };
}

function startOf(
  context: CheckContext,
  pack: TestPackage,
  step: TestStep & { runner: TestRunner },
): { argv: readonly string[]; version: string } | null {
  if (step.runner.packageName === null) return { argv: [process.execPath], version: process.versions.node };
  const tool = resolveRepositoryTool(context.root, {
    dir: pack.manifest.dir,
    packageName: step.runner.packageName,
    binName: step.runner.id,
  });
  if (tool === null) return null;
  const [first, ...rest] = tool.argv;
  return { argv: [first, ...step.command.nodeFlags, ...rest], version: tool.version };
}

/** The failing tests that fail again by themselves; all of them when they cannot be run again. */
async function againByThemselves(
  failed: readonly TestCase[],
  run: (only: readonly TestCase[]) => Promise<TestTally | null>,
): Promise<ReadonlySet<TestCase>> {
  if (failed.length === 0 || failed.length > MOST_RETRIED || failed.some((test) => test.path === null)) return new Set(failed);
  const again = (await run(failed))?.cases ?? [];
  // TAP gives no place to a test that passes: there the name must do.
  const has = (test: TestCase, status: TestCase['status']): boolean =>
    again.some(
      (each) =>
        each.status === status && each.name === test.name && (each.path === test.path || (status === 'passed' && each.path === null)),
    );
  return new Set(failed.filter((test) => has(test, 'failed') || !has(test, 'passed')));
}

function caseDraft(test: TestCase, about: { pack: TestPackage; isFlaky: boolean }): FindingDraft {
  const path = test.path ?? about.pack.manifest.path;
  const what = firstLines(test.message);
  return {
    path,
    line: test.line,
    rule: about.isFlaky ? FLAKY : 'test-failed',
    severity: about.isFlaky ? 'warning' : 'error',
    message: plainMessage(
      about.isFlaky ? `${test.name}: failed, then passed by itself on the same tree. ${what}` : `${test.name}: ${what}`,
    ),
    identity: `${path} ${test.name}`,
  };
}

function suiteDrafts(tally: TestTally, pack: TestPackage): FindingDraft[] {
  return tally.suites.map((suite) => {
    const path = suite.path ?? pack.manifest.path;
    return { path, rule: 'suite-failed', severity: 'error', message: plainMessage(firstLines(suite.message)), identity: path };
  });
}

/** Only told: whoever takes them away has to know that the tests are gone on purpose. */
function snapshotDrafts(
  { staleSnapshots = [] }: TestTally,
  about: { readonly pack: TestPackage; readonly tool: string; readonly severity: FindingDraft['severity'] },
): FindingDraft[] {
  return staleSnapshots.map(({ path, names }) => {
    const [first = '', ...others] = names;
    const which =
      names.length === 0
        ? 'all snapshots in it belong'
        : others.length === 0
          ? `the snapshot ${JSON.stringify(first)} belongs`
          : `${names.length} snapshots (${JSON.stringify(first)} and others) belong`;
    const message = plainMessage(`${which} to no test any more: look at it, then take it away with ${about.tool} -u`);
    return {
      path: path ?? about.pack.manifest.path,
      rule: STALE,
      severity: about.severity,
      message,
      identity: `${path} ${names.join(' ')}`,
    };
  });
}

/** The run failed though every test passed: errors outside tests, a teardown that failed. */
function unexplained(output: string, about: { pack: TestPackage; step: TestStep; exitCode: number | null }): FindingDraft {
  const message = plainMessage(`${about.step.command.tool} ended with ${about.exitCode} though no test failed: ${firstLine(output)}`);
  return {
    path: about.pack.manifest.path,
    rule: 'run-failed',
    severity: 'error',
    message,
    identity: `run-failed ${about.step.command.tool}`,
  };
}

/** A runner without a report: no tests, a file that cannot be loaded, or a crash. */
function withoutReport(
  result: ToolResult,
  about: { context: CheckContext; pack: TestPackage; step: TestStep & { runner: TestRunner } },
): StepPart {
  const { context, pack, step } = about;
  const output = `${result.stderr}\n${result.stdout}`;
  const part = (drafts: readonly FindingDraft[], failure: PartFailure | null): StepPart => ({
    drafts,
    command: stepLine(context.project, { pack, step, files: drafts.map((draft) => draft.path) }),
    log: output.trim(),
    failure,
    coverage: null,
    measured: [],
  });
  const ended = failureOf(result, step.runner.id);
  if (ended !== null) return part([], ended);
  if (NO_TESTS.test(output)) return part([], whyNone(result, { step, pack }));
  if (result.exitCode === 0) return part([], nonsenseOf(result.stderr, step.runner.id));
  const crash = crashOf(output, step.runner.id);
  const files = testFilesIn(context.project, pack.manifest.dir).map((path) => ({ path, full: join(context.root, path) }));
  const file = crash.reason === 'dependencies-missing' ? null : fileNamedIn(output, files);
  if (file === null) return part([], crash);
  return part([{ path: file, rule: 'suite-failed', severity: 'error', message: plainMessage(firstLine(output)), identity: file }], null);
}

/**
 * Why no test was run, or null where that may be: Vitest and Jest exit with 0 without tests only when the repository told them to;
 * and the tests of packages below run there.
 */
function whyNone(
  result: ToolResult,
  { step, pack }: { step: TestStep & { readonly runner: TestRunner }; pack: TestPackage },
): PartFailure | null {
  const said = stripVTControlCharacters(result.stderr);
  // Vitest says nothing when there are none, and writes a report without tests when it could not begin, too.
  if (result.exitCode !== 0 && !NO_TESTS.test(`${said}\n${result.stdout}`) && /\b\w*Error\b/.test(said))
    return crashOf(said, step.runner.id);
  if (pack.nested.length > 0) return null;
  return result.exitCode === 0 && ['vitest', 'jest'].includes(step.runner.id) ? null : noTests(step, pack);
}

function noTests(step: TestStep, pack: TestPackage): PartFailure {
  const where = pack.manifest.dir === '' ? '' : ` in ${pack.manifest.dir}`;
  return { reason: 'nothing-read', hint: `${step.command.tool} is set up${where} but found no tests.` };
}

/** The failure without its stack. */
function firstLines(message: string): string {
  const lines = message.split('\n');
  const stack = lines.findIndex((line) => /^\s+at /.test(line));
  return lines.slice(0, stack === -1 ? MESSAGE_LINES : Math.min(stack, MESSAGE_LINES)).join('\n');
}
