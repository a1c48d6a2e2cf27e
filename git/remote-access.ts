import type { GitOptions } from './exec-git.ts';
import { git, GitError } from './exec-git.ts';
import { redactUrls } from './redact-url.ts';
import type { GitDirectory } from './repository.ts';

/** What identifies us to a remote: the whole header line, "Authorization: …". */
export interface RemoteAuth {
  readonly header: string;
}

/** Why nothing came back from a remote; `silent`: it never said a word, `timeout`: it stopped in the middle. */
export type RemoteFailure = 'unreachable' | 'denied' | 'silent' | 'timeout' | 'cancelled' | 'failed';

/** A remote has this long for its first word. One that has begun may be slow as long as it goes on. */
export const FIRST_REPLY_MS = 15_000;

/** How a command talks to a remote, and how long it waits. */
export interface RemotePatience {
  readonly auth?: RemoteAuth | undefined;
  /** For all of it. */
  readonly timeoutMs?: number | undefined;
  /** Default `FIRST_REPLY_MS`. */
  readonly firstReplyMs?: number | undefined;
  /** A transfer below 1 byte a second for this long is dead; default `FIRST_REPLY_MS`. */
  readonly stalledMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

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
export async function remoteOptions(repository: GitDirectory, remote: string, options: RemotePatience): Promise<GitOptions> {
  requireRemote(remote);
  const { timeoutMs, signal, firstReplyMs = FIRST_REPLY_MS, stalledMs = FIRST_REPLY_MS } = options;
  const config = [
    ['http.lowSpeedLimit', '1'],
    ['http.lowSpeedTime', String(Math.ceil(stalledMs / 1000))],
  ] as const;
  // Git talks to remotes from the top of the working tree: `../other.git` is meant from there.
  const base = { gitDir: repository.gitDir, cwd: repository.root ?? repository.gitDir, timeoutMs, firstReplyMs, signal, config };
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

/** The reason in the words of git, curl, ssh and the servers people use; throws what is no matter of the remote. */
export function remoteFailure(error: unknown): { readonly reason: RemoteFailure; readonly stderr: string } {
  if (!(error instanceof GitError)) throw error;
  const { stderr } = error;
  if (error.code === 'silent') return { reason: 'silent', stderr };
  if (error.code === 'timeout' || STALLED.test(stderr)) return { reason: 'timeout', stderr };
  if (error.code === 'aborted') return { reason: 'cancelled', stderr };
  if (error.code === 'git-missing') throw error;
  if (DENIED.test(stderr)) return { reason: 'denied', stderr };
  if (UNREACHABLE.test(stderr)) return { reason: 'unreachable', stderr };
  return { reason: 'failed', stderr: stderr === '' ? error.message : stderr };
}

const STALLED = /Operation too slow/;

const DENIED =
  /Authentication failed|could not read (?:Username|Password)|returned error: 40[13]|Permission (?:to \S+ )?denied|access denied|invalid credentials|Host key verification failed|terminal prompts disabled|repository not found|Repository not found|HTTP 40[13]/i;

const UNREACHABLE =
  /Could not resolve host|Failed to connect|Connection (?:refused|reset|timed out|closed)|Couldn't connect|Network is unreachable|No route to host|RPC failed|the remote end hung up|early EOF|unexpected disconnect|Empty reply|returned error: (?:5\d\d|429|408)|does not appear to be a git repository|Could not read from remote repository|SSL|GnuTLS|transfer closed|expected flush|unable to access/i;

const WHAT_HAPPENED: Readonly<Record<RemoteFailure, string>> = {
  silent: `sent nothing for ${FIRST_REPLY_MS / 1000} s`,
  timeout: 'did not answer in time',
  unreachable: 'cannot be reached',
  denied: 'does not take this identity',
  cancelled: 'was not waited for',
  failed: 'could not be asked',
};

/** One sentence for a person: which remote, at which address, and what became of it. No credential is in it. */
export async function remoteSentence(repository: GitDirectory, remote: string, reason: string): Promise<string> {
  const address = redactUrls((await remoteUrl(repository, remote)) ?? remote);
  const what = Object.hasOwn(WHAT_HAPPENED, reason) ? WHAT_HAPPENED[reason as RemoteFailure] : `could not be asked: ${reason}`;
  return `${address === remote ? address : `${remote} (${address})`} ${what}`;
}

function isAddress(remote: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/|^[^/]+@?[^/]*:|^[./]/i.test(remote);
}
