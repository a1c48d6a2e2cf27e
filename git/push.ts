import { failed, git } from './exec-git.ts';
import type { GitOptions } from './exec-git.ts';
import { requireObjectId } from './object-id.ts';
import { PUSH_ADVICE, refusalOfRef, refusalOfStderr, serverWords } from './push-refusal.ts';
import type { PushRefusal } from './push-refusal.ts';
import { isValidRefName } from './refs.ts';
import { remoteFailure, remoteOptions, requireRemote } from './remote-access.ts';
import type { RemoteAuth } from './remote-access.ts';
import type { GitDirectory } from './repository.ts';

export type { PushRefusal } from './push-refusal.ts';

/** One ref of a push. */
export interface RefPush {
  /** Null deletes the ref. */
  readonly sha: string | null;
  /** In full: refs/heads/… or refs/upkeep/…. */
  readonly ref: string;
  /**
   * Only for branches of our own, `refs/heads/upkeep/…`: whatever stands there is replaced, but only while it is this
   * commit; null: only while there is none. Left out, nothing is ever replaced.
   */
  readonly expected?: string | null | undefined;
}

/** What is pushed where. */
export interface PushRequest {
  /** A repository, or any Git directory: the private one of the ledger pushes to an address. */
  readonly repository: GitDirectory;
  readonly remote: string;
  readonly updates: readonly RefPush[];
  /** All of it or nothing; default true when there is more than one. */
  readonly atomic?: boolean | undefined;
  readonly auth?: RemoteAuth | undefined;
  readonly timeoutMs?: number | undefined;
  /** How long the remote may take for its first word. */
  readonly firstReplyMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What became of one ref. */
export interface PushedRef {
  readonly ref: string;
  readonly ok: boolean;
  /** The remote's words. */
  readonly summary: string;
}

/** Where the answer was lost the remote is asked again; only `timeout`, `cancelled` and a remote that stays away leave open whether the push arrived. */
export type PushResult =
  | { readonly ok: true; readonly refs: readonly PushedRef[] }
  | {
      readonly ok: false;
      readonly reason: PushRefusal;
      readonly refs: readonly PushedRef[];
      readonly advice: string;
      /** The server's own words, line by line. */
      readonly said: readonly string[];
      readonly stderr: string;
    };

/** Branches that agents make and nobody else: the ledger, which may be a branch as well, is only ever appended to. */
const OWN_BRANCH = /^refs\/heads\/upkeep\/(?!ledger$)/;
// As long as data flow a push may take its time; the server may think long about what it got before it answers.
const TIMEOUT_MS = 600_000;
const STALLED_MS = 60_000;
const LOOK_TIMEOUT_MS = 10_000;

/** One push past all hooks of this machine; plain, but for branches of our own that are where they are expected. */
export async function push(request: PushRequest): Promise<PushResult> {
  const { repository, remote, updates } = request;
  for (const { ref, expected } of updates) {
    if (!(await isValidRefName(ref))) throw new TypeError(`not the full name of a ref: ${JSON.stringify(ref)}`);
    if (expected !== undefined && !OWN_BRANCH.test(ref)) throw new TypeError(`${ref} is not ours, so it is never replaced`);
  }
  const options = await remoteOptions(repository, requireRemote(remote), {
    auth: request.auth,
    signal: request.signal,
    firstReplyMs: request.firstReplyMs,
    stalledMs: STALLED_MS,
    timeoutMs: request.timeoutMs ?? TIMEOUT_MS,
  });
  const args = [
    ...['push', '--porcelain', '--no-verify', '--no-force', '--no-follow-tags', '--no-signed', '--recurse-submodules=no'],
    (request.atomic ?? updates.length > 1) ? '--atomic' : '--no-atomic',
    ...updates.flatMap(({ ref, expected }) => (expected === undefined ? [] : [lease(ref, expected)])),
    ...['--', remote, ...updates.map(({ sha, ref }) => `${sha === null ? '' : requireObjectId(sha)}:${ref}`)],
  ];
  // A mirror remote and push options of a person are not for us.
  const config = [...(options.config ?? []), ...settings(remote)];
  const result = await attempt(args, { ...options, config });
  return !result.ok && mayHaveArrived(result, updates) && (await hasArrived(request, options)) ? arrived(updates) : result;
}

/** A compare-and-swap: git compares with what the server says it has, and the server refuses when that is no longer so. */
function lease(ref: string, expected: string | null): string {
  return `--force-with-lease=${ref}:${expected === null ? '' : requireObjectId(expected)}`;
}

async function attempt(args: readonly string[], options: GitOptions): Promise<PushResult> {
  try {
    const { stdout, stderr, exitCode } = await git(args, { ...options, okCodes: [0, 1] });
    const refs = parsePorcelain(stdout);
    if (exitCode === 0) return { ok: true, refs };
    const refused = refs.filter(({ ok }) => !ok);
    if (refused.length === 0) throw failed(args, exitCode, stderr);
    // The other side of an atomic push only says that it failed with it: the ref that caused it has more to say.
    const reasons = refused.map(({ summary }) => refusalOfRef(summary, stderr));
    return refusal(reasons.find((word) => word !== 'followed') ?? 'moved', refs, stderr);
  } catch (error) {
    const { reason, stderr } = remoteFailure(error);
    const said = refusalOfStderr(stderr);
    const isOpen = reason === 'timeout' || reason === 'cancelled';
    return refusal(isOpen || said === 'failed' ? reason : said, [], stderr);
  }
}

/** A connection that breaks before the answer: curl sends the push once more, and the second finds the first in its way. */
function mayHaveArrived(result: PushResult & { ok: false }, updates: readonly RefPush[]): boolean {
  return result.reason === 'unreachable' || updates.some(({ sha }) => sha !== null && result.stderr.includes(`is at ${sha} `));
}

async function hasArrived({ remote, updates }: PushRequest, options: GitOptions): Promise<boolean> {
  const look = { ...options, timeoutMs: Math.min(options.timeoutMs ?? LOOK_TIMEOUT_MS, LOOK_TIMEOUT_MS) };
  const answer = await git(['ls-remote', '--quiet', '--', remote, ...updates.map(({ ref }) => ref)], look).catch((error: unknown) => {
    remoteFailure(error);
    return null;
  });
  const at = new Map(answer?.stdout.split('\n').map((line) => [line.split('\t')[1], line.split('\t')[0]] as const));
  return answer !== null && updates.every(({ sha, ref }) => (at.get(ref) ?? null) === sha);
}

function arrived(updates: readonly RefPush[]): PushResult {
  return { ok: true, refs: updates.map(({ ref }) => ({ ref, ok: true, summary: 'arrived, though the answer was lost' })) };
}

function refusal(reason: PushRefusal, refs: readonly PushedRef[], stderr: string): PushResult {
  return { ok: false, reason, refs, advice: PUSH_ADVICE[reason].advice, said: serverWords(stderr), stderr };
}

function settings(remote: string): (readonly [string, string])[] {
  const common: (readonly [string, string])[] = [['push.pushOption', '']];
  return /^[\w.-]+$/.test(remote) ? [...common, [`remote.${remote}.mirror`, 'false']] : common;
}

/** Lines "<flag> TAB <from>:<to> TAB <summary>"; all others are for people. */
export function parsePorcelain(stdout: string): PushedRef[] {
  return stdout.split('\n').flatMap((line) => {
    const [, flag, target = '', summary = ''] = /^([ +\-*=!])\t[^\t]*:([^\t:]+)\t(.*)$/.exec(line) ?? [];
    return flag === undefined ? [] : [{ ref: target, ok: flag !== '!', summary }];
  });
}
