import { basename } from 'node:path';
import type { RunnerCall, TestCase, TestRunner, TestTally } from './test-runner.ts';
import { filesOf, keptArguments, lineInStack, namePattern, optionsOnly } from './test-runner.ts';

const DROPPED = {
  flags: ['-w', '--watch', '-b', '--bail', '-c', '--color', '--colors', '-C', '--no-color', '--inspect*', '-G', '--growl'],
  withValue: ['-R', '--reporter', '-O', '--reporter-option', '--reporter-options', '--watch-files', '--watch-ignore'],
};
const WITH_VALUE = [
  '-r',
  '--require',
  '--config',
  '--opts',
  '-t',
  '--timeout',
  '-u',
  '--ui',
  '--import',
  '--loader',
  '-n',
  '--node-option',
  '--extension',
  '--file',
  '--package',
  '-s',
  '--slow',
];

interface MochaTest {
  readonly title: string;
  readonly fullTitle: string;
  readonly file?: string | null;
  readonly duration?: number;
  readonly err?: { readonly message?: string; readonly stack?: string };
}

interface MochaReport {
  readonly passes: readonly MochaTest[];
  readonly failures: readonly MochaTest[];
  readonly pending: readonly MochaTest[];
}

/** Mocha, by its JSON reporter. */
export const mocha: TestRunner = {
  id: 'mocha',
  packageName: 'mocha',
  config: /^\.mocharc(\.(c?js|mjs|ya?ml|jsonc?))?$/,
  packageKey: 'mocha',
  coveragePackages: null,
  args(call) {
    const own = keptArguments(call.command.args, DROPPED);
    return [
      ...['--no-color', '--reporter', 'json', '--reporter-option', `output=${call.reportFile}`],
      ...call.nested.flatMap((dir) => ['--ignore', `${dir}/**`]),
      ...(call.only === null ? own : [...optionsOnly(own, WITH_VALUE), ...onlyArgs(call)]),
    ];
  },
  // Before 9.2 the reporter knew no file and wrote to stdout, between what tests print.
  read: (result, call) => parse(result.report ?? '', call) ?? parse(lastDocument(result.stdout), call),
};

function onlyArgs(call: RunnerCall): string[] {
  const only = call.only ?? [];
  const pattern = namePattern(only);
  return [...(pattern === null ? [] : ['--grep', pattern]), ...filesOf(only, call)];
}

function lastDocument(stdout: string): string {
  const start = stdout.lastIndexOf('{\n  "stats"');
  return start === -1 ? '' : stdout.slice(start, stdout.lastIndexOf('}') + 1);
}

function parse(text: string, call: RunnerCall): TestTally | null {
  let report: Partial<MochaReport> | null;
  try {
    report = JSON.parse(text) as Partial<MochaReport> | null;
  } catch {
    return null;
  }
  if (!Array.isArray(report?.passes) || !Array.isArray(report.failures) || !Array.isArray(report.pending)) return null;
  const { passes, failures, pending } = report as MochaReport;
  const cases = [
    ...passes.map((test) => toCase(test, 'passed', call)),
    ...failures.map((test) => toCase(test, 'failed', call)),
    ...pending.map((test) => toCase(test, 'skipped', call)),
  ];
  return { cases, suites: [] };
}

function toCase(test: MochaTest, status: TestCase['status'], call: RunnerCall): TestCase {
  const file = test.file ?? '';
  const stack = test.err?.stack ?? '';
  return {
    path: file === '' ? null : call.pathOf(file),
    line: lineInStack(stack, basename(file)),
    name: test.fullTitle,
    status,
    message: status === 'failed' ? (test.err?.message ?? stack) : '',
    durationMs: test.duration,
  };
}
