/** Where the shared ledger is on a remote, and how it is reached from the private repository. */
import { resolve } from 'node:path';
import { git, GitError, type GitOptions } from '../git/exec-git.ts';
import { remoteFailure, remoteOptions, remoteUrl, type RemoteAuth, type RemoteFailure } from '../git/remote-access.ts';
import { REMOTE_REFS } from './remote-refs.ts';
import { removeStaleLocks } from './stale-locks.ts';
import { LEDGER_REFS, type Ledger } from './store.ts';

/** Which remote, and how long to wait for it. */
export interface RemoteLedger {
  /** Name of a remote of the user's repository, or an address. */
  readonly remote: string;
  /** What a relative address is relative to; default: the user's Git directory. */
  readonly cwd?: string | undefined;
  readonly auth?: RemoteAuth | undefined;
  readonly timeoutMs?: number | undefined;
  /** How long it may take for its first word. */
  readonly firstReplyMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** `branch` for hosts that refuse custom refs; default `ref`. */
  readonly store?: 'ref' | 'branch' | undefined;
}

/** For all of a fetch; one that is silent or stops ends long before. */
const FETCH_TIMEOUT_MS = 120_000;

/** The address as it is valid in any folder; what is no remote's name is taken for one. */
export async function remoteAddress(ledger: Ledger, { remote, cwd }: RemoteLedger): Promise<string> {
  const address = (await remoteUrl({ gitDir: ledger.commonDir }, remote)) ?? remote;
  const isLocal = /^[./]/.test(address) || !/^[^/]*:/.test(address);
  return isLocal ? resolve(cwd ?? ledger.commonDir, address) : address;
}

/** The header that the user's repository sends to this address and the ledger's does not inherit, because it is included on a condition. */
export async function inheritedAuth(ledger: Ledger, address: string): Promise<RemoteAuth | undefined> {
  if (!/^https?:\/\//.test(address)) return undefined;
  const { stdout } = await git(['config', '--get-urlmatch', 'http.extraHeader', address], { gitDir: ledger.commonDir, okCodes: [0, 1] });
  const header = stdout.trim();
  return header === '' ? undefined : { header };
}

/** Where the remote's ledger is: null when it has none. */
export type FetchedTip =
  | { readonly ok: true; readonly sha: string | null; readonly place: 'ref' | 'branch' }
  | { readonly ok: false; readonly reason: RemoteFailure; readonly message: string };

/** Fetches the tip of the remote's ledger, one commit deep, into the private repository. */
export async function fetchTip(ledger: Ledger, options: RemoteLedger): Promise<FetchedTip> {
  const address = await remoteAddress(ledger, options);
  const auth = options.auth ?? (await inheritedAuth(ledger, address));
  const { signal, firstReplyMs, timeoutMs = FETCH_TIMEOUT_MS } = options;
  const given = { auth, signal, firstReplyMs, timeoutMs };
  const access = await remoteOptions({ gitDir: ledger.gitDir }, address, given);
  const wanted = options.store ?? 'ref';
  try {
    for (const place of [wanted, wanted === 'ref' ? 'branch' : 'ref'] as const) {
      const sha = await fetchRef(ledger, { address, ref: REMOTE_REFS[place], access });
      if (sha !== null) return { ok: true, sha, place };
    }
    return { ok: true, sha: null, place: wanted };
  } catch (error) {
    const { reason, stderr } = remoteFailure(error);
    return { ok: false, reason, message: stderr.trim().split('\n').at(-1) ?? '' };
  }
}

interface FetchRequest {
  readonly address: string;
  readonly ref: string;
  readonly access: GitOptions;
}

async function fetchRef(ledger: Ledger, request: FetchRequest, tries = 3): Promise<string | null> {
  const { address, ref, access } = request;
  const args = [
    ...[
      'fetch',
      '--quiet',
      '--depth=1',
      '--no-tags',
      '--no-prune',
      '--no-write-fetch-head',
      '--no-recurse-submodules',
      '--no-auto-maintenance',
    ],
    ...['--refmap=', '--', address, `+${ref}:${LEDGER_REFS.remote}`],
  ];
  const config = [
    ...(access.config ?? []),
    // None of the user's many refs helps to fetch a ledger.
    ['core.alternateRefsPrefixes', 'refs/upkeep/none'] as const,
  ];
  try {
    await git(args, { ...access, config });
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    if (/couldn't find remote ref/i.test(error.stderr)) return null;
    // Another process of this clone fetches at this moment, or one was killed while it did.
    if (tries <= 1 || !/\.lock|shallow file has changed|cannot lock ref/i.test(error.stderr)) throw error;
    await removeStaleLocks(ledger.gitDir);
    return fetchRef(ledger, request, tries - 1);
  }
  const { stdout } = await git(['rev-parse', '--verify', '--quiet', LEDGER_REFS.remote], { gitDir: ledger.gitDir, okCodes: [0, 1] });
  return stdout.trim() || null;
}
