/** Finds which packages of a repository have tests, and how its scripts run them. */
import { posix } from 'node:path';
import type { PackageManifest, Project } from '../../project.ts';
import { commandOfWords, isDelegation, resolveCommand, resolvedCommands } from '../../tools/script-commands.ts';
import type { ScriptCommand } from '../../tools/script-commands.ts';
import { isInside, whyNoPackages } from '../tool-setup.ts';
import { ava } from './ava.ts';
import { jest } from './jest.ts';
import { mocha } from './mocha.ts';
import { nodeTest } from './node-test.ts';
import type { TestRunner } from './test-runner.ts';
import { vitest } from './vitest.ts';

/** A package with tests. */
export interface TestPackage {
  readonly manifest: PackageManifest;
  /** What its test script builds first. */
  readonly preparation: readonly ScriptCommand[];
  /** What its test script runs; empty when only a shell can run it. */
  readonly steps: readonly TestStep[];
  /** Packages below it that are tested by themselves, relative to it. */
  readonly nested: readonly string[];
}

/** One thing that a test script runs. */
export interface TestStep {
  /** Null: a program that is judged by its exit code. */
  readonly runner: TestRunner | null;
  readonly command: ScriptCommand;
  /** The coverage tool that the script puts before it, with its options. */
  readonly wrapper: CoverageWrapper | null;
}

/** c8 or nyc as a script calls it. */
export interface CoverageWrapper {
  readonly tool: 'c8' | 'nyc';
  readonly flags: readonly string[];
}

export type TestSearch =
  { readonly packages: readonly [TestPackage, ...TestPackage[]] } | { readonly packages: null; readonly why: string };

const RUNNERS: readonly TestRunner[] = [vitest, jest, mocha, ava];

/** Programs that look at code and are checks of their own, or that need a browser: not this check's business. */
const NOT_TESTS =
  /^(eslint|prettier|biome|oxlint|stylelint|knip|depcheck|publint|attw|cspell|markdownlint(-cli2?)?|commitlint|vue-tsc|svelte-check|dprint|ls-lint|echo|true|playwright|cypress|wdio|nightwatch|husky)$/;

/** Programs that make what the tests need. */
const BUILDERS =
  /^(tsc|tsup|tsdown|tsx|rollup|rolldown|esbuild|swc|babel|webpack|vite|unbuild|ncc|microbundle|parcel|prisma|graphql-codegen|node|rimraf|rm|shx|mkdirp?|cp|cpy|cpx|del(-cli)?|copyfiles|npm|pnpm|yarn|bun)$/;

/** Vitest reads Vite's configuration too; that alone does not set it up. */
const VITE_CONFIG = /^vite(st)?(\.[\w-]+)*\.([cm]?[jt]s|json)$/;

/** What only a shell has. */
const SHELL_WORDS = new Set(['cd', 'exit', 'export', 'source', '.', 'set', 'if', 'for', 'while', 'test', '[', '!', '(']);

/** The packages that have tests, or in words why there are none. */
export async function findTestPackages(project: Project): Promise<TestSearch> {
  if (project.workspaces.length === 0) return { packages: null, why: whyNoPackages(project) };
  const found: TestPackage[] = [];
  for (const manifest of project.workspaces) {
    const plan = planPackage(project, manifest);
    if (plan !== null) found.push(plan);
  }
  const [first, ...rest] = await settleNesting(project, found);
  if (first !== undefined) return { packages: [first, ...rest] };
  const isPlaceholder = project.workspaces.some((manifest) => isPlaceholderScript(manifest.scripts.test));
  return { packages: null, why: isPlaceholder ? "the test script is npm's placeholder" : 'no package has a test script or a test runner' };
}

/** What npm writes into a new package.json. */
function isPlaceholderScript(script: string | undefined): boolean {
  return script !== undefined && /no test specified/i.test(script);
}

