import { failed, git } from './exec-git.ts';
import { requireObjectId } from './object-id.ts';
import { PUSH_ADVICE, refusalOfRef, refusalOfStderr } from './push-refusal.ts';
import type { PushRefusal } from './push-refusal.ts';
import { isValidRefName } from './refs.ts';
import { remoteFailure, remoteOptions, requireRemote } from './remote-access.ts';
import type { RemoteAuth } from './remote-access.ts';
import type { GitDirectory } from './repository.ts';

export type { PushRefusal } from './push-refusal.ts';

/** What is pushed where. */
export interface PushRequest {
  /** A repository, or any Git directory: the private one of the ledger pushes to an address. */
  readonly repository: GitDirectory;
  readonly remote: string;
  /** `ref` in full: refs/heads/… or refs/upkeep/…; `sha` null deletes it. */
  readonly updates: readonly { readonly sha: string | null; readonly ref: string }[];
  /** All of it or nothing; default true when there is more than one. */
  readonly atomic?: boolean | undefined;
  readonly auth?: RemoteAuth | undefined;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What became of one ref. */
export interface PushedRef {
  readonly ref: string;
  readonly ok: boolean;
  /** The remote's words. */
  readonly summary: string;
}

/** `unreachable` and `timeout` leave open whether the push arrived: look with remoteHead. */
export type PushResult =
  | { readonly ok: true; readonly refs: readonly PushedRef[] }
  | { readonly ok: false; readonly reason: PushRefusal; readonly refs: readonly PushedRef[]; readonly advice: string; readonly stderr: string };

const TIMEOUT_MS = 120_000;

/** One plain push, never forced, past all hooks of this machine. */
export async function push(request: PushRequest): Promise<PushResult> {
  const { repository, remote, updates } = request;
  for (const { ref } of updates) if (!(await isValidRefName(ref))) throw new TypeError(`not the full name of a ref: ${JSON.stringify(ref)}`);
  const options = await remoteOptions(repository, requireRemote(remote), {
    auth: request.auth,
    signal: request.signal,
    timeoutMs: request.timeoutMs ?? TIMEOUT_MS,
  });
  const args = [
    ...['push', '--porcelain', '--no-verify', '--no-force', '--no-follow-tags', '--no-signed', '--recurse-submodules=no'],
    (request.atomic ?? updates.length > 1) ? '--atomic' : '--no-atomic',
    ...['--', remote, ...updates.map(({ sha, ref }) => `${sha === null ? '' : requireObjectId(sha)}:${ref}`)],
  ];
  // A mirror remote and push options of a person are not for us.
  const config = [...(options.config ?? []), ...settings(remote)];
  try {
    const { stdout, stderr, exitCode } = await git(args, { ...options, config, okCodes: [0, 1] });
    const refs = parsePorcelain(stdout);
    if (exitCode === 0) return { ok: true, refs };
    const refused = refs.filter(({ ok }) => !ok);
    if (refused.length === 0) throw failed(args, exitCode, stderr);
    // The other side of an atomic push only says that it failed with it: the ref that caused it has more to say.
    const reasons = refused.map(({ summary }) => refusalOfRef(summary, stderr));
    const reason = reasons.find((word) => word !== 'followed') ?? 'moved';
    return refusal(reason, refs, stderr);
  } catch (error) {
    const { reason, stderr } = remoteFailure(error);
    const said = refusalOfStderr(stderr);
    return refusal(reason === 'failed' || (reason === 'unreachable' && said !== 'failed') ? said : reason, [], stderr);
  }
}

function refusal(reason: PushRefusal, refs: readonly PushedRef[], stderr: string): PushResult {
  return { ok: false, reason, refs, advice: PUSH_ADVICE[reason], stderr };
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
