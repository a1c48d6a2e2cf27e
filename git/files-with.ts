/** Which files of a commit hold a text. */
import { git } from './exec-git.ts';
import { requireObjectId } from './object-id.ts';
import type { GitDirectory } from './repository.ts';

const TIME_MS = 10_000;
const MOST_BYTES = 1024 * 1024;

/** Paths in order; `names`: patterns such as `*.md`. Throws GitError. */
export async function filesWith(
  { gitDir }: GitDirectory,
  { commit, text, names }: { readonly commit: string; readonly text: string; readonly names: readonly string[] },
): Promise<string[]> {
  const id = requireObjectId(commit);
  const args = ['grep', '-l', '-z', '-F', '--no-color', '--full-name', '-e', text, id, '--', ...names];
  const { stdout } = await git(args, { gitDir, timeoutMs: TIME_MS, maxOutputBytes: MOST_BYTES, okCodes: [0, 1] });
  return stdout.split('\0').flatMap((line) => (line.startsWith(`${id}:`) ? [line.slice(id.length + 1)] : []));
}