function planPackage(project: Project, manifest: PackageManifest): TestPackage | null {
  const { scripts } = manifest;
  const plan = (preparation: readonly ScriptCommand[], steps: readonly TestStep[]): TestPackage => ({
    manifest,
    preparation,
    steps,
    nested: [],
  });
  if (scripts.test === undefined || isPlaceholderScript(scripts.test)) {
    const step = stepWithoutScript(project, manifest);
    return step === null ? null : plan([], [step]);
  }
  const commands = resolvedCommands(scripts, 'test').filter((command) => !isDelegation(command) && !isLookOnly(command));
  if (commands.length === 0) return null;
  if (commands.some((command) => !command.plain || SHELL_WORDS.has(command.tool))) return plan([], []);
  const steps = commands.flatMap((command) => toSteps(command, scripts));
  const firstRunner = steps.findIndex((step) => step.runner !== null);
  // Without a runner that we know, the script runs as it is, unless it would wait for changes for ever.
  if (firstRunner === -1) return plan([], commands.some(isWatcher) ? steps.map(runOnce) : []);
  const isPreparation = (step: TestStep, index: number): boolean =>
    index < firstRunner && step.runner === null && BUILDERS.test(step.command.tool);
  return plan(
    steps.filter(isPreparation).map((step) => step.command),
    steps.filter((step, index) => !isPreparation(step, index)),
  );
}

/** Programs of tests that watch unless they are told not to, and how they are told. */
const ONCE: Readonly<Record<string, readonly string[]>> = { karma: ['--single-run', '--no-auto-watch'], ng: ['--watch=false'] };

function isWatcher({ tool, args }: ScriptCommand): boolean {
  return (tool === 'karma' && args[0] === 'start') || (tool === 'ng' && (args[0] === 'test' || args[0] === 't'));
}

function runOnce(step: TestStep): TestStep {
  const { command } = step;
  return isWatcher(command) ? { ...step, command: { ...command, args: [...command.args, ...(ONCE[command.tool] ?? [])] } } : step;
}

function isLookOnly(command: ScriptCommand): boolean {
  return (
    NOT_TESTS.test(command.tool) ||
    (command.tool === 'tsc' && command.args.includes('--noEmit')) ||
    (command.tool === 'vitest' && command.args[0] === 'bench')
  );
}

function toSteps(command: ScriptCommand, scripts: PackageManifest['scripts']): TestStep[] {
  if (command.tool !== 'c8' && command.tool !== 'nyc') return [{ runner: runnerOf(command), command, wrapper: null }];
  const { flags, words } = splitWrapper(command.args);
  const inner = commandOfWords(words);
  // `c8 report` and `c8 check-coverage` only read what was measured before.
  if (inner === null || ['report', 'check-coverage', 'merge'].includes(inner.tool)) return [];
  const wrapper: CoverageWrapper = { tool: command.tool, flags };
  return resolveCommand(inner, scripts)
    .filter((each) => !isLookOnly(each))
    .map((each) => ({ runner: runnerOf(each), command: { ...each, env: { ...command.env, ...each.env } }, wrapper }));
}

const WRAPPER_VALUES = [
  '-r',
  '--reporter',
  '-o',
  '--reports-dir',
  '--report-dir',
  '-n',
  '--include',
  '-x',
  '--exclude',
  '-e',
  '--extension',
  '-t',
  '--temp-directory',
  '--temp-dir',
  '-c',
  '--config',
  '--src',
  '-i',
  '--require',
  '--lines',
  '--functions',
  '--branches',
  '--statements',
  '--cwd',
  '--nycrc-path',
];
const WRAPPER_DROPPED = /^(-r|--reporter|-o|--reports-dir|--report-dir|-t|--temp-directory|--temp-dir|--silent)(=|$)/;

