import { readJestReport } from './jest-report.ts';
import type { RunnerCall, TestRunner } from './test-runner.ts';
import { filesOf, keptArguments, namePattern, optionsOnly } from './test-runner.ts';

const DROPPED = {
  flags: [
    ...['-w', '--watch', '--run', '--ui', '--open', '-u', '--update', '--standalone', '--bail', '--color', '--no-color', '--passWithTests'],
    ...['--inspect*', '--coverage', '--coverage.enabled', '--coverage.reporter', '--coverage.reportsDirectory', '--no-watch', '--api*'],
  ],
  withValue: ['--reporter', '--outputFile', '--coverage.reporter', '--coverage.reportsDirectory'],
};
const WITH_VALUE = [
  '-c',
  '--config',
  '--project',
  '--dir',
  '-r',
  '--root',
  '--environment',
  '--workspace',
  '--mode',
  '--pool',
  '--shard',
  '-t',
  '--testNamePattern',
];

/** Vitest, by its JSON reporter. */
export const vitest: TestRunner = {
  id: 'vitest',
  packageName: 'vitest',
  config: /^(vitest|vitest\.workspace)(\.[\w-]+)?\.([cm]?[jt]s|json)$|^vitest\.config\.[cm]?[jt]s$/,
  packageKey: null,
  coveragePackages: ['@vitest/coverage-v8', '@vitest/coverage-istanbul'],
  args(call) {
    const own = keptArguments(call.command.args, DROPPED);
    if (['run', 'watch', 'dev', 'related'].includes(own[0] ?? '')) own.shift();
    return [
      'run',
      '--reporter=json',
      `--outputFile=${call.reportFile}`,
      ...(major(call.version) >= 2 ? ['--includeTaskLocation'] : []),
      ...call.nested.map((dir) => `--exclude=${dir}/**`),
      ...coverageArgs(call),
      ...(call.only === null ? own : [...optionsOnly(own, WITH_VALUE), ...onlyArgs(call)]),
    ];
  },
  read: (result, call) => readJestReport(result.report, call),
};

function coverageArgs(call: RunnerCall): string[] {
  // Off by word, too: a configuration that turns it on would write a folder and cost time when tests run again.
  if (call.coverageFolder === null) return ['--coverage.enabled=false'];
  const folder = `--coverage.reportsDirectory=${call.coverageFolder}`;
  return ['--coverage.enabled=true', '--coverage.reporter=json-summary', folder, '--coverage.reportOnFailure=true'];
}

function onlyArgs(call: RunnerCall): string[] {
  const only = call.only ?? [];
  const pattern = namePattern(only);
  return [...filesOf(only, call), ...(pattern === null ? [] : ['-t', pattern])];
}

function major(version: string): number {
  return Number.parseInt(version, 10) || 0;
}
