import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { git, GitError } from './exec-git.ts';

type Config = readonly (readonly [string, string])[];

const SPARSE_OFF: Config = [
  ['core.sparseCheckout', 'false'],
  ['index.sparse', 'false'],
];

/** Writes the files of a commit into a new linked worktree; answers with the settings its Git commands need from then on. */
export async function checkOut(path: string, commit: string): Promise<Config> {
  await forgetSparsePatterns(path);
  // Files in large storage stay pointers: their contents are not ours to check, and git-lfs may be missing.
  let config: Config = [...SPARSE_OFF, ...filterOff('lfs')];
  for (;;) {
    try {
      // --reset: a try that a filter ended has left files behind.
      await git(['read-tree', '--reset', '-u', commit], { cwd: path, config });
      return config;
    } catch (error) {
      const name = failedFilter(error);
      // A filter whose program is missing here or wants a key: its files stay as they are stored.
      if (name === null || config.some(([key]) => key === `filter.${name}.required`)) throw error;
      config = [...config, ...filterOff(name)];
    }
  }
}

/** Settings with which a filter neither runs nor is missed. */
export function filterOff(name: string): Config {
  return [
    [`filter.${name}.smudge`, ''],
    [`filter.${name}.clean`, ''],
    [`filter.${name}.process`, ''],
    [`filter.${name}.required`, 'false'],
  ];
}

/** The filter over which a command failed, or null when it was something else. */
export function failedFilter(error: unknown): string | null {
  if (!(error instanceof GitError)) return null;
  return /(?:smudge|clean) filter '?([^'\s]+)'? failed/.exec(error.stderr)?.[1] ?? null;
}

/** `git worktree add` copies the patterns of the user's sparse checkout: tools here must see every file. */
async function forgetSparsePatterns(path: string): Promise<void> {
  const { stdout } = await git(['rev-parse', '--path-format=absolute', '--git-dir'], { cwd: path });
  const gitDir = stdout.replace(/\n$/, '');
  await rm(join(gitDir, 'info', 'sparse-checkout'), { force: true });
  // Present only where extensions.worktreeConfig is set; other people's git commands in the worktree read it.
  const own = join(gitDir, 'config.worktree');
  for (const [key] of SPARSE_OFF) await git(['config', '--file', own, '--unset-all', key], { okCodes: [0, 1, 3, 5] });
}
