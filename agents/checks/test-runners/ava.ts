import { readTap } from './tap.ts';
import type { TapPoint } from './tap.ts';
import type { RunnerCall, SuiteFailure, TestCase, TestRunner } from './test-runner.ts';
import { filesOf, keptArguments, optionsOnly } from './test-runner.ts';

const DROPPED = {
  flags: ['-w', '--watch', '-u', '--update-snapshots', '-t', '--tap', '-v', '--verbose', '--fail-fast', '--color', '--no-color'],
  withValue: [],
};
const WITH_VALUE = ['--config', '-m', '--match', '-c', '--concurrency', '-T', '--timeout', '--node-arguments'];

/** A file that ended badly, as AVA reports it beside the tests. */
const FILE_ENDED = /^(\S.*?\.[cm]?[jt]sx?) (?:exited (?:with|due to)|.*timed out)|^No tests found in (\S.*?\.[cm]?[jt]sx?)\b/;
/** An error outside of tests; the file that it ended follows. */
const OUTSIDE = /^(?:\w*Error\b|Uncaught |Unhandled )/;

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
    let outside: string | null = null;
    for (const point of points) {
      const ended = point.ok ? null : FILE_ENDED.exec(point.name);
      if (ended !== null) {
        suites.push({ path: call.pathOf(ended[1] ?? ended[2] ?? ''), message: outside ?? point.name });
        outside = null;
      } else if (!point.ok && OUTSIDE.test(point.name)) outside = point.name;
      else cases.push(toCase(point, call));
    }
    if (outside !== null) suites.push({ path: null, message: outside });
    return { cases, suites };
  },
};

function toCase(point: TapPoint, call: RunnerCall): TestCase {
  const { details } = point;
  // An assertion has no message of its own: its values stand in the block of details.
  const said =
    [details.name, details.assertion, details.message].filter(Boolean).join(' ') +
    (details.details === undefined ? '' : `: ${details.details}`);
  return {
    ...(point.ok ? { path: null, line: null } : placeOf(point, call)),
    name: point.name,
    status: point.skipped ? 'skipped' : point.ok ? 'passed' : 'failed',
    message: point.ok ? '' : said,
  };
}

/** AVA's report names no file: the title is looked for in the test files, without the parts of the path that AVA puts before it. */
function placeOf(point: TapPoint, call: RunnerCall): { path: string | null; line: number | null } {
  const parts = point.name.split(' › ');
  for (let drop = 0; drop < parts.length; drop += 1) {
    const file = parts[drop - 1] ?? '';
    const places = call.placesOf(parts.slice(drop).join(' › ')).filter(({ path }) => path.includes(file));
    const [first] = places;
    if (first !== undefined && places.every(({ path }) => path === first.path)) return first;
  }
  return { path: null, line: null };
}
