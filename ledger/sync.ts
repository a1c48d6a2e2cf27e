/** Shares the ledger with a remote: one shallow fetch, one plain atomic push, and a union where others were faster. */
import { setTimeout as delay } from 'node:timers/promises';
import { push, type PushResult } from '../git/push.ts';
import { PUSH_ADVICE, refusalOfRef, type PushRefusal } from '../git/push-refusal.ts';
import type { RemoteFailure } from '../git/remote-access.ts';
import { adopt, prepareAppend } from './append.ts';
import { beginAnew } from './begin-anew.ts';
import type { UpkeepEvent } from './event.ts';
import { fetchTip, inheritedAuth, remoteAddress, type RemoteLedger } from './remote-ledger.ts';
import { REMOTE_REFS } from './remote-refs.ts';
import { LEDGER_REFS, ledgerExists, type Ledger } from './store.ts';
import { readTip } from './tip.ts';
import { unite } from './unite.ts';
import { seeUsersHistory } from './users-history.ts';
import { withLedgerLock } from './write-lock.ts';

export type { RemoteLedger } from './remote-ledger.ts';
export { unite } from './unite.ts';

/** `sha` null: the remote has no ledger. `added`: batches of ours that it lacks. */
export type FetchedLedger =
  | { readonly ok: true; readonly sha: string | null; readonly added: number; readonly place: 'ref' | 'branch' }
  | { readonly ok: false; readonly reason: RemoteFailure | 'corrupt'; readonly message: string };

/** Fetches the remote's ledger and unites ours with it. Throws LedgerError only for a newer format or a Git directory that cannot be written. */
export async function fetchShared(ledger: Ledger, options: RemoteLedger): Promise<FetchedLedger> {
  await withLedgerLock(ledger, () => Promise.resolve());
  const fetched = await fetchTip(ledger, options);
  if (!fetched.ok) return fetched;
  if (fetched.sha === null) return { ...fetched, added: 0 };
  const united = await unite(ledger, fetched.sha);
  if (!united.ok) {
    const ref = REMOTE_REFS[fetched.place];
    return {
      ...united,
      message: `${ref} of the remote is no ledger: look at it, then delete it with "git push ${options.remote} :${ref}"`,
    };
  }
  return { ok: true, sha: fetched.sha, added: united.added, place: fetched.place };
}

/** What goes to the remote besides the ledger, and under which conditions. */
export interface PushShared extends RemoteLedger {
  /** Branches that go together with the ledger: all of it or nothing. */
  readonly extraUpdates?: readonly { readonly sha: string; readonly ref: string }[] | undefined;
  /** Recorded in the shared ledger exactly when the push arrives. */
  readonly events?: readonly UpkeepEvent[] | undefined;
  /** How long races for the ledger are run at least, besides five tries. */
  readonly patienceMs?: number | undefined;
}

/** `culprit`: whose refusal it was; at `branch` the caller puts its commits on the new tip, or keeps them and records so. */
export type PushedLedger =
  | { readonly ok: true; readonly sha: string | null; readonly tries: number }
  | {
      readonly ok: false;
      readonly reason: PushRefusal | 'corrupt';
      readonly culprit: 'ledger' | 'branch' | 'remote';
      /** The branch that was refused. */
      readonly ref: string | null;
      readonly message: string;
      /** The remote's own words, line by line. */
      readonly said: readonly string[];
      readonly tries: number;
    };

const PATIENCE_MS = 60_000;
const MIN_TRIES = 5;

