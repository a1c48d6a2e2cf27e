import { git } from './exec-git.ts';
import { isValidBranchName } from './refs.ts';
import { remoteFailure, remoteOptions, requireRemote } from './remote-access.ts';
import type { RemoteAuth, RemoteFailure, RemotePatience } from './remote-access.ts';
import type { GitDirectory } from './repository.ts';

export { remoteUrl } from './remote-access.ts';
export type { RemoteAuth, RemoteFailure } from './remote-access.ts';

/** What to ask of which remote. */
export interface RemoteRequest {
  readonly repository: GitDirectory;
  /** Name or address. */
  readonly remote: string;
  /** Short name of a branch. */
  readonly branch: string;
  readonly auth?: RemoteAuth | undefined;
  readonly timeoutMs?: number | undefined;
  /** How long it may take for its first word. */
  readonly firstReplyMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** `sha` null: the remote answered and has no such branch. */
export type RemoteAnswer =
  { readonly ok: true; readonly sha: string | null } | { readonly ok: false; readonly reason: RemoteFailure; readonly stderr: string };

// A remote may be slow as long as it goes on; one that is silent or stops is noticed long before.
const LOOK_TIMEOUT_MS = 120_000;
const FETCH_TIMEOUT_MS = 600_000;
const FETCH_STALLED_MS = 60_000;

/** Where a branch of the remote is now; nothing is fetched. */
export async function remoteHead(request: RemoteRequest): Promise<RemoteAnswer> {
  const ref = await branchRef(request.branch);
  const options = await remoteOptions(request.repository, request.remote, { timeoutMs: LOOK_TIMEOUT_MS, ...given(request) });
  return answer(async () => {
    const { stdout } = await git(['ls-remote', '--quiet', '--', request.remote, ref], options);
    // A pattern matches other refs that end in the same name.
    const line = stdout.split('\n').find((text) => text.endsWith(`\t${ref}`));
    return line?.split('\t')[0] ?? null;
  });
}

/** The ref under which the fetched branch of a remote is kept. */
export function fetchedRef(remote: string, branch: string): string {
  const key = /^[\w-]+$/.test(remote) ? remote : 'address';
  return `refs/upkeep/fetched/${key}/${branch}`;
}

/** Fetches one branch under `fetchedRef`; no other ref, tag, file or depth of the repository changes. */
export async function fetchCommits(request: RemoteRequest): Promise<RemoteAnswer> {
  const ref = await branchRef(request.branch);
  const kept = fetchedRef(requireRemote(request.remote), request.branch);
  const options = await remoteOptions(request.repository, request.remote, {
    timeoutMs: FETCH_TIMEOUT_MS,
    stalledMs: FETCH_STALLED_MS,
    ...given(request),
  });
  const args = [
    // Never a depth: in a shallow clone that would cut off the merge base.
    ...['fetch', '--quiet', '--no-tags', '--no-prune', '--no-write-fetch-head', '--no-recurse-submodules', '--no-auto-maintenance'],
    // Otherwise refs/remotes/… of the person would move along.
    '--refmap=',
    ...['--', request.remote, `+${ref}:${kept}`],
  ];
  const config = [...(options.config ?? []), ['fetch.writeCommitGraph', 'false'] as const];
  return answer(async () => {
    await git(args, { ...options, config }).catch((error: unknown) => {
      if (!/couldn't find remote ref/i.test((error as { stderr?: string }).stderr ?? '')) throw error;
    });
    return (
      (await git(['rev-parse', '--verify', '--quiet', kept], { gitDir: request.repository.gitDir, okCodes: [0, 1] })).stdout.trim() || null
    );
  });
}

async function answer(ask: () => Promise<string | null>): Promise<RemoteAnswer> {
  try {
    return { ok: true, sha: await ask() };
  } catch (error) {
    return { ok: false, ...remoteFailure(error) };
  }
}

async function branchRef(branch: string): Promise<string> {
  if (!(await isValidBranchName(branch))) throw new TypeError(`not the name of a branch: ${JSON.stringify(branch)}`);
  return `refs/heads/${branch}`;
}

function given(request: RemoteRequest): Pick<RemotePatience, 'auth' | 'timeoutMs' | 'firstReplyMs' | 'signal'> {
  const { auth, timeoutMs, firstReplyMs, signal } = request;
  return { auth, signal, firstReplyMs, ...(timeoutMs !== undefined && { timeoutMs }) };
}
