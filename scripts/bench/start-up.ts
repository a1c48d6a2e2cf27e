/** The run with nothing to do against `node -e 0`, and against a fully cached `turbo run lint test` of the same workspace. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDist } from '../build.ts';
import { installInto, projectRoot } from './install-packed.ts';
import { interleave, judge, mustRun, printTimings, ratio } from './measure.ts';
import { agentBin, agentRun, mustBeUnchanged } from './upkeep.ts';
import { makeWorkspace } from './workspace.ts';

const ROUNDS = 21;
const folder = mkdtempSync(join(tmpdir(), 'upkeep-start-up-'));
const workspace = join(folder, 'workspace');

try {
  await buildDist(projectRoot);
  makeWorkspace(workspace, { packages: 3, modulesPerPackage: 20, faulty: false, scripts: 'packages' });
  const first = agentRun(workspace);
  console.log(`first run: ${first.runs.map(({ agent, outcome }) => `${agent} ${outcome}`).join(', ')}`);
  if (first.exitCode !== 0) throw new Error('the workspace should be clean for this benchmark');
  mustBeUnchanged(agentRun(workspace));

  // The peer gets a folder of its own, so that the workspace's lockfile stays as it is.
  const peer = join(folder, 'turbo');
  installInto(peer, ['turbo@2']);
  const turbo = join(peer, 'node_modules', '.bin', 'turbo');
  const turboRun = (): string =>
    mustRun([turbo, 'run', 'lint', 'test', '--no-daemon', '--output-logs=none'], {
      cwd: workspace,
      env: { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
    });
  turboRun();
  if (!/FULL TURBO/.test(turboRun())) throw new Error('turbo did not answer from its cache');

  const timings = interleave(
    [
      { name: 'node -e 0', run: () => void mustRun([process.execPath, '-e', '0'], { cwd: workspace }) },
      {
        name: 'agent run, nothing to do',
        run: () => void mustRun([process.execPath, agentBin, 'run', '--delivery', 'none'], { cwd: workspace }),
      },
      { name: 'turbo run lint test, fully cached', run: () => void turboRun() },
    ],
    ROUNDS,
  );
  mustBeUnchanged(agentRun(workspace));
  printTimings(timings);
  judge([
    { what: 'agent run with nothing to do / node -e 0', value: ratio(timings, ['agent run, nothing to do', 'node -e 0']), atMost: 5 },
    {
      what: 'agent run with nothing to do / turbo fully cached',
      value: ratio(timings, ['agent run, nothing to do', 'turbo run lint test, fully cached']),
      atMost: 1,
    },
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
