import type { GitOptions } from './exec-git.ts';
import { git, GitError } from './exec-git.ts';
import type { GitDirectory } from './repository.ts';

/** What identifies us to a remote: the whole header line, "Authorization: …". */
export interface RemoteAuth {
  readonly header: string;
}

/** Why nothing came back from a remote. */
export type RemoteFailure = 'unreachable' | 'denied' | 'timeout' | 'cancelled' | 'failed';

/** The address of a remote by its name, null when there is no such remote; it may hold credentials: never print it. */
export async function remoteUrl(repository: GitDirectory, remote: string): Promise<string | null> {
  if (isAddress(remote)) return remote;
  requireRemote(remote);
  const result = await git(['remote', 'get-url', '--', remote], { gitDir: repository.gitDir, okCodes: [0, 2, 128] });
  return result.exitCode === 0 ? result.stdout.replace(/\n$/, '') : null;
}

/** The name or address itself; throws on what Git could take for an option. */
export function requireRemote(remote: string): string {
  if (remote === '' || remote.startsWith('-') || remote.includes('\0')) throw new TypeError(`not a remote: ${JSON.stringify(remote)}`);
  return remote;
}

/** The options with which a command talks to a remote: the header goes to that server alone, and by no argument. */
export async function remoteOptions(
  repository: GitDirectory,
  remote: string,
  options: { readonly auth?: RemoteAuth | undefined; readonly timeoutMs?: number | undefined; readonly signal?: AbortSignal | undefined },
): Promise<GitOptions> {
  requireRemote(remote);
  const base = { gitDir: repository.gitDir, timeoutMs: options.timeoutMs, signal: options.signal, config: STALLED_IS_DEAD };
  if (options.auth === undefined) return base;
  const address = (await remoteUrl(repository, remote)) ?? '';
  if (!/^https?:\/\//.test(address)) return base;
  const key = `http.${new URL(address).origin}/.extraHeader`;
  // Empty first: actions/checkout leaves a header of its own in the configuration, and GitHub refuses two.
  return {
    ...base,
    secretConfig: [
      [key, ''],
      [key, options.auth.header],
    ],
  };
}

/** Below 1 byte a second for this long a transfer is dead. */
const STALLED_IS_DEAD = [
  ['http.lowSpeedLimit', '1'],
  ['http.lowSpeedTime', '60'],
] as const;

/** The reason in the words of git, curl, ssh and the servers people use; throws what is no matter of the remote. */
export function remoteFailure(error: unknown): { readonly reason: RemoteFailure; readonly stderr: string } {
  if (!(error instanceof GitError)) throw error;
  const { stderr } = error;
  if (error.code === 'timeout') return { reason: 'timeout', stderr };
  if (error.code === 'aborted') return { reason: 'cancelled', stderr };
  if (error.code === 'git-missing') throw error;
  if (DENIED.test(stderr)) return { reason: 'denied', stderr };
  if (UNREACHABLE.test(stderr)) return { reason: 'unreachable', stderr };
  return { reason: 'failed', stderr: stderr === '' ? error.message : stderr };
}

const DENIED =
  /Authentication failed|could not read (?:Username|Password)|returned error: 40[13]|Permission (?:to \S+ )?denied|access denied|invalid credentials|Host key verification failed|terminal prompts disabled|repository not found|Repository not found|HTTP 40[13]/i;

const UNREACHABLE =
  /Could not resolve host|Failed to connect|Connection (?:refused|reset|timed out|closed)|Couldn't connect|Network is unreachable|No route to host|RPC failed|the remote end hung up|early EOF|unexpected disconnect|Empty reply|returned error: (?:5\d\d|429|408)|Operation too slow|does not appear to be a git repository|Could not read from remote repository|SSL|GnuTLS|transfer closed|expected flush|unable to access/i;

function isAddress(remote: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/|^[^/]+@?[^/]*:|^[./]/i.test(remote);
}
