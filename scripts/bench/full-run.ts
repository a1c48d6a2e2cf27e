/** A full `agent run` against the same tools run by hand one after another, on the same files, with the same findings, without caches. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join, relative } from 'node:path';
import { buildDist } from '../build.ts';
import { projectRoot } from './install-packed.ts';
import { interleave, judge, mustRun, printTimings, ratio } from './measure.ts';
import { agentRun, type RunDocument } from './upkeep.ts';
import { makeWorkspace } from './workspace.ts';

const ROUNDS = 5;
const PACKAGES = 3;
const folder = mkdtempSync(join(tmpdir(), 'upkeep-full-run-'));
const workspace = join(folder, 'workspace');
const vitestReport = join(folder, 'vitest.json');

interface EslintResult {
  readonly filePath: string;
  readonly messages: readonly { readonly line: number; readonly ruleId: string | null }[];
}

interface VitestResult {
  readonly numTotalTests: number;
  readonly numFailedTests: number;
}

/** What a person finds by hand. */
interface ByHand {
  readonly eslint: readonly string[];
  readonly unformatted: readonly string[];
  readonly tests: VitestResult;
}

function byHand(): ByHand {
  const npx = (args: readonly string[], accept: readonly number[] = [0]): string =>
    mustRun(['npx', '--no-install', ...args], { cwd: workspace, accept });
  const eslint = JSON.parse(npx(['eslint', '-f', 'json', '.'], [0, 1])) as EslintResult[];
  const unformatted = npx(['prettier', '--list-different', '.'], [0, 1]);
  for (let index = 0; index < PACKAGES; index++) npx(['tsc', '--noEmit', '-p', `packages/p${index}`]);
  npx(['vitest', 'run', '--reporter=json', `--outputFile=${vitestReport}`]);
  const tests = JSON.parse(readFileSync(vitestReport, 'utf8')) as VitestResult;
  npx(['markdownlint-cli2', '**/*.md', '#node_modules', '#**/node_modules']);
  npx(['knip', '--no-exit-code', '--reporter', 'json']);
  return {
    eslint: eslint
      .flatMap(({ filePath, messages }) => messages.map(({ line, ruleId }) => `${inWorkspace(filePath)}:${line} ${ruleId}`))
      .sort(),
    unformatted: unformatted
      .split('\n')
      .filter((line) => line !== '')
      .sort(),
    tests,
  };
}

function inWorkspace(path: string): string {
  return isAbsolute(path) ? relative(workspace, path) : path;
}

function byAgents(document: RunDocument, check: string): string[] {
  const runs = document.runs.flatMap(({ checks }) => checks.filter((one) => one.check === check));
  if (runs.length === 0) throw new Error(`no agent ran ${check}`);
  const bad = runs.find(({ outcome }) => outcome === 'errored' || outcome === 'skipped');
  if (bad !== undefined) throw new Error(`${check} ended ${bad.outcome}`);
  return runs
    .flatMap(({ findings }) => findings.map(({ path, line, rule }) => (check === 'prettier' ? `${path}` : `${path}:${line} ${rule}`)))
    .sort();
}

function mustBeEqual(what: string, hand: readonly string[], agents: readonly string[]): void {
  const [one, other] = [JSON.stringify(hand), JSON.stringify([...new Set(agents)])];
  if (one !== other) throw new Error(`${what} differ:\nby hand  ${one}\nby agents ${other}`);
  console.log(`${what}: the same ${hand.length} by hand and by agents`);
}

// Tools that are run by hand keep compiled code in the temporary folder, those of agents must not: without it on either side.
process.env['NODE_DISABLE_COMPILE_CACHE'] = '1';

try {
  await buildDist(projectRoot);
  makeWorkspace(workspace, { packages: PACKAGES, modulesPerPackage: 40, faulty: true, scripts: 'root' });
  const everything = (): RunDocument => agentRun(workspace, ['--force', '--no-fix']);

  const hand = byHand();
  const document = everything();
  if (hand.eslint.length === 0 || hand.tests.numTotalTests === 0) throw new Error('nothing to find: the benchmark would prove nothing');
  mustBeEqual('findings of ESLint', hand.eslint, byAgents(document, 'eslint'));
  mustBeEqual('unformatted files', hand.unformatted, byAgents(document, 'prettier'));
  mustBeEqual('type errors', [], byAgents(document, 'type-check'));
  mustBeEqual('findings in Markdown', [], byAgents(document, 'markdown'));
  mustBeEqual('failing tests', Array.from({ length: hand.tests.numFailedTests }, String), byAgents(document, 'tests'));

  const timings = interleave(
    [
      { name: 'by hand, one after another', run: () => void byHand() },
      { name: 'agent run --force --no-fix', run: () => void everything() },
    ],
    ROUNDS,
  );
  printTimings(timings);
  judge([
    {
      what: 'full agent run / the same by hand',
      value: ratio(timings, ['agent run --force --no-fix', 'by hand, one after another']),
      atMost: 0.8,
    },
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
