import { fileURLToPath } from 'node:url';
import { readTap } from './tap.ts';
import type { TapPoint } from './tap.ts';
import type { RunnerCall, SuiteFailure, TestCase, TestRunner } from './test-runner.ts';
import { filesOf, keptArguments, optionsOnly } from './test-runner.ts';

const DROPPED = {
  flags: ['-w', '--watch', '-u', '--update-snapshots', '-t', '--tap', '-v', '--verbose', '--fail-fast', '--color', '--no-color'],
  withValue: [],
};
const WITH_VALUE = ['--config', '-m', '--match', '-c', '--concurrency', '-T', '--timeout', '--node-arguments'];

/** Points that AVA reports for a file, not for a test. */
const ABOUT_A_FILE =
  /exited (?:with a non-zero exit code|due to)|^No tests found in|^Uncaught exception|^Unhandled rejection|^(?:Could not|Failed to) /;

/** AVA, by its TAP reporter. */
export const ava: TestRunner = {
  id: 'ava',
  packageName: 'ava',
  config: /^ava\.config\.[cm]?js$/,
  packageKey: 'ava',
  coveragePackages: null,
  args(call) {
    const own = keptArguments(call.command.args, DROPPED);
    return ['--tap', ...(call.only === null ? own : [...optionsOnly(own, WITH_VALUE), ...filesOf(call.only, call)])];
  },
  read(result, call) {
    const points = readTap(result.stdout);
    if (points === null) return null;
    const cases: TestCase[] = [];
    const suites: SuiteFailure[] = [];
    for (const point of points) {
      if (!point.ok && ABOUT_A_FILE.test(point.name))
        suites.push({ path: fileOf(point, call), message: [point.name, point.details.message].filter(Boolean).join(': ') });
      else cases.push(toCase(point, call));
    }
    return { cases, suites };
  },
};

function toCase(point: TapPoint, call: RunnerCall): TestCase {
  const place = placeOf(point, call);
  return {
    path: place.path,
    line: place.line,
    name: point.name,
    status: point.skipped ? 'skipped' : point.ok ? 'passed' : 'failed',
    message: point.ok ? '' : (point.details.message ?? point.details.name ?? ''),
  };
}

function placeOf(point: TapPoint, call: RunnerCall): { path: string | null; line: number | null } {
  // `at` is the top of the stack: `file:///repository/test/a.js:5:5`, maybe with a function's name before it.
  const match = /(file:\/\/\/.*?|[^\s(]+):(\d+):\d+\)?/.exec(point.details.at ?? '');
  if (match?.[1] === undefined) return { path: null, line: null };
  const file = match[1].startsWith('file:') ? fileURLToPath(match[1]) : match[1];
  return { path: call.pathOf(file), line: Number(match[2]) };
}

function fileOf(point: TapPoint, call: RunnerCall): string | null {
  const name = /(\S+\.[cm]?[jt]sx?)\b/.exec(point.name)?.[1];
  return name === undefined ? placeOf(point, call).path : call.pathOf(name);
}
