/** What a test runner is: how it is called with a machine-readable report, and how that report is read. */
import type { ScriptCommand } from '../../tools/script-commands.ts';
import type { ToolResult } from '../../tools/run-tool.ts';

/** One test runner. One file each. */
export interface TestRunner {
  /** Its name in scripts and in texts. */
  readonly id: string;
  /** The package that brings it; null when it comes with Node. */
  readonly packageName: string | null;
  /** Matches names of its configuration files. */
  readonly config: RegExp | null;
  /** Its key in package.json. */
  readonly packageKey: string | null;
  /** Packages with which it measures coverage by itself; null when c8 or nyc is put before it. */
  readonly coveragePackages: readonly string[] | null;
  /** Arguments behind the tool. Never watches, never writes snapshots. */
  args(call: RunnerCall): readonly string[];
  /** Variables that it takes what it is told from, besides those of the script. */
  env?(call: RunnerCall): Readonly<Record<string, string>>;
  /** What its report says; null when there is none that can be read. */
  read(result: ToolResult, call: RunnerCall): TestTally | null;
}

/** One call of a runner. */
export interface RunnerCall {
  /** How the repository's script calls it; its own arguments are kept as far as they choose tests. */
  readonly command: ScriptCommand;
  readonly version: string;
  /** Absolute. */
  readonly cwd: string;
  /** Absolute path outside the tree. */
  readonly reportFile: string;
  /** Absolute folder for coverage, or null when none is measured. */
  readonly coverageFolder: string | null;
  /** Folders below the package that are tested by themselves, relative to it. */
  readonly nested: readonly string[];
  /** Only these tests, by themselves; null for all. */
  readonly only: readonly TestCase[] | null;
  /** Turns a path of the runner's into a repository-relative one; null for what lies outside. */
  pathOf(path: string): string | null;
  /** Where a text stands in the test files of the package: for runners that do not tell where a test is. */
  placesOf(text: string): readonly { readonly path: string; readonly line: number }[];
  /** Turns a repository-relative path into one relative to `cwd`. */
  fromCwd(path: string): string;
}

/** One test as its runner reported it. */
export interface TestCase {
  readonly path: string | null;
  readonly line: number | null;
  /** Full name: titles of its suites and its own. */
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** What the failure says; empty otherwise. */
  readonly message: string;
  /** It passed, after it had failed: the runner itself tried again. */
  readonly isFlaky?: boolean;
  /** Milliseconds; absent where the runner does not tell. */
  readonly durationMs?: number | undefined;
}

/** A file whose tests could not even be collected. */
export interface SuiteFailure {
  readonly path: string | null;
  readonly message: string;
}

/** Everything that one run of a runner reported. */
export interface TestTally {
  readonly cases: readonly TestCase[];
  readonly suites: readonly SuiteFailure[];
  /** Snapshots that no test asked for, where the runner tells. */
  readonly staleSnapshots?: readonly StaleSnapshots[];
}

/** Kept snapshots that belong to no test any more. */
export interface StaleSnapshots {
  /** Of the test file, or of the snapshot file whose tests are all gone. */
  readonly path: string | null;
  /** Their names; none: all that are in the file. */
  readonly names: readonly string[];
}

/** Which options of a script are left out; everything else chooses tests and stays. */
export interface DroppedOptions {
  /** Also in the form `--name=value`; a trailing `*` matches every ending. */
  readonly flags: readonly string[];
  /** Left out together with the word behind them. */
  readonly withValue: readonly string[];
}

/** Arguments without the options that watch, write, stop early or report for people. */
export function keptArguments(args: readonly string[], dropped: DroppedOptions): string[] {
  const kept: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    const name = arg.split('=')[0] ?? arg;
    if (dropped.withValue.includes(name)) at += arg.includes('=') ? 0 : 1;
    else if (!dropped.flags.some((flag) => (flag.endsWith('*') ? name.startsWith(flag.slice(0, -1)) : flag === name))) kept.push(arg);
  }
  return kept;
}

/** Options among arguments, without the operands; those in `withValue` keep the word behind them. */
export function optionsOnly(args: readonly string[], withValue: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (!arg.startsWith('-')) continue;
    kept.push(arg);
    if (withValue.includes(arg)) kept.push(args[(at += 1)] ?? '');
  }
  return kept;
}

/** Files of the tests that shall run by themselves, relative to the folder of the call. */
export function filesOf(only: readonly TestCase[], call: RunnerCall): string[] {
  return [...new Set(only.map((test) => test.path).filter((path) => path !== null))].map((path) => call.fromCwd(path));
}

const LONGEST_PATTERN = 20_000;

/** A pattern that matches exactly these names, or null when it would be too long for an argument. */
export function namePattern(only: readonly TestCase[]): string | null {
  const names = [...new Set(only.map((test) => test.name.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')))];
  const pattern = `^(?:${names.join('|')})$`;
  return pattern.length > LONGEST_PATTERN ? null : pattern;
}

/** Where a stack first names the file, as a line number. */
export function lineInStack(stack: string, fileName: string): number | null {
  if (fileName === '') return null;
  const at = stack.indexOf(`${fileName}:`);
  const match = at === -1 ? null : /^:(\d+)/.exec(stack.slice(at + fileName.length));
  return match === null ? null : Number(match[1]);
}
