import { git, GitError } from './exec-git.ts';
import { locksNamedIn } from './git-error.ts';
import { botIdentity } from './identity.ts';
import { requireObjectId } from './object-id.ts';
import type { GitDirectory } from './repository.ts';

/** Whether a ref was moved, and when not, why not and where it is. */
export type RefUpdate =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'moved' | 'invalid'; readonly actual: string | null }
  /** `lock`: the lock file that git names, absolute. */
  | { readonly ok: false; readonly reason: 'locked'; readonly actual: string | null; readonly lock: string | null };

/** The commit that a ref or a revision names; null when there is none. */
export async function resolveRef(repository: GitDirectory, ref: string): Promise<string | null> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`];
  return (await git(args, { gitDir: repository.gitDir, okCodes: [0, 1, 128] })).stdout.trim() || null;
}

/** Where a ref is expected to be and where it goes; null (or zeros) is: nowhere. */
export interface RefMove {
  readonly from: string | null;
  readonly to: string | null;
}

/** Compare-and-swap: creates, moves or deletes `ref`, but only while it is where it is expected. */
export async function updateRef(repository: GitDirectory, ref: string, { from, to }: RefMove): Promise<RefUpdate> {
  const old = from === null || /^0+$/.test(from) ? null : requireObjectId(from);
  if (!(await isValidRefName(ref))) return { ok: false, reason: 'invalid', actual: null };
  if (to === null && old === null) {
    const actual = await refTarget(repository, ref);
    return actual === null ? { ok: true } : { ok: false, reason: 'moved', actual };
  }
  // An empty old value demands absence when creating, but means "whatever" when deleting: excluded above.
  const args = to === null ? ['-d', ref, old ?? ''] : [ref, requireObjectId(to), old ?? '0'.repeat(to.length)];
  try {
    await git(['update-ref', '--no-deref', '-m', 'upkeep', ...args], { gitDir: repository.gitDir, env: botIdentity() });
    return { ok: true };
  } catch (error) {
    if (!(error instanceof GitError) || !['failed', 'locked'].includes(error.code)) throw error;
    const actual = await refTarget(repository, ref);
    if (error.code === 'locked') return { ok: false, reason: 'locked', actual, lock: locksNamedIn(error.stderr)[0] ?? null };
    if (actual !== old) return { ok: false, reason: 'moved', actual };
    return { ok: false, reason: 'invalid', actual };
  }
}

/** Refs below a prefix such as "refs/upkeep/", with the object each points at. */
export async function listRefs(repository: GitDirectory, prefix: string): Promise<Map<string, string>> {
  const { stdout } = await git(['for-each-ref', '--format=%(objectname) %(refname)', '--', prefix], { gitDir: repository.gitDir });
  const refs = new Map<string, string>();
  for (const line of stdout.split('\n')) {
    const space = line.indexOf(' ');
    if (space > 0) refs.set(line.slice(space + 1), line.slice(0, space));
  }
  return refs;
}

/** Whether Git accepts this full name of a ref ("refs/…"). */
export async function isValidRefName(ref: string): Promise<boolean> {
  // A NUL cannot be passed in an argument at all.
  if (!ref.startsWith('refs/') || ref.includes('\0')) return false;
  return (await git(['check-ref-format', ref], { okCodes: [0, 1] })).exitCode === 0;
}

/** Whether Git accepts this short name of a branch, and no command could take it for an option. */
export async function isValidBranchName(name: string): Promise<boolean> {
  return !name.startsWith('-') && name !== 'HEAD' && (await isValidRefName(`refs/heads/${name}`));
}

/** What a ref points at, whatever kind of object it is; null when it is absent. */
export async function refTarget(repository: GitDirectory, ref: string): Promise<string | null> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', ref];
  return (await git(args, { gitDir: repository.gitDir, okCodes: [0, 1, 128] })).stdout.trim() || null;
}
