import { readFile, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { git, GitError } from './exec-git.ts';

/** Where a repository keeps its objects and refs: all that plumbing needs. */
export interface GitDirectory {
  readonly gitDir: string;
  /** Absolute folder of the working tree, to which addresses of remotes are relative; null or absent: they are relative to `gitDir`. */
  readonly root?: string | null | undefined;
}

/** A repository as it was found, and what its HEAD said then. */
export interface Repository extends GitDirectory {
  /** Absolute folder of the working tree; null when bare. */
  readonly root: string | null;
  /** Absolute; of this working tree when it is a linked one. */
  readonly gitDir: string;
  /** Absolute; shared by all working trees. */
  readonly commonDir: string;
  readonly bare: boolean;
  readonly shallow: boolean;
  /** The commit of HEAD; null while there is none. */
  readonly head: string | null;
  /** Short name of the branch that HEAD names, even an unborn one; null when HEAD is detached. */
  readonly branch: string | null;
  readonly objectFormat: 'sha1' | 'sha256';
}

const MINIMUM_GIT = [2, 38] as const;

const LAYOUT = ['--git-dir', '--is-bare-repository', '--git-common-dir', '--is-shallow-repository', '--show-object-format'];
// Booleans stand between the paths, so that a newline in a path cannot be taken for the end of it.
const ANSWER = /^(.+)\n(true|false)\n(.+)\n(true|false)\n(sha1|sha256)\n(true|false)\n(?:(.*)\n)?$/s;

/** Finds the repository that `cwd` is in; throws GitError with code not-a-repository, unsafe-owner, git-missing or git-too-old. */
export async function openRepository(cwd: string): Promise<Repository> {
  const version = requireGitVersion();
  const layout = git(
    // --revs-only leaves an unborn HEAD out instead of failing; --show-cdup is silent where --show-toplevel dies.
    ['rev-parse', '--path-format=absolute', ...LAYOUT, '--is-inside-work-tree', '--show-cdup', '--revs-only', 'HEAD'],
    { cwd },
  );
  await Promise.all([version, layout.catch(() => undefined)]);
  const answer = ANSWER.exec((await layout).stdout);
  if (answer === null) throw new GitError('failed', 'git rev-parse answered in a form that is not known');
  const [, gitDir = '', bare, commonDir = '', shallow, objectFormat, inside, rest = ''] = answer;
  const lines = rest.split('\n');
  const head = /^[0-9a-f]{40,64}$/.test(lines.at(-1) ?? '') ? (lines.pop() ?? null) : null;
  const workTree = lines.length > 0 ? lines.join('\n') : null;
  if (bare === 'false' && workTree === null) {
    throw new GitError('not-a-repository', `${cwd} is inside a Git directory and not in a working tree`);
  }
  const at = await realpath(cwd);
  return {
    root: bare === 'true' ? null : inside === 'true' ? resolve(at, workTree ?? '') : resolve(workTree ?? at),
    gitDir,
    commonDir,
    bare: bare === 'true',
    shallow: shallow === 'true',
    head,
    branch: await branchOfHead(gitDir),
    objectFormat: objectFormat === 'sha256' ? 'sha256' : 'sha1',
  };
}

/** Short name of the branch that HEAD names now; null when it is detached. */
export async function branchOfHead(gitDir: string): Promise<string | null> {
  const content = await readFile(join(gitDir, 'HEAD'), 'utf8');
  let target = /^ref: (.+)\n?$/.exec(content)?.[1] ?? null;
  // The reftable format keeps a placeholder in the file.
  if (target === 'refs/heads/.invalid') {
    target = (await git(['symbolic-ref', '-q', 'HEAD'], { gitDir, okCodes: [0, 1] })).stdout.trimEnd() || null;
  }
  return target?.startsWith('refs/heads/') === true ? target.slice('refs/heads/'.length) : null;
}

let versionCheck: Promise<void> | null = null;

/** Throws git-missing or git-too-old; asks once a process. */
function requireGitVersion(): Promise<void> {
  versionCheck ??= git(['version'], {}).then(({ stdout }) => {
    if (!isSupportedGit(stdout)) {
      throw new GitError('git-too-old', `${stdout.trim()} is too old: Git ${MINIMUM_GIT.join('.')} or later is needed`);
    }
  });
  versionCheck.catch(() => (versionCheck = null));
  return versionCheck;
}

/** Whether the line that `git version` prints names a version that can merge without a checkout. */
export function isSupportedGit(versionLine: string): boolean {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(versionLine) ?? [];
  if (major === undefined || minor === undefined) return false;
  return Number(major) > MINIMUM_GIT[0] || (Number(major) === MINIMUM_GIT[0] && Number(minor) >= MINIMUM_GIT[1]);
}
