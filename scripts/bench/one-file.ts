/**
 * A workspace of twenty packages in which one file has changed since everything passed, against the full run of it; and a second clone of
 * what was checked elsewhere, against the clone that checked it.
 */
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDist } from '../build.ts';
import { projectRoot } from './install-packed.ts';
import { interleave, judge, median, mustRun, printTimings, ratio } from './measure.ts';
import { agentRun, mustBeUnchanged, type RunDocument } from './upkeep.ts';
import { makeWorkspace } from './workspace.ts';

const ROUNDS = Number(process.argv[2] ?? 5);
const CLONE_ROUNDS = 15;
const folder = mkdtempSync(join(tmpdir(), 'upkeep-one-file-'));
const [workspace, origin, other] = ['workspace', 'origin.git', 'other'].map((name) => join(folder, name)) as [string, string, string];
const git = (cwd: string, ...args: string[]): string =>
  mustRun(['git', '-c', 'user.name=Bench', '-c', 'user.email=bench@example.test', ...args], { cwd });

/** The run that everything is compared with is clean, and looked at something. */
function mustBeClean(document: RunDocument, what: string): void {
  const checks = document.runs.flatMap((run) => run.checks);
  if (document.exitCode !== 0 || checks.length === 0)
    throw new Error(
      `${what} should be clean: ${JSON.stringify(document.runs.map(({ agent, outcome, reason }) => ({ agent, outcome, reason })))}`,
    );
}

/** A line more in one module, committed. */
function changeOneFile(round: number): void {
  appendFileSync(join(workspace, 'packages/p7/src/m3.ts'), `// Change ${round}.\n`);
  git(workspace, 'commit', '-q', '-am', `feat: change one file ${round}`);
}

try {
  await buildDist(projectRoot);
  makeWorkspace(workspace, { packages: 20, modulesPerPackage: 20, faulty: false, scripts: 'packages' });
  mustBeClean(agentRun(workspace), 'the first run');

  let round = 0;
  const timings = interleave(
    [
      { name: 'full run', run: () => mustBeClean(agentRun(workspace, ['--force']), 'a full run') },
      {
        name: 'one file changed',
        prepare: () => changeOneFile((round += 1)),
        run: () => mustBeClean(agentRun(workspace), 'a run after one change'),
      },
    ],
    ROUNDS,
  );
  printTimings(timings);

  // A second clone has the same dependencies, and what the remote has: the branch and the ledger.
  git(folder, 'clone', '-q', '--bare', workspace, origin);
  git(workspace, 'remote', 'add', 'origin', origin);
  git(workspace, 'push', '-q', '-u', 'origin', 'main');
  // As CI does, which remembers for everybody.
  const pushing = ['--ci', '--delivery', 'push'];
  agentRun(workspace, ['--force', ...pushing]);
  mustBeUnchanged(agentRun(workspace, pushing));
  git(folder, 'clone', '-q', origin, other);
  cpSync(join(workspace, 'node_modules'), join(other, 'node_modules'), { recursive: true, verbatimSymlinks: true });
  const forget = (): void => rmSync(join(other, '.git', 'upkeep'), { recursive: true, force: true });
  const fetched = join(folder, 'fetched.git');
  const clones = interleave(
    [
      { name: 'the first clone, nothing changed', run: () => mustBeUnchanged(agentRun(workspace, pushing)) },
      {
        name: 'a second clone, for the first time',
        prepare: forget,
        run: () => mustBeUnchanged(agentRun(other, pushing)),
      },
      {
        name: 'git fetch of one ref',
        prepare: () => {
          rmSync(fetched, { recursive: true, force: true });
          git(folder, 'init', '-q', '--bare', fetched);
        },
        run: () => void git(fetched, 'fetch', '-q', origin, 'refs/upkeep/ledger:refs/upkeep/ledger'),
      },
    ],
    CLONE_ROUNDS,
  );
  printTimings(clones);
  const of = (name: string): number => median(clones.get(name) ?? []);
  judge([
    { what: 'one changed file of 20 packages / full run', value: ratio(timings, ['one file changed', 'full run']), atMost: 0.25 },
    {
      what: 'a second clone / the first one and a fetch',
      value: of('a second clone, for the first time') / (of('the first clone, nothing changed') + of('git fetch of one ref')),
      atMost: 1,
    },
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
