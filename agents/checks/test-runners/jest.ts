import { readJestReport } from './jest-report.ts';
import type { RunnerCall, TestRunner } from './test-runner.ts';
import { filesOf, keptArguments, namePattern, optionsOnly } from './test-runner.ts';

const DROPPED = {
  flags: [
    ...[
      '--watch',
      '--watchAll',
      '--no-watch',
      '-u',
      '--updateSnapshot',
      '--json',
      '--coverage',
      '--collectCoverage',
      '--no-coverage',
      '-b',
      '--bail',
    ],
    ...[
      '--notify',
      '-o',
      '--onlyChanged',
      '--lastCommit',
      '--ci',
      '--no-ci',
      '--color',
      '--colors',
      '--verbose',
      '--testLocationInResults',
      '-f',
      '--onlyFailures',
    ],
  ],
  withValue: ['--outputFile', '--reporters', '--coverageReporters', '--coverageDirectory', '--changedSince', '--notifyMode'],
};
const WITH_VALUE = [
  '-c',
  '--config',
  '--env',
  '--testEnvironment',
  '--projects',
  '--selectProjects',
  '--rootDir',
  '--roots',
  '-w',
  '--maxWorkers',
  '--setupFiles',
  '--testTimeout',
];

/** Jest, by its JSON report. */
export const jest: TestRunner = {
  id: 'jest',
  packageName: 'jest',
  config: /^jest(\.[\w-]+)?\.config\.([cm]?[jt]s|json)$/,
  packageKey: 'jest',
  coveragePackages: [],
  args(call) {
    const own = keptArguments(call.command.args, DROPPED);
    return [
      ...['--ci', '--json', `--outputFile=${call.reportFile}`, '--testLocationInResults', '--watchAll=false', '--colors=false'],
      ...nestedArgs(call),
      ...coverageArgs(call),
      ...(call.only === null ? own : [...optionsOnly(own, WITH_VALUE), ...onlyArgs(call)]),
    ];
  },
  read: (result, call) => readJestReport(result.report, call),
};

function nestedArgs(call: RunnerCall): string[] {
  if (call.nested.length === 0) return [];
  const escaped = call.nested.map((dir) => `/${dir.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}/`);
  return ['/node_modules/', ...escaped].map((pattern) => `--testPathIgnorePatterns=${pattern}`);
}

function coverageArgs(call: RunnerCall): string[] {
  if (call.coverageFolder === null) return ['--coverage=false'];
  return ['--coverage', '--coverageReporters=json-summary', `--coverageDirectory=${call.coverageFolder}`];
}

function onlyArgs(call: RunnerCall): string[] {
  const only = call.only ?? [];
  const pattern = namePattern(only);
  return [...(pattern === null ? [] : ['-t', pattern]), '--runTestsByPath', ...filesOf(only, call)];
}
