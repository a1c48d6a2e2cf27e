import { requireObjectId } from './object-id.ts';
import type { Repository } from './repository.ts';
import { readWith } from './simple-git-reader.ts';

/** One commit of the history, in short. */
export interface HistoryCommit {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly authorName: string;
  readonly authorEmail: string;
  /** ISO 8601. */
  readonly date: string;
  readonly subject: string;
  readonly message: string;
}

/** The newest commits that `from` contains, newest first; what a shallow clone lacks is left out. */
export async function recentCommits(repository: Repository, from: string, limit: number): Promise<HistoryCommit[]> {
  const options = {
    format: { sha: '%H', parents: '%P', authorName: '%an', authorEmail: '%ae', date: '%aI', subject: '%s', message: '%B' },
    multiLine: true,
    maxCount: limit,
    // As custom options, because `from` and `to` mean a range.
    [requireObjectId(from)]: null,
  };
  const { all } = await readWith(repository.root ?? repository.gitDir, async (git) => git.log(options));
  return all.map((commit) => ({
    ...commit,
    parents: commit.parents.split(' ').filter((parent) => parent !== ''),
    message: commit.message.replace(/\n$/, ''),
  }));
}
