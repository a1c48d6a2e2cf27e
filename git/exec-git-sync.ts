/** Git asked without waiting for the event loop: for the quick answer of a run with nothing to do, where every millisecond shows. */
import { spawnSync } from 'node:child_process';
import { gitArguments } from './exec-git.ts';
import type { GitOptions } from './exec-git.ts';
import { gitEnvironment } from './git-environment.ts';

/** Bytes that git printed; null when it has anything to object. */
export function gitSync(args: readonly string[], options: Pick<GitOptions, 'config' | 'env'> & { readonly cwd: string }): Buffer | null {
  const { status, stdout } = spawnSync('git', gitArguments(args, options), {
    cwd: options.cwd,
    env: gitEnvironment(options.env),
    encoding: 'buffer',
    maxBuffer: 64 << 20,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === 0 ? stdout : null;
}
