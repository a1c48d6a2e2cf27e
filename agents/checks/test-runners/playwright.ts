/** Playwright, by its JSON reporter. */
import { isAbsolute, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { RunnerCall, SuiteFailure, TestCase, TestRunner, TestTally } from './test-runner.ts';
import { keptArguments, optionsOnly } from './test-runner.ts';

const DROPPED = {
  flags: [
    ...['--ui', '--ui-host', '--ui-port', '--headed', '--debug', '-u', '--update-snapshots', '-x', '--max-failures', '--quiet'],
    ...['--pass-with-no-tests', '--last-failed', '--only-changed', '--list'],
  ],
  withValue: ['--reporter', '--output', '--ui-host', '--ui-port', '--max-failures', '--trace'],
};
const WITH_VALUE = ['-c', '--config', '--project', '-g', '--grep', '--grep-invert', '-j', '--workers', '--timeout', '--retries', '--shard'];

interface PlaywrightReport {
  readonly config?: { readonly rootDir?: string };
  readonly suites: readonly PlaywrightSuite[];
  readonly errors?: readonly { readonly message?: string }[];
}

interface PlaywrightSuite {
  readonly title: string;
  readonly file?: string;
  readonly specs?: readonly PlaywrightSpec[];
  readonly suites?: readonly PlaywrightSuite[];
}

interface PlaywrightSpec {
  readonly title: string;
  readonly file: string;
  readonly line: number;
  readonly tests: readonly PlaywrightTest[];
}

interface PlaywrightTest {
  readonly projectName?: string;
  /** `flaky`: it failed and then passed, as often as the configuration lets it try. */
  readonly status: 'expected' | 'unexpected' | 'flaky' | 'skipped';
  readonly results: readonly PlaywrightResult[];
}

interface PlaywrightResult {
  readonly duration?: number;
  readonly error?: { readonly message?: string } | null;
}

/** Playwright's own runner. It is asked as a tool of its own, not by the check of unit tests. */
export const playwright: TestRunner = {
  id: 'playwright',
  packageName: '@playwright/test',
  config: /^playwright\.config\.[cm]?[jt]s$/,
  packageKey: null,
  coveragePackages: [],
  args(call) {
    const own = keptArguments(call.command.args, DROPPED).filter((arg, index) => index > 0 || arg !== 'test');
    // `none`: never writes snapshots, and fails where one is missing.
    const always = ['test', '--reporter=json', '--update-snapshots=none'];
    if (call.only === null) return [...always, ...own];
    return [...always, ...optionsOnly(own, WITH_VALUE), ...call.only.map(({ path, line }) => `${call.fromCwd(path ?? '')}:${line ?? ''}`)];
  },
  env: (call) => ({ PLAYWRIGHT_JSON_OUTPUT_NAME: call.reportFile, PLAYWRIGHT_JSON_OUTPUT_FILE: call.reportFile }),
  read: (result, call) => parse(result.report ?? result.stdout, call),
};

function parse(text: string, call: RunnerCall): TestTally | null {
  let report: Partial<PlaywrightReport> | null;
  try {
    report = JSON.parse(text) as Partial<PlaywrightReport> | null;
  } catch {
    return null;
  }
  if (!Array.isArray(report?.suites)) return null;
  const { suites, config, errors: told = [] } = report as PlaywrightReport;
  // Without tests there is nothing that failed.
  const errors = told.filter(({ message = '' }) => !/^(Error: )?No tests found/.test(stripVTControlCharacters(message)));
  const root = config?.rootDir ?? call.cwd;
  const cases = suites.flatMap((suite) => casesIn(suite, { titles: [], root, call }));
  return { cases, suites: errors.map(({ message = 'Playwright could not begin' }): SuiteFailure => ({ path: null, message })) };
}

interface Where {
  readonly titles: readonly string[];
  readonly root: string;
  readonly call: RunnerCall;
}

function casesIn(suite: PlaywrightSuite, where: Where): TestCase[] {
  // The outermost suite is called like its file.
  const titles = suite.title === suite.file ? where.titles : [...where.titles, suite.title];
  const inside = { ...where, titles };
  return [
    ...(suite.specs ?? []).flatMap((spec) => spec.tests.map((test) => toCase(test, spec, inside))),
    ...(suite.suites ?? []).flatMap((inner) => casesIn(inner, inside)),
  ];
}

function toCase(test: PlaywrightTest, spec: PlaywrightSpec, { titles, root, call }: Where): TestCase {
  const last = test.results.at(-1);
  const browser = test.projectName === undefined || test.projectName === '' ? '' : `[${test.projectName}] `;
  const messages = test.results.flatMap(({ error }) => (error?.message === undefined ? [] : [error.message]));
  const hasFailed = test.status === 'unexpected';
  const isFlaky = test.status === 'flaky';
  return {
    path: call.pathOf(isAbsolute(spec.file) ? spec.file : join(root, spec.file)),
    line: spec.line,
    name: `${browser}${[...titles, spec.title].filter((title) => title !== '').join(' › ')}`,
    status: test.status === 'skipped' ? 'skipped' : hasFailed ? 'failed' : 'passed',
    message: hasFailed || isFlaky ? (messages.at(-1) ?? 'it did not end as expected') : '',
    isFlaky,
    durationMs: last?.duration,
  };
}
