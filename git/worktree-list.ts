import { git } from './exec-git.ts';
import type { GitDirectory } from './repository.ts';

/** One working tree as Git has it on record. */
export interface WorktreeRecord {
  readonly path: string;
  /** Short name; null when detached or bare. */
  readonly branch: string | null;
  /** Null when it is not locked. */
  readonly lockReason: string | null;
}

/** All working trees of a repository, the main one first. */
export async function worktreeRecords(repository: GitDirectory): Promise<WorktreeRecord[]> {
  const { stdout } = await git(['worktree', 'list', '--porcelain', '-z'], { gitDir: repository.gitDir });
  return stdout.split('\0\0').flatMap((record) => {
    const fields = record.split('\0');
    const value = (name: string): string | null => {
      const field = fields.find((text) => text === name || text.startsWith(`${name} `));
      return field === undefined ? null : field.slice(name.length + 1);
    };
    const path = value('worktree');
    if (path === null) return [];
    const branch = value('branch');
    return [{ path, branch: branch?.replace(/^refs\/heads\//, '') ?? null, lockReason: value('locked') }];
  });
}
