import { rm, rmdir, mkdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkOut } from './checkout.ts';
import { fullDisk } from './disk-room.ts';
import { git, GitError } from './exec-git.ts';
import { removeLeftovers } from './leftovers.ts';
import { requireObjectId } from './object-id.ts';
import type { Repository } from './repository.ts';
import { worktreeRecords } from './worktree-list.ts';
import { removeHalfMadeRecords, WORKTREE_PREFIX, withRemovalTurn, withWorktreeTurn } from './worktree-turn.ts';

/** A detached working tree of one commit, outside the user's; disposing of it removes it. */
export interface Worktree extends AsyncDisposable {
  /** Absolute folder. */
  readonly path: string;
  /** The commit it was opened at or last reset to. */
  readonly commit: string;
  readonly repository: Repository;
  /** Settings that every Git command in it needs: sparse checkout off, filters that cannot run here off. */
  readonly config: readonly (readonly [string, string])[];
  /** Makes it exactly the tree of a commit; ignored files and node_modules stay. */
  reset(commit: string): Promise<void>;
  /** Idempotent. */
  remove(): Promise<void>;
}

/** What to open: it will stand at `<dir>/<runId>/upkeep-<label>`. */
export interface WorktreeRequest {
  readonly repository: Repository;
  readonly commit: string;
  /** Absolute folder, outside the user's working tree. */
  readonly dir: string;
  readonly runId: string;
  readonly label: string;
}

/** Opens a worktree; one after another in a repository, whoever asks, because `git worktree add` races with itself. */
export async function openWorktree(request: WorktreeRequest): Promise<Worktree> {
  const { repository, runId, label } = request;
  const commit = requireObjectId(request.commit);
  for (const name of [runId, label]) if (!/^[\w.-]{1,100}$/.test(name)) throw new TypeError(`not a name for a worktree: ${name}`);
  const parent = join(request.dir, runId);
  await mkdir(parent, { recursive: true });
  // Git records the path with its links resolved.
  const path = join(await realpath(parent), `${WORKTREE_PREFIX}${label}`);
  const reason = `upkeep ${runId} pid ${process.pid}`;
  await withWorktreeTurn(repository, async () => {
    await removeHalfMadeRecords(repository);
    const args = ['worktree', 'add', '--quiet', '--detach', '--no-checkout', '--lock', '--reason', reason, '--', path, commit];
    await git(args, { gitDir: repository.gitDir });
  });
  const remove = async (): Promise<void> => {
    await withRemovalTurn(repository, () => removeWorktree(repository, path));
    await removeIfEmpty(parent);
  };
  try {
    const config = await checkOut(path, commit);
    return new OpenWorktree({ path, commit, repository, config, remove });
  } catch (error) {
    // Asked before there is room again. What cannot be removed now is pruned by the next run.
    const full = fullDisk([path, repository.commonDir]);
    await remove().catch(() => undefined);
    throw full === null ? error : new GitError('disk-full', full.words);
  }
}

/** Removes what runs that no longer live left behind, and nothing else; answers with the folders. */
export async function pruneWorktrees(repository: Repository, isAlive: (runId: string) => boolean): Promise<string[]> {
  return withRemovalTurn(repository, async () => {
    await removeHalfMadeRecords(repository);
    await removeLeftovers(repository);
    const removed: string[] = [];
    for (const { path, lockReason } of await worktreeRecords(repository)) {
      const runId = /^upkeep (\S+) pid \d+$/.exec(lockReason ?? '')?.[1];
      if (runId === undefined || isAlive(runId)) continue;
      await removeWorktree(repository, path);
      await removeIfEmpty(dirname(path));
      removed.push(path);
    }
    return removed;
  });
}

class OpenWorktree implements Worktree {
  readonly path: string;
  readonly repository: Repository;
  readonly config: Worktree['config'];
  readonly #remove: () => Promise<void>;
  #commit: string;
  #removal: Promise<void> | null = null;

  constructor(parts: Pick<Worktree, 'path' | 'commit' | 'repository' | 'config' | 'remove'>) {
    this.path = parts.path;
    this.repository = parts.repository;
    this.config = parts.config;
    this.#commit = parts.commit;
    this.#remove = parts.remove;
  }

  get commit(): string {
    return this.#commit;
  }

  async reset(commit: string): Promise<void> {
    await git(['reset', '--hard', '--quiet', requireObjectId(commit)], { cwd: this.path, config: this.config });
    // A fix may have left new files and whole repositories; the dependencies were put there by us.
    await git(['clean', '-ffdq', '-e', 'node_modules'], { cwd: this.path, config: this.config });
    this.#commit = commit;
  }

  remove(): Promise<void> {
    this.#removal ??= this.#remove();
    return this.#removal;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.remove();
  }
}

async function removeWorktree(repository: Repository, path: string): Promise<void> {
  // Twice --force: it is locked. 128: it is not there any more.
  const { exitCode } = await git(['worktree', 'remove', '--force', '--force', '--', path], {
    gitDir: repository.gitDir,
    okCodes: [0, 128],
  });
  // A tool that was ended may have written once more after Git had listed the folder.
  await rm(path, { recursive: true, force: true, maxRetries: 3 });
  if (exitCode !== 0 && (await worktreeRecords(repository)).some((record) => record.path === path)) {
    await git(['worktree', 'remove', '--force', '--force', '--', path], { gitDir: repository.gitDir });
  }
}

async function removeIfEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (!['ENOTEMPTY', 'ENOENT', 'EEXIST'].includes(error.code ?? '')) throw error;
  });
}
