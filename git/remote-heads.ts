/** Where several branches of a remote are, and which one is its default, in one question. */
import { git } from './exec-git.ts';
import { isValidBranchName } from './refs.ts';
import { remoteFailure, remoteOptions } from './remote-access.ts';
import type { RemoteAuth, RemoteFailure } from './remote-access.ts';
import type { GitDirectory } from './repository.ts';

export interface RemoteHeadsRequest {
  readonly repository: GitDirectory;
  /** Name or address. */
  readonly remote: string;
  /** Short names of branches. */
  readonly branches: readonly string[];
  readonly auth?: RemoteAuth | undefined;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type RemoteHeads =
  | {
      readonly ok: true;
      /** Short name of the branch that the remote's HEAD names; null when it does not tell. */
      readonly defaultBranch: string | null;
      /** Commit by short name; branches that the remote does not have are absent. */
      readonly heads: ReadonlyMap<string, string>;
    }
  | { readonly ok: false; readonly reason: RemoteFailure; readonly stderr: string };

const LOOK_TIMEOUT_MS = 120_000;

/** Asks the remote; nothing is fetched. Throws TypeError for what is not the name of a branch. */
export async function remoteHeads(request: RemoteHeadsRequest): Promise<RemoteHeads> {
  const { repository, remote, branches, auth, signal, timeoutMs = LOOK_TIMEOUT_MS } = request;
  for (const branch of branches)
    if (!(await isValidBranchName(branch))) throw new TypeError(`not the name of a branch: ${JSON.stringify(branch)}`);
  const wanted = new Set(branches.map((branch) => `refs/heads/${branch}`));
  const options = await remoteOptions(repository, remote, { auth, signal, timeoutMs });
  try {
    const { stdout } = await git(['ls-remote', '--quiet', '--symref', '--', remote, 'HEAD', ...wanted], options);
    const heads = new Map<string, string>();
    let defaultBranch: string | null = null;
    for (const line of stdout.split('\n')) {
      const [value = '', name = ''] = line.split('\t');
      // A pattern matches other refs that end in the same name.
      if (wanted.has(name)) heads.set(name.slice('refs/heads/'.length), value);
      if (name === 'HEAD' && value.startsWith('ref: refs/heads/')) defaultBranch = value.slice('ref: refs/heads/'.length);
    }
    return { ok: true, defaultBranch, heads };
  } catch (error) {
    return { ok: false, ...remoteFailure(error) };
  }
}
