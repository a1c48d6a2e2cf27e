/** What one commit changed, as people read it; bounded, whatever the commit holds. */
import { git, GitError } from './exec-git.ts';
import { requireObjectId } from './object-id.ts';
import type { GitDirectory } from './repository.ts';

export interface ShownCommit {
  /** First line of the message. */
  readonly subject: string;
  readonly files: readonly ShownFile[];
}

export interface ShownFile {
  readonly path: string;
  /** Null: binary. */
  readonly added: number | null;
  readonly removed: number | null;
}

export interface ShownDiff {
  /** Unified. */
  readonly text: string;
  /** Files that are left out, or whose changes are. */
  readonly isCut: boolean;
}

const LONGEST_SUBJECT = 300;
const TIME_MS = 10_000;
const MOST_LIST_BYTES = 4 * 1024 * 1024;
/** Nothing that a repository can set decides how it is shown, or runs a program. */
const PLAIN = ['--no-ext-diff', '--no-textconv', '--no-color', '--no-renames', '-r', '--root', '-m', '--first-parent', '--no-commit-id'];

/** Null: there is no such commit here. Throws GitError. */
export async function showCommit(repository: GitDirectory, sha: string): Promise<ShownCommit | null> {
  const { gitDir } = repository;
  const commit = requireObjectId(sha);
  const bounds = { gitDir, timeoutMs: TIME_MS, maxOutputBytes: MOST_LIST_BYTES };
  const { exitCode } = await git(['cat-file', '-e', `${commit}^{commit}`], { ...bounds, okCodes: [0, 1, 128] });
  if (exitCode !== 0) return null;
  const [subject, numbers] = await Promise.all([
    git(['log', '-1', '--no-show-signature', '--format=%s', commit], bounds),
    git(['diff-tree', ...PLAIN, '--numstat', '-z', commit], bounds),
  ]);
  return { subject: subject.stdout.trimEnd().slice(0, LONGEST_SUBJECT), files: filesOf(numbers.stdout) };
}

/** The changes of a commit against its first parent, in at most `mostBytes`: whole files, the first ones. Throws GitError. */
export async function showDiff(
  repository: GitDirectory,
  { sha, files, mostBytes }: { readonly sha: string; readonly files: readonly ShownFile[]; readonly mostBytes: number },
): Promise<ShownDiff> {
  const { gitDir } = repository;
  const commit = requireObjectId(sha);
  const patchOf = async (paths: readonly string[], most: number): Promise<string | null> => {
    const args = ['--literal-pathspecs', 'diff-tree', ...PLAIN, '-p', commit, '--', ...paths];
    try {
      return (await git(args, { gitDir, timeoutMs: TIME_MS, maxOutputBytes: most })).stdout;
    } catch (error) {
      if (error instanceof GitError && error.code === 'output-limit') return null;
      throw error;
    }
  };
  if (files.length === 0) return { text: '', isCut: false };
  const whole = files.length <= MOST_PATHS ? await patchOf(pathsOf(files), mostBytes) : null;
  if (whole !== null) return { text: whole, isCut: false };
  let text = '';
  for (const file of files.slice(0, MOST_ALONE)) {
    const patch = await patchOf([file.path], mostBytes - Buffer.byteLength(text));
    if (patch === null) break;
    text += patch;
  }
  return { text, isCut: true };
}

/** In one command line. */
const MOST_PATHS = 500;
const MOST_ALONE = 50;

function pathsOf(files: readonly ShownFile[]): string[] {
  return files.map(({ path }) => path);
}

function filesOf(numstat: string): ShownFile[] {
  return numstat.split('\0').flatMap((line) => {
    const [, added = '', removed = '', path] = /^(\d+|-)\t(\d+|-)\t(.+)$/s.exec(line) ?? [];
    return path === undefined
      ? []
      : [{ path, added: added === '-' ? null : Number(added), removed: removed === '-' ? null : Number(removed) }];
  });
}
