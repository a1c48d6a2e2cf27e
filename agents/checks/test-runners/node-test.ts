import { readTap } from './tap.ts';
import type { TapPoint } from './tap.ts';
import type { RunnerCall, SuiteFailure, TestCase, TestRunner } from './test-runner.ts';
import { filesOf, keptArguments, optionsOnly } from './test-runner.ts';

const DROPPED = {
  flags: ['--test', '--watch', '--watch-path', '--test-update-snapshots', '--inspect*', '--experimental-test-snapshots'],
  withValue: ['--test-reporter', '--test-reporter-destination'],
};
const WITH_VALUE = [
  '-r',
  '--require',
  '--import',
  '--loader',
  '--experimental-loader',
  '--env-file',
  '-C',
  '--conditions',
  '--test-timeout',
  '--test-concurrency',
];

/** Node's own test runner, by its TAP reporter. */
export const nodeTest: TestRunner = {
  id: 'node --test',
  packageName: null,
  config: null,
  packageKey: null,
  coveragePackages: null,
  args(call) {
    const own = keptArguments(call.command.args, DROPPED);
    const reporter = ['--test', '--test-reporter=tap', `--test-reporter-destination=${call.reportFile}`];
    return [...reporter, ...(call.only === null ? own : [...optionsOnly(own, WITH_VALUE), ...filesOf(call.only, call)])];
  },
  read(result, call) {
    const points = readTap(result.report ?? '');
    if (points === null) return null;
    const cases: TestCase[] = [];
    const suites: SuiteFailure[] = [];
    for (const point of points) {
      // A suite fails because of what is in it, which is reported by itself.
      if (point.hasChildren && (point.ok || point.details.failureType === 'subtestsFailed')) continue;
      if (point.details.type === 'suite' && point.ok) continue;
      if (isFile(point)) {
        // A file without tests is reported as a test of its own name, which passes.
        if (!point.ok) suites.push({ path: call.pathOf(point.name), message: errorOf(result.report ?? '', point) });
      } else cases.push(toCase(point, call));
    }
    return { cases, suites };
  },
};

function isFile(point: TapPoint): boolean {
  return (
    point.parents.length === 0 &&
    /\.[cm]?[jt]s$/.test(point.name) &&
    (point.details.location ?? ':1:1').includes(`${point.name.replace(/^.*[\\/]/, '')}:1:1`)
  );
}

/** What the process of a file printed before it failed: Node puts it into comments before the point. */
function errorOf(report: string, point: TapPoint): string {
  const before = report.slice(0, Math.max(0, report.indexOf(`# Subtest: ${point.name}`)));
  const comments = before
    .split('\n')
    .slice(-40)
    .filter((line) => line.startsWith('# '))
    .map((line) => line.slice(2));
  return comments.find((line) => /\bError\b.*:/.test(line)) ?? point.details.error ?? 'the test file failed';
}

function toCase(point: TapPoint, call: RunnerCall): TestCase {
  const place = /^(.*):(\d+):\d+$/.exec(point.details.location ?? '');
  return {
    path: place?.[1] === undefined ? null : call.pathOf(place[1]),
    line: place === null ? null : Number(place[2]),
    name: [...point.parents, point.name].join(' > '),
    status: point.skipped ? 'skipped' : point.ok ? 'passed' : 'failed',
    message: point.ok ? '' : (point.details.error ?? ''),
  };
}
