/** What of a run is in a clone of its repository: its commit, and the lines that it found something in. */
import { openRepository } from '../../git/repository.ts';
import { showCommit, showDiff, type ShownCommit } from '../../git/show-commit.ts';
import { readPath } from '../../git/tree.ts';
import type { GitDirectory } from '../../git/repository.ts';
import type { DetailedRun } from '../../prisma/read/run-details.ts';
import type { Dashboard } from './dashboard.ts';

type Clones = Pick<Dashboard, 'pathOf' | 'redact' | 'onProblem'>;

const SHA = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
const MOST_DIFF_BYTES = 2 * 1024 * 1024;
const MOST_FILE_BYTES = 2 * 1024 * 1024;
const LINES_AROUND = 5;
const LONGEST_LINE = 500;
const MOST_FILES = 1000;

/** Null: no commit, no clone here, or not in it. */
export async function commitOf(run: Pick<DetailedRun, 'commit' | 'repositoryId'>, clones: Clones): Promise<ShownCommit | null> {
  const found = await inClone(run.repositoryId, clones, (clone) =>
    isSha(run.commit) ? showCommit(clone, run.commit) : Promise.resolve(null),
  );
  return found === null ? null : { subject: clones.redact(found.subject), files: found.files.slice(0, MOST_FILES) };
}

export async function diffOf(
  run: Pick<DetailedRun, 'commit' | 'repositoryId'>,
  clones: Clones,
): Promise<{ readonly diff: string; readonly isCut: boolean; readonly files: ShownCommit['files'] } | null> {
  return inClone(run.repositoryId, clones, async (clone) => {
    if (!isSha(run.commit)) return null;
    const commit = await showCommit(clone, run.commit);
    if (commit === null) return null;
    const { text, isCut } = await showDiff(clone, { sha: run.commit, files: commit.files, mostBytes: MOST_DIFF_BYTES });
    return { diff: clones.redact(text), isCut: isCut || commit.files.length > MOST_FILES, files: commit.files.slice(0, MOST_FILES) };
  });
}

/** Lines around one of a file as the run found it. */
export async function excerptOf(
  run: Pick<DetailedRun, 'base' | 'repositoryId'>,
  place: { readonly path: string; readonly line: number },
  clones: Clones,
): Promise<{ readonly from: number; readonly lines: string[] } | null> {
  const content = await inClone(run.repositoryId, clones, (clone) =>
    isSha(run.base) ? readPath(clone, run.base, place.path) : Promise.resolve(null),
  );
  if (content === null || content.length > MOST_FILE_BYTES || content.includes(0)) return null;
  // Whole, so that what reaches over lines is seen.
  const lines = clones.redact(content.toString('utf8')).split(/\r\n|\n|\r/);
  const from = Math.max(1, Math.min(place.line, lines.length) - LINES_AROUND);
  return { from, lines: lines.slice(from - 1, from + 2 * LINES_AROUND).map((line) => line.slice(0, LONGEST_LINE)) };
}

/** First lines of messages, by commit; those that are not here are absent. */
export async function subjectsOf(
  commits: readonly { readonly sha: string; readonly repositoryId: string }[],
  clones: Clones,
): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(
    commits.map(async ({ sha, repositoryId }) => [sha, (await commitOf({ commit: sha, repositoryId }, clones))?.subject] as const),
  );
  return new Map(found.flatMap(([sha, subject]) => (subject === undefined ? [] : [[sha, subject] as const])));
}

function isSha(text: string | null): text is string {
  return text !== null && SHA.test(text);
}

/** Null: there is no clone of it here, or it cannot be read, which is told. */
async function inClone<Result>(
  repositoryId: string,
  clones: Clones,
  work: (clone: GitDirectory) => Promise<Result | null>,
): Promise<Result | null> {
  const path = clones.pathOf(repositoryId);
  if (path === null) return null;
  try {
    return await work(await openRepository(path));
  } catch (error) {
    clones.onProblem('a commit could not be shown', error);
    return null;
  }
}
