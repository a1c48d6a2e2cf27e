/** What is to be checked: which commit of which branch, and what of the person's tree is not looked at. */
import { GitError } from '../../git/exec-git.ts';
import { resolveRef } from '../../git/refs.ts';
import { openRepository } from '../../git/repository.ts';
import type { Repository } from '../../git/repository.ts';
import type { RunFlags } from '../run-flags.ts';
import { UsageError } from '../usage-error.ts';

export interface Look {
  readonly repository: Repository;
  /** The commit that is checked. */
  readonly base: string;
  /** The commit that people know: the same, or HEAD where that is a snapshot. */
  readonly known: string;
  readonly branch: string | null;
  /** Whether `base` is a snapshot of uncommitted work. */
  readonly isSnapshot: boolean;
}

/** Opens the repository and settles on a commit. Throws UsageError and GitError with clear words. */
export async function look(cwd: string, flags: Pick<RunFlags, 'base' | 'workingTree'>): Promise<Look> {
  const repository = await openRepository(cwd);
  if (repository.head === null) {
    throw new UsageError(`${repository.branch ?? 'HEAD'} has no commit yet: agents check commits, so make the first one and run again`);
  }
  if (flags.workingTree) {
    if (repository.root === null) throw new UsageError('--working-tree needs a working tree, and this repository is bare');
    const { snapshotWorkingTree } = await import('../../git/snapshot.ts');
    const base = await snapshotWorkingTree(repository);
    return { repository, base, known: repository.head, branch: repository.branch, isSnapshot: true };
  }
  const base = flags.base === undefined ? repository.head : await resolveRef(repository, flags.base);
  if (base === null) throw new UsageError(`--base ${flags.base ?? ''}: there is no such commit here`);
  return { repository, base, known: base, branch: repository.branch, isSnapshot: false };
}

/** Paths of the person's tree that differ from HEAD; empty for a bare repository. Never fails a run. */
export async function uncommitted(repository: Repository): Promise<{ path: string }[]> {
  if (repository.root === null) return [];
  const { uncommittedFiles } = await import('../../git/status.ts');
  try {
    return (await uncommittedFiles(repository)).map(({ path }) => ({ path }));
  } catch (error) {
    if (error instanceof GitError) return [];
    throw error;
  }
}
