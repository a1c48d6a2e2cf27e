/** Tests of Go, each package by itself. */
import { join, posix } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import { readTextFile } from './read-text-file.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import { makeTemporaryFolder } from '../tools/temporary-folder.ts';
import type { Check, CheckContext, CheckReport } from './check.ts';
import { crashOf, nonsenseOf } from './check-parts.ts';
import { plainMessage, reportFindings } from './check-report.ts';
import { coverBlocks, hasOtherTests, measuresCoverage, percentOfBlocks } from './go-coverage.ts';
import type { CoverBlock } from './go-coverage.ts';
import { detectGo, inspectModules, problemsIn } from './run-go.ts';
import type { GoResult } from './run-go.ts';
import { repositoryPaths } from './source-lines.ts';
import { goalDrafts } from './test-runners/coverage.ts';
import { FLAKY } from './test-runners/run-step.ts';

/** The check `go-tests`. */
export const goTests: Check = {
  id: 'go-tests',
  title: 'go test',
  machineTools: ['go'],
  writes: true,
  async detect(project) {
    const count = project.files.filter((path) => path.endsWith('_test.go')).length;
    // Tests read whatever they like.
    const detection = detectGo(project, 'repository', () => true);
    return detection.applies && count === 0 ? { applies: false, why: 'there is no file of tests for Go' } : detection;
  },
  inspect,
};

/** More failures than this are no flakiness, and running them again would only take time. */
const MOST_RETRIED = 100;

async function inspect(context: CheckContext): Promise<CheckReport> {
  await using folder = await makeTemporaryFolder();
  const reportFile = join(folder.path, 'cover.out');
  const isMeasured = await measuresCoverage(context.project);
  const blocks: CoverBlock[] = [];
  const report = await inspectModules(context, {
    id: 'go-tests',
    // Vet has a check of its own.
    argv: ['go', 'test', '-vet=off', '-json', ...(isMeasured ? [`-coverprofile=${reportFile}`] : []), './...'],
    ...(isMeasured ? { reportFile } : {}),
    read: async (result, cwd, run) => {
      blocks.push(...coverBlocks(result.report ?? ''));
      const first = readResult(result, { context, cwd });
      const steady = await againByThemselves(first.failed, async (argv) => {
        context.progress(`${first.failed.length} tests failed: running them again by themselves`);
        return readResult(await run(argv), { context, cwd });
      });
      return { ...first, drafts: first.drafts.map((draft) => (isFlaky(draft, first.failed, steady) ? asFlaky(draft) : draft)) };
    },
  });
  const percent = report.outcome === 'errored' || hasOtherTests(context.project) ? undefined : percentOfBlocks(blocks);
  const goal = reportFindings({ id: 'go-tests', context }, goalDrafts(percent)).findings;
  return {
    ...report,
    findings: [...report.findings, ...goal],
    ...(report.findings.some(({ rule }) => rule === FLAKY) ? { isUncertain: true as const } : {}),
    ...(percent === undefined ? {} : { coverage: percent }),
  };
}

/** A test that failed, by its package and its whole name. */
interface FailedTest {
  readonly name: string;
  readonly test: string;
  readonly identity: string;
}

/** The failing tests that fail again by themselves, by identity; all of them when they cannot be run again. */
async function againByThemselves(
  failed: readonly FailedTest[],
  run: (argv: readonly [string, ...string[]]) => Promise<TestResult>,
): Promise<ReadonlySet<string>> {
  const all = new Set(failed.map(({ identity }) => identity));
  if (failed.length === 0 || failed.length > MOST_RETRIED) return all;
  const names = [...new Set(failed.map(({ test }) => test.split('/')[0] ?? test))];
  const packages = [...new Set(failed.map(({ name }) => name))];
  const again = await run(['go', 'test', '-vet=off', '-json', '-count=1', '-run', `^(${names.join('|')})$`, ...packages]);
  return new Set([...all].filter((identity) => !again.passed.has(identity)));
}

function isFlaky(draft: FindingDraft, failed: readonly FailedTest[], steady: ReadonlySet<string>): boolean {
  return failed.some(({ identity }) => identity === draft.identity && !steady.has(identity));
}

function asFlaky(draft: FindingDraft): FindingDraft {
  const [name = '', said = ''] = draft.message.split(/: (.*)/s);
  const message = `${name}: failed, then passed by itself on the same tree. ${said}`;
  return { ...draft, rule: FLAKY, severity: 'warning', message };
}

/** A line of `go test -json`. */
interface TestEvent {
  readonly Action: string;
  readonly Package?: string;
  readonly Test?: string;
  readonly Output?: string;
}

interface Where {
  readonly context: CheckContext;
  readonly cwd: string;
}

