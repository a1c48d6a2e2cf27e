/** A commit's tree id and a few of its files, in one process. */
import { git } from './exec-git.ts';
import { fetchMissingBlobs, isPartialClone } from './partial-clone.ts';
import type { Repository } from './repository.ts';

export interface CommitFiles {
  readonly treeId: string;
  /** Content of those of the asked paths that are files in the commit. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** Reads `paths` (repository-relative, without newlines) of `commit` with one `git cat-file --batch`. Throws GitError. */
export async function readCommit(repository: Repository, commit: string, paths: readonly string[]): Promise<CommitFiles> {
  // Left to itself, git would fetch one file after the other.
  if (await isPartialClone(repository)) await fetchMissingBlobs(repository, await blobsAt(repository, commit, paths));
  const names = [`${commit}^{tree}`, ...paths.map((path) => `${commit}:${path}`)];
  const { stdoutBytes } = await git(['cat-file', '--batch'], { gitDir: repository.gitDir, input: `${names.join('\n')}\n` });
  const answers = parseBatch(stdoutBytes, names.length);
  const files = new Map<string, Buffer>();
  for (const [index, path] of paths.entries()) {
    const answer = answers[index + 1];
    if (answer?.type === 'blob') files.set(path, answer.content);
  }
  return { treeId: answers[0]?.id ?? '', files };
}

async function blobsAt({ gitDir }: Repository, commit: string, paths: readonly string[]): Promise<string[]> {
  const args = ['--literal-pathspecs', 'ls-tree', '-z', '--full-tree', '--end-of-options', commit, '--', ...paths];
  const { stdout } = await git(args, { gitDir });
  return stdout.split('\0').flatMap((line) => /^\d+ blob ([0-9a-f]+)\t/.exec(line)?.[1] ?? []);
}

interface Answer {
  readonly id: string;
  readonly type: string;
  readonly content: Buffer;
}

/** `<id> <type> <size>LF<content>LF` for each name, or one line that ends in "missing" or the like. */
function parseBatch(bytes: Buffer, count: number): (Answer | null)[] {
  const answers: (Answer | null)[] = [];
  let at = 0;
  while (answers.length < count && at < bytes.length) {
    const end = bytes.indexOf(0x0a, at);
    const header = /^([0-9a-f]{40,64}) (blob|tree|commit|tag) (\d+)$/.exec(bytes.toString('utf8', at, end));
    at = end + 1;
    if (header === null) {
      answers.push(null);
      continue;
    }
    const [, id = '', type = '', size = '0'] = header;
    answers.push({ id, type, content: bytes.subarray(at, at + Number(size)) });
    at += Number(size) + 1;
  }
  return answers;
}
