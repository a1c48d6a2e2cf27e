/** The run with nothing to do on 50,000 files and 10,000 ledger events against that on a small repository, and its memory. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDist } from '../build.ts';
import { projectRoot } from './install-packed.ts';
import { fillLedger } from './fill-ledger.ts';
import { interleave, judge, mustRun, printTimings, ratio } from './measure.ts';
import { agentBin, agentRun, mustBeUnchanged } from './upkeep.ts';

const FILES = 50_000;
const EVENTS = 10_000;
const ROUNDS = 21;
const KILOBYTES_A_MEGABYTE = 1000;
const folder = mkdtempSync(join(tmpdir(), 'upkeep-large-'));

function makeRepository(name: string, files: number): string {
  const path = join(folder, name);
  mkdirSync(path);
  const perFolder = 250;
  for (let index = 0; index < files; index++) {
    const at = join(path, 'data', String(Math.floor(index / perFolder)));
    if (index % perFolder === 0) mkdirSync(at, { recursive: true });
    writeFileSync(join(at, `${index}.dat`), `${index}\n`);
  }
  writeFileSync(join(path, 'README.md'), '# Repository\n\nSome words.\n');
  mustRun(['git', 'init', '-q', '-b', 'main'], { cwd: path });
  mustRun(['git', 'add', '-A'], { cwd: path });
  mustRun(['git', '-c', 'user.name=Bench', '-c', 'user.email=bench@example.test', 'commit', '-q', '-m', 'chore: start'], { cwd: path });
  return path;
}

/** Most memory that our process ever held, in megabytes, as the kernel counted it when it ended. */
function peakMegabytes(cwd: string): number {
  const report = join(folder, 'peak');
  const hook = join(folder, 'peak.cjs');
  writeFileSync(
    hook,
    `process.on('exit', () => require('fs').writeFileSync(${JSON.stringify(report)}, String(process.resourceUsage().maxRSS)));\n`,
  );
  const { status, stderr } = spawnSync(process.execPath, ['--require', hook, agentBin, 'run', '--delivery', 'none'], {
    cwd,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`agent run ended with ${status}: ${stderr}`);
  return Number(readFileSync(report, 'utf8')) / KILOBYTES_A_MEGABYTE;
}

try {
  await buildDist(projectRoot);
  const small = makeRepository('small', 20);
  const large = makeRepository('large', FILES);
  await fillLedger(large, EVENTS);
  for (const path of [small, large]) {
    agentRun(path);
    mustBeUnchanged(agentRun(path));
  }

  const run = (cwd: string) => (): void => void mustRun([process.execPath, agentBin, 'run', '--delivery', 'none'], { cwd });
  const timings = interleave(
    [
      { name: 'small repository', run: run(small) },
      { name: `${FILES} files, ${EVENTS} events`, run: run(large) },
    ],
    ROUNDS,
  );
  printTimings(timings);
  judge([
    { what: 'no-change run, large / small', value: ratio(timings, [`${FILES} files, ${EVENTS} events`, 'small repository']), atMost: 2 },
    { what: 'megabytes of our process at most', value: peakMegabytes(large), atMost: 200 },
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
