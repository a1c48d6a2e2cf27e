/** Tests of Go, each package by itself. */
import { join, posix } from 'node:path';
import type { FindingDraft } from '../../ledger/finding.ts';
import { readTextFile } from './read-text-file.ts';
import type { ToolResult } from '../tools/run-tool.ts';
import type { Check, CheckContext } from './check.ts';
import { crashOf, nonsenseOf } from './check-parts.ts';
import type { PartFailure } from './check-parts.ts';
import { plainMessage } from './check-report.ts';
import { detectGo, inspectModules, problemsIn } from './run-go.ts';
import { repositoryPaths } from './source-lines.ts';

/** The check `go-tests`. */
export const goTests: Check = {
  id: 'go-tests',
  title: 'go test',
  writes: true,
  async detect(project) {
    const count = project.files.filter((path) => path.endsWith('_test.go')).length;
    // Tests read whatever they like.
    const detection = detectGo(project, 'repository', () => true);
    return detection.applies && count === 0 ? { applies: false, why: 'there is no file of tests for Go' } : detection;
  },
  inspect: (context) =>
    inspectModules(context, {
      id: 'go-tests',
      // Vet has a check of its own.
      argv: ['go', 'test', '-vet=off', '-json', './...'],
      read: (result, cwd) => readResult(result, { context, cwd }),
    }),
};

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

function readResult(result: ToolResult, where: Where): { readonly drafts: FindingDraft[]; readonly failure: PartFailure | null } {
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
  if (drafts.length > 0) return { drafts, failure: null };
  const said = result.stderr + result.stdout;
  if (result.exitCode !== 0) return { drafts, failure: crashOf(result.stderr || said, 'go test') };
  if (events.length === 0) return { drafts, failure: nonsenseOf(result.stderr, 'go test') };
  const hasRun = events.some(({ Action, Test }) => Action === 'pass' || (Action === 'skip' && Test !== undefined));
  return {
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
    { ...place, rule: 'test-failed', severity: 'error', message: plainMessage(`${name}: ${said}`), identity: `${Package} ${Test ?? ''}` },
  ];
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
