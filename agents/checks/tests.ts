import type { Check, CheckContext, CheckReport } from './check.ts';
import { reportOf } from './check-parts.ts';
import type { CheckPart } from './check-parts.ts';
import { reportSkipped } from './check-report.ts';
import { isProse } from './fixable-path.ts';
import { goalDrafts, percentOf } from './test-runners/coverage.ts';
import type { LineCoverage } from './test-runners/coverage.ts';
import { findTestPackages } from './test-runners/find-test-packages.ts';
import type { TestPackage, TestStep } from './test-runners/find-test-packages.ts';
import { runCommand, runScript } from './test-runners/run-command.ts';
import { runStep } from './test-runners/run-step.ts';
import type { TestRunner } from './test-runners/test-runner.ts';

/** Prose that tests read as data. */
const TEST_DATA = /(^|\/)(tests?|specs?|__tests__|fixtures?|__fixtures__|testdata|test-data)\//;

/** The repository's own tests, package by package, with coverage where it measures that. */
export const tests: Check = {
  id: 'tests',
  title: 'Tests',
  writes: true,
  async detect(project) {
    const found = await findTestPackages(project);
    if (found.packages === null) return { applies: false, why: found.why };
    return {
      applies: true,
      why: found.packages.map(describe).join(', '),
      origin: 'repository',
      needsDependencies: project.workspaces.some((manifest) => Object.keys(manifest.dependencies).length > 0),
      reads: (path) => !isProse(path) || TEST_DATA.test(path),
    };
  },
  async inspect(context): Promise<CheckReport> {
    const found = await findTestPackages(context.project);
    if (found.packages === null) return reportSkipped('not-applicable', found.why);
    const coverages: LineCoverage[] = [];
    const parts = await Promise.all(found.packages.map((pack) => testPackage(context, pack, coverages)));
    const percent = percentOf(coverages);
    const goal: CheckPart = { drafts: goalDrafts(percent), command: null, log: '', failure: null };
    const report = reportOf({ id: 'tests', context }, [...parts.flat(), goal], 'refused');
    return percent === undefined ? report : { ...report, coverage: percent };
  },
};

/** The parts of one package: its build, then each thing that its test script runs. */
async function testPackage(context: CheckContext, pack: TestPackage, coverages: LineCoverage[]): Promise<CheckPart[]> {
  const parts: CheckPart[] = [];
  for (const command of pack.preparation) {
    const part = await runCommand(context, pack, { command, rule: 'build-failed' });
    parts.push(part);
    // Tests of what was not built would only repeat that.
    if (part.failure !== null || part.drafts.length > 0) return parts;
  }
  if (pack.steps.length === 0) return [...parts, await runScript(context, pack)];
  for (const step of pack.steps) {
    if (!hasRunner(step)) {
      parts.push(await runCommand(context, pack, { command: step.command, rule: 'test-failed' }));
      continue;
    }
    const part = await runStep(context, pack, step);
    if (part.coverage !== null) coverages.push(part.coverage);
    parts.push(part);
  }
  return parts;
}

function hasRunner(step: TestStep): step is TestStep & { readonly runner: TestRunner } {
  return step.runner !== null;
}

function describe(pack: TestPackage): string {
  const names = [...new Set(pack.steps.map((step) => step.command.tool))];
  const how = names.length === 0 ? 'the test script' : names.join(' and ');
  return pack.manifest.dir === '' ? how : `${how} in ${pack.manifest.dir}`;
}
