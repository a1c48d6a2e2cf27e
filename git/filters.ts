import { GitError } from './git-error.ts';

/** Settings for `-c`. */
export type GitConfig = readonly (readonly [string, string])[];

/** Runs a command again without each filter over which it fails: its program is missing here, or wants a key. */
export async function withoutBrokenFilters<T>(start: GitConfig, run: (config: GitConfig) => Promise<T>): Promise<T> {
  for (let config = start; ;) {
    try {
      return await run(config);
    } catch (error) {
      const name = failedFilter(error);
      if (name === null || config.some(([key]) => key === `filter.${name}.required`)) throw error;
      config = [...config, ...filterOff(name)];
    }
  }
}

/** Settings with which a filter neither runs nor is missed. */
export function filterOff(name: string): GitConfig {
  return [
    [`filter.${name}.smudge`, ''],
    [`filter.${name}.clean`, ''],
    [`filter.${name}.process`, ''],
    [`filter.${name}.required`, 'false'],
  ];
}

function failedFilter(error: unknown): string | null {
  if (!(error instanceof GitError)) return null;
  const named = /(?:smudge|clean) filter '?([^'\s]+)'? failed/.exec(error.stderr)?.[1];
  // The "remote" of a local command is a filter process; when it cannot be started Git does not always come to name it.
  return named ?? (error.stderr.includes('the remote end hung up unexpectedly') ? 'lfs' : null);
}