/** Pushes the shared ledger, alone or with branches. When only the ledger moved: fetches, unites and pushes again. */
export async function pushShared(ledger: Ledger, options: PushShared): Promise<PushedLedger> {
  const extra = options.extraUpdates ?? [];
  if (!ledgerExists(ledger) && extra.length === 0 && (options.events ?? []).length === 0) return { ok: true, sha: null, tries: 0 };
  await withLedgerLock(ledger, () => seeUsersHistory(ledger));
  const address = await remoteAddress(ledger, options);
  const access = {
    remote: address,
    auth: options.auth ?? (await inheritedAuth(ledger, address)),
    signal: options.signal,
    timeoutMs: options.timeoutMs,
    firstReplyMs: options.firstReplyMs,
  };
  const start = Date.now();
  let place = options.store ?? 'ref';
  for (let tries = 1; ; tries += 1) {
    const prepared = await prepareAppend(ledger, options.events ?? []);
    const sha = prepared?.sha ?? (await readTip(ledger, LEDGER_REFS.shared)).tip.sha;
    const updates = [...(sha === null ? [] : [{ sha, ref: REMOTE_REFS[place] }]), ...extra];
    if (updates.length === 0) return { ok: true, sha: null, tries };
    const pushed = await push({ ...access, repository: { gitDir: ledger.gitDir }, updates });
    if (pushed.ok) {
      // Where an append of this clone came between, its events are united with those that were pushed.
      if (prepared !== null && !(await adopt(ledger, prepared))) await unite(ledger, prepared.sha);
      return { ok: true, sha, tries };
    }
    const verdict = judge(pushed, REMOTE_REFS[place]);
    const refused = { ok: false, ...verdict, message: PUSH_ADVICE[verdict.reason].advice, said: pushed.said, tries } as const;
    if (verdict.reason === 'failed' && tries === 1 && (await beginAnew(ledger))) continue;
    if (verdict.culprit !== 'ledger') return refused;
    if (!['moved', 'locked'].includes(verdict.reason)) {
      if (place === 'branch' || !['protected', 'ruleset', 'hook-declined', 'denied', 'failed'].includes(verdict.reason)) return refused;
      place = 'branch';
    } else {
      if (tries >= MIN_TRIES && Date.now() - start >= (options.patienceMs ?? PATIENCE_MS)) return refused;
      if (tries > 1) await delay(Math.random() * Math.min(4_000, 25 * 2 ** tries), undefined, { signal: options.signal });
    }
    const fetched = await fetchShared(ledger, { ...options, remote: address, store: place });
    if (!fetched.ok) {
      const reason = fetched.reason;
      return { ...refused, reason, culprit: reason === 'corrupt' ? 'ledger' : 'remote', message: fetched.message };
    }
    if (fetched.sha !== null) place = fetched.place;
  }
}

type Refused = Extract<PushResult, { ok: false }>;

/** Whose fault it is that nothing of an atomic push arrived. */
function judge(pushed: Refused, ledgerRef: string): { reason: PushRefusal; culprit: 'ledger' | 'branch' | 'remote'; ref: string | null } {
  const refused = pushed.refs.filter((ref) => !ref.ok);
  if (refused.length === 0) return { reason: pushed.reason, culprit: 'remote', ref: null };
  const named = /cannot lock ref '([^']+)'/.exec(pushed.stderr)?.[1];
  // The summary of a ref speaks for it alone; the server's text may be about another one.
  const verdicts = refused.map(({ ref, summary }) => ({
    ref,
    reason: refusalOfRef(summary, ''),
    said: refusalOfRef(summary, pushed.stderr),
  }));
  const explicit = verdicts.filter(({ reason }) => reason !== 'followed' && reason !== 'failed');
  const culprit =
    explicit.find(({ ref }) => ref !== ledgerRef) ??
    explicit[0] ??
    verdicts.find(({ ref }) => ref === named) ??
    verdicts.find(({ ref }) => ref !== ledgerRef && pushed.stderr.includes(ref)) ??
    verdicts.find(({ ref }) => ref === ledgerRef) ??
    verdicts[0];
  if (culprit === undefined) return { reason: pushed.reason, culprit: 'remote', ref: null };
  const reason = culprit.said === 'followed' ? pushed.reason : culprit.said;
  return culprit.ref === ledgerRef ? { reason, culprit: 'ledger', ref: null } : { reason, culprit: 'branch', ref: culprit.ref };
}
