import { git } from './exec-git.ts';
import { withoutBrokenFilters } from './filters.ts';
import type { Repository } from './repository.ts';
import { STATUS } from './status-command.ts';

/** One file of the working tree that differs from HEAD. */
export interface UncommittedFile {
  readonly path: string;
  readonly staged: boolean;
  readonly unstaged: boolean;
  readonly untracked: boolean;
}

/** The files that a person has changed, staged or added and not committed; takes no lock and writes nothing. */
export async function uncommittedFiles(repository: Pick<Repository, 'root'>): Promise<UncommittedFile[]> {
  const { root } = repository;
  if (root === null) return [];
  // Not through simple-git: every run asks this before anything else, and loading it costs more than the answer.
  const answer = await withoutBrokenFilters([], async (config) => (await git(STATUS, { cwd: root, config })).stdout);
  return answer
    .split('\0')
    .filter((record) => record !== '')
    .map((record) => {
      const [index = ' ', tree = ' '] = record;
      const untracked = index === '?';
      return { path: record.slice(3), staged: !untracked && index !== ' ', unstaged: !untracked && tree !== ' ', untracked };
    });
}