interface TestResult extends GoResult {
  /** Tests of which one finding each tells that they failed. */
  readonly failed: readonly FailedTest[];
  /** Identities of tests that passed. */
  readonly passed: ReadonlySet<string>;
}

function readResult(result: ToolResult, where: Where): TestResult {
  const events = eventsIn(result.stdout);
  const outputs = new Map<string, string>();
  for (const { Action, Package = '', Test = '', Output = '' } of events) {
    const key = `${Package} ${Test}`;
    if (Action === 'output') outputs.set(key, (outputs.get(key) ?? '') + Output);
  }
  const build = events.filter(({ Action }) => Action === 'build-output').map(({ Output = '' }) => Output);
  const broken = problemsIn(`${result.stderr}\n${build.join('')}`, { ...where, rule: 'compile', severity: 'error' });
  const failed = events.filter(({ Action }) => Action === 'fail');
  const drafts = [...broken, ...failed.flatMap((event) => draftOf(event, { failed, outputs, where }))];
  const told = new Set(drafts.map(({ identity }) => identity));
  const tests = {
    failed: failed.flatMap(({ Package: name = '', Test: test }): FailedTest[] => {
      const identity = identityOf(name, test);
      return test === undefined || !told.has(identity) ? [] : [{ name, test, identity }];
    }),
    passed: new Set(events.flatMap(({ Action, Package = '', Test }) => (Action === 'pass' ? [identityOf(Package, Test)] : []))),
  };
  if (drafts.length > 0) return { ...tests, drafts, failure: null };
  const said = result.stderr + result.stdout;
  if (result.exitCode !== 0) return { ...tests, drafts, failure: crashOf(result.stderr || said, 'go test') };
  if (events.length === 0) return { ...tests, drafts, failure: nonsenseOf(result.stderr, 'go test') };
  const hasRun = events.some(({ Action, Test }) => Action === 'pass' || (Action === 'skip' && Test !== undefined));
  return {
    ...tests,
    drafts,
    failure: hasRun ? null : { reason: 'nothing-read', hint: 'go test ran no test at all: look at the build tags of the tests.' },
  };
}

function draftOf(
  { Package = '', Test }: TestEvent,
  {
    failed,
    outputs,
    where,
  }: { readonly failed: readonly TestEvent[]; readonly outputs: ReadonlyMap<string, string>; readonly where: Where },
): FindingDraft[] {
  const inside = failed.filter((other) => other.Package === Package && other.Test !== undefined);
  // A test with parts, and a package with tests, fail with what is in them.
  if (Test === undefined ? inside.length > 0 : inside.some((other) => other.Test?.startsWith(`${Test}/`) === true)) return [];
  const output = outputs.get(`${Package} ${Test ?? ''}`) ?? '';
  if (Test === undefined && /\[(build|setup) failed\]/.test(output)) return [];
  const place = placeOf(output, Package, where);
  const said = /^\s*\S+\.go:\d+: (.+)$/m.exec(output)?.[1] ?? /^(panic: .+?)( \[recovered\])?$/m.exec(output)?.[1] ?? 'failed';
  const name = Test ?? Package;
  return [
    { ...place, rule: 'test-failed', severity: 'error', message: plainMessage(`${name}: ${said}`), identity: identityOf(Package, Test) },
  ];
}

function identityOf(name: string, test: string | undefined): string {
  return `${name} ${test ?? ''}`;
}

/** `a_test.go:6: got 3` names a file in the folder of the package; a panic names it from the root. */
function placeOf(output: string, name: string, { context, cwd }: Where): { path: string | null; line: number | null } {
  const pathOf = repositoryPaths(context.root);
  const module = /^module\s+"?([^\s"]+)/m.exec(readTextFile(cwd, 'go.mod', 64 * 1024) ?? '')?.[1] ?? name;
  const folder = name === module ? '' : name.startsWith(`${module}/`) ? name.slice(module.length + 1) : '';
  for (const [, file = '', line] of output.matchAll(/^\s*(\S.*?_test\.go):(\d+)/gm)) {
    const path = pathOf(cwd, posix.isAbsolute(file) ? file : join(folder, file));
    if (path !== null && context.project.has(path)) return { path, line: Number(line) };
  }
  return { path: null, line: null };
}

function eventsIn(stdout: string): TestEvent[] {
  return stdout.split('\n').flatMap((line): TestEvent[] => {
    if (!line.startsWith('{')) return [];
    try {
      const event = JSON.parse(line) as Partial<TestEvent>;
      return typeof event.Action === 'string' ? [event as TestEvent] : [];
    } catch {
      return []; // what a test printed
    }
  });
}
