import { spawnSync } from 'node:child_process';
import { gitArguments } from './exec-git.ts';
import { gitEnvironment } from './git-environment.ts';
import { STATUS } from './status-command.ts';

/** The number of files that differ from HEAD, asked without waiting for the event loop; null when git has anything to object. */
export function countUncommitted(root: string): number | null {
  const { status, stdout } = spawnSync('git', gitArguments(STATUS, {}), {
    cwd: root,
    env: gitEnvironment(),
    encoding: 'buffer',
    maxBuffer: 64 << 20,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if (status !== 0) return null;
  let records = 0;
  for (let at = stdout.indexOf(0); at >= 0; at = stdout.indexOf(0, at + 1)) records += 1;
  return records;
}
