import type { Measurement } from '../compare-measures.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { reportOf } from './check-parts.ts';
import type { CheckPart } from './check-parts.ts';
import { reportSkipped } from './check-report.ts';
import { isProse } from './fixable-path.ts';
import { sayMissingBrowser } from './missing-browser.ts';
import { packageScopes } from './package-scopes.ts';
import { COMPONENT_OWNER, componentRules, FLAKY_COMPONENT, hasComponentTests } from './test-runners/component-files.ts';
import { goalDrafts, percentOf } from './test-runners/coverage.ts';
import type { LineCoverage } from './test-runners/coverage.ts';
import { findTestPackages } from './test-runners/find-test-packages.ts';
import type { TestPackage, TestStep } from './test-runners/find-test-packages.ts';
import { runCommand, runScript } from './test-runners/run-command.ts';
import { FLAKY, runStep } from './test-runners/run-step.ts';
import type { TestRunner } from './test-runners/test-runner.ts';

/** Prose that tests read as data. */
const TEST_DATA = /(^|\/)(tests?|specs?|__tests__|fixtures?|__fixtures__|testdata|test-data)\//;

/** The repository's own tests, package by package, with coverage where it measures that. */
export const tests: Check = {
  id: 'tests',
  title: 'Tests',
  writes: true,
  division: { main: 'qa', byRule: COMPONENT_OWNER },
  async detect(project) {
    const found = await findTestPackages(project);
    if (found.packages === null) return { applies: false, why: found.why };
    return {
      applies: true,
      why: found.packages.map(describe).join(', '),
      origin: 'repository',
      needsDependencies: project.workspaces.some((manifest) => Object.keys(manifest.dependencies).length > 0),
      reads: isRead,
      concerns: hasComponentTests(project) ? ['frontend', 'qa'] : ['qa'],
    };
  },
  async inspect(context): Promise<CheckReport> {
    const found = await findTestPackages(context.project);
    if (found.packages === null) return reportSkipped('not-applicable', found.why);
    const scopes = packageScopes(context.project, context.root);
    const measured: Measurement[] = [];
    const tested = await Promise.all(
      found.packages.map((pack) => {
        const { manifest, ...plan } = pack;
        const isInScope = scopes(manifest.dir);
        const part = {
          name: JSON.stringify([manifest.dir, plan.nested]),
          reads: (path: string) => isRead(path) && isInScope(path),
          isGood: ({ parts }: TestedPackage) =>
            parts.every(
              ({ failure, drafts }) => failure === null && drafts.every(({ rule, severity }) => severity !== 'error' && !isFlaky(rule)),
            ),
        };
        // What was remembered took its time then, on whatever machine.
        return context.remembered(part, () => testPackage(context, pack, (more) => measured.push(...more)));
      }),
    );
    const percent = percentOf(tested.flatMap(({ coverages }) => coverages));
    const goal: CheckPart = { drafts: goalDrafts(percent), command: null, log: '', failure: null };
    const toOwnRule = componentRules(context.project, context.root);
    const parts = tested.flatMap((one) => one.parts).map((part) => ({ ...part, drafts: part.drafts.map(toOwnRule) }));
    const report = reportOf({ id: 'tests', context }, [...parts, goal], 'refused');
    return {
      ...report,
      ...(report.findings.some(({ rule }) => isFlaky(rule)) ? { isUncertain: true as const } : {}),
      ...(percent === undefined ? {} : { coverage: percent }),
      measured,
    };
  },
};

function isFlaky(rule: string): boolean {
  return rule === FLAKY || rule === FLAKY_COMPONENT;
}

interface TestedPackage {
  readonly parts: readonly CheckPart[];
  readonly coverages: readonly LineCoverage[];
}

/** The parts of one package: its build, then each thing that its test script runs. */
async function testPackage(
  context: CheckContext,
  pack: TestPackage,
  onMeasured: (measured: readonly Measurement[]) => void,
): Promise<TestedPackage> {
  const parts: CheckPart[] = [];
  const coverages: LineCoverage[] = [];
  for (const command of pack.preparation) {
    const part = await runCommand(context, pack, { command, rule: 'build-failed' });
    parts.push(part);
    // Tests of what was not built would only repeat that.
    if (part.failure !== null || part.drafts.length > 0) return { parts, coverages };
  }
  if (pack.steps.length === 0) return { parts: [...parts, await runScript(context, pack)], coverages };
  for (const step of pack.steps) {
    if (!hasRunner(step)) {
      parts.push(sayMissingBrowser(await runCommand(context, pack, { command: step.command, rule: 'test-failed' })));
      continue;
    }
    const { measured, ...part } = await runStep(context, pack, step);
    onMeasured(measured);
    if (part.coverage !== null) coverages.push(part.coverage);
    parts.push(part);
  }
  return { parts, coverages };
}

function isRead(path: string): boolean {
  return !isProse(path) || TEST_DATA.test(path);
}

function hasRunner(step: TestStep): step is TestStep & { readonly runner: TestRunner } {
  return step.runner !== null;
}

function describe(pack: TestPackage): string {
  const names = [...new Set(pack.steps.map((step) => step.command.tool))];
  const how = names.length === 0 ? 'the test script' : names.join(' and ');
  return pack.manifest.dir === '' ? how : `${how} in ${pack.manifest.dir}`;
}