function splitWrapper(args: readonly string[]): { flags: string[]; words: string[] } {
  const flags: string[] = [];
  let at = 0;
  for (; at < args.length && args[at]?.startsWith('-') === true; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '--') {
      at += 1;
      break;
    }
    const words = WRAPPER_VALUES.includes(arg) ? [arg, args[(at += 1)] ?? ''] : [arg];
    if (!WRAPPER_DROPPED.test(arg)) flags.push(...words);
  }
  return { flags, words: args.slice(at) };
}

function runnerOf(command: ScriptCommand): TestRunner | null {
  if (command.tool === 'node') return command.args.includes('--test') ? nodeTest : null;
  return RUNNERS.find((runner) => runner.id === command.tool) ?? null;
}

/** A package without a test script: another script that calls a runner, or a runner that is set up. */
function stepWithoutScript(project: Project, manifest: PackageManifest): TestStep | null {
  for (const name of Object.keys(manifest.scripts)) {
    if (!/^(test|unit|spec)/.test(name) || /watch|ui|e2e|update|debug|browser/i.test(name)) continue;
    const step = resolvedCommands(manifest.scripts, name)
      .flatMap((command) => toSteps(command, manifest.scripts))
      .find((each) => each.runner !== null && each.command.plain);
    if (step !== undefined) return step;
  }
  const runner = RUNNERS.find((each) => isSetUp(project, manifest, each));
  return runner === undefined
    ? null
    : { runner, command: { tool: runner.id, args: [], env: {}, nodeFlags: [], plain: true }, wrapper: null };
}

function isSetUp(project: Project, manifest: PackageManifest, runner: TestRunner): boolean {
  if (runner.packageName === null || manifest.dependencies[runner.packageName] === undefined) return false;
  if (runner.packageKey !== null && manifest.json[runner.packageKey] !== undefined) return true;
  return configsOf(project, manifest, runner.config).length > 0;
}

function configsOf(project: Project, manifest: PackageManifest, name: RegExp | null): string[] {
  return project.files.filter((path) => {
    const dir = posix.dirname(path);
    return (dir === '.' ? '' : dir) === manifest.dir && name?.test(posix.basename(path)) === true;
  });
}

/** Keeps every test from running twice: either the upper package runs those below it (projects), or it leaves them out. */
async function settleNesting(project: Project, packages: readonly TestPackage[]): Promise<TestPackage[]> {
  const covered = new Set<TestPackage>();
  for (const upper of packages) {
    const runners = await runnersWithProjects(project, upper);
    if (runners.size === 0) continue;
    for (const lower of packages) {
      const isBelow = lower !== upper && isInside(upper.manifest.dir, lower.manifest.dir);
      if (isBelow && lower.steps.length > 0 && lower.steps.every((step) => step.runner !== null && runners.has(step.runner)))
        covered.add(lower);
    }
  }
  const kept = packages.filter((each) => !covered.has(each));
  return kept.map((upper) => {
    const below = kept.filter((lower) => lower !== upper && isInside(upper.manifest.dir, lower.manifest.dir));
    return { ...upper, nested: below.map((lower) => posix.relative(upper.manifest.dir, lower.manifest.dir)) };
  });
}

/** Runners of a package whose configuration names projects. */
async function runnersWithProjects(project: Project, each: TestPackage): Promise<Set<TestRunner>> {
  const found = new Set<TestRunner>();
  for (const { runner } of each.steps) {
    if (runner !== vitest && runner !== jest) continue;
    const configs = configsOf(project, each.manifest, runner === vitest ? VITE_CONFIG : runner.config);
    const texts = await Promise.all(configs.map((path) => project.read(path)));
    const inManifest = runner === jest ? JSON.stringify(each.manifest.json.jest ?? '') : '';
    const hasWorkspaceFile = configs.some((path) => posix.basename(path).startsWith('vitest.workspace'));
    if (hasWorkspaceFile || [...texts, inManifest].some((text) => /["']?\b(projects|workspace)["']?\s*:/.test(text ?? '')))
      found.add(runner);
  }
  return found;
}
