/** Adds events to the ledger: all of them or none, in one commit. */
import { setTimeout as delay } from 'node:timers/promises';
import { batchEvents, batchPath, parseBatches, type StoredBatch } from './batch-file.ts';
import { foldBatches, loadBatches } from './batches.ts';
import { commitBatches, committedAt, type LedgerCommit } from './commit-batches.ts';
import type { UpkeepEvent } from './event.ts';
import { compactLedger, packLedger } from './compact.ts';
import { fold } from './fold.ts';
import { LedgerError } from './ledger-error.ts';
import { milestoneLines, type EventLine } from './milestones.ts';
import type { GitObject } from './objects.ts';
import type { LedgerState } from './state.ts';
import { LEDGER_REFS, type Ledger, type Scope } from './store.ts';
import { moveRef, readTip, setAsideRef, type Tip } from './tip.ts';
import { withLedgerLock } from './write-lock.ts';

/** A commit that no ref of the ledger points at yet. */
export interface PreparedAppend {
  readonly sha: string;
  /** The tip that it continues; null when it begins the history. */
  readonly base: string | null;
  readonly sequence: number;
  readonly state: LedgerState;
  /** Whether the tip was made on another day. */
  readonly firstOfDay: boolean;
}

/** What was appended: nothing when the events hold no milestone, or are all in the ledger already. */
export type Appended = { readonly written: true; readonly sha: string; readonly sequence: number } | { readonly written: false };

export interface AppendOptions {
  readonly scope: Scope;
  /** Days of events that are kept one by one. */
  readonly compactAfterDays?: number | undefined;
}

const PATIENCE_MS = 60_000;
const LOST_RACE_WAIT_MS = 50;

/** Appends the milestones among the events. Only an event that matches its schema is ever written. */
export async function append(ledger: Ledger, events: readonly UpkeepEvent[], options: AppendOptions): Promise<Appended> {
  const lines = await milestoneLines(events);
  if (lines.length === 0) return { written: false };
  const appended = await appendLines(ledger, lines, options.scope);
  if (!appended.written) return appended;
  const now = new Date((lines.at(-1)?.seconds ?? 0) * 1000);
  if (appended.firstOfDay) {
    await compactLedger(ledger, { scope: options.scope, now, afterDays: options.compactAfterDays }).catch((error: unknown) => {
      // What was to be remembered is; the next day tries again.
      if (!(error instanceof LedgerError)) throw error;
    });
  }
  await packLedger(ledger);
  return { written: true, sha: appended.sha, sequence: appended.sequence };
}

type AppendedLines = { readonly written: false } | (Extract<Appended, { written: true }> & { readonly firstOfDay: boolean });

async function appendLines(ledger: Ledger, lines: readonly EventLine[], scope: Scope): Promise<AppendedLines> {
  return withLedgerLock(ledger, async () => {
    const ref = LEDGER_REFS[scope];
    const deadline = Date.now() + PATIENCE_MS;
    while (Date.now() < deadline) {
      const prepared = await prepareLines(ledger, lines, ref);
      if (prepared === null) return { written: false };
      if ((await moveRef(ledger, ref, { from: prepared.base, to: prepared.sha })) === 'moved') {
        return { written: true, sha: prepared.sha, sequence: prepared.sequence, firstOfDay: prepared.firstOfDay };
      }
      await delay(LOST_RACE_WAIT_MS);
    }
    throw new LedgerError(
      'contended',
      `the ledger could not be moved for ${PATIENCE_MS / 1000} s: is a git process hanging in ${ledger.gitDir}?`,
    );
  });
}

/** Makes the commit of an append to the shared ledger, or to the commit `onto`, and moves no ref: for a push of branch and ledger together. */
export async function prepareAppend(ledger: Ledger, events: readonly UpkeepEvent[], onto?: string): Promise<PreparedAppend | null> {
  const lines = await milestoneLines(events);
  if (lines.length === 0) return null;
  return withLedgerLock(ledger, () => prepareLines(ledger, lines, onto ?? LEDGER_REFS.shared));
}

/** Makes a prepared commit the tip of the shared ledger; false when the tip has moved since, and the commit must be prepared again. */
export async function adopt(ledger: Ledger, prepared: { readonly sha: string; readonly base: string | null }): Promise<boolean> {
  return withLedgerLock(
    ledger,
    async () => (await moveRef(ledger, LEDGER_REFS.shared, { from: prepared.base, to: prepared.sha })) === 'moved',
  );
}

async function prepareLines(ledger: Ledger, lines: readonly EventLine[], revision: string): Promise<PreparedAppend | null> {
  const first = lines[0]?.id ?? '';
  const { tip, more } = await readTip(ledger, revision, [`${revision}:${batchPath(first)}`, revision]);
  const fresh = withoutKnown(lines, more[0] ?? null);
  if (fresh.length === 0) return null;
  if (tip.health === 'lost' && revision.startsWith('refs/')) await setAsideRef(ledger, revision);
  const sequence = tip.state.sequence + 1;
  const batch: StoredBatch = { id: fresh[0]?.id ?? first, sequence, lines: fresh.map((line) => line.text) };
  const state = fold(tip.state, { sequence, events: batchEvents(batch) });
  const subject = `ledger: ${fresh.length} ${fresh.length === 1 ? 'event' : 'events'}, sequence ${sequence}`;
  const seconds = fresh.at(-1)?.seconds ?? 0;
  const sha = await commitOnto(ledger, tip, { parent: tip.sha, state, subject, seconds, batches: [batch] });
  const before = committedAt(more[1] ?? null);
  return { sha, base: tip.sha, sequence, state, firstOfDay: before !== null && dayOf(before) !== dayOf(seconds) };
}

function dayOf(seconds: number): number {
  return Math.floor(seconds / 86_400);
}

/** An append that is tried again, because nobody knows whether it arrived, must not double its events. */
function withoutKnown(lines: readonly EventLine[], file: GitObject | null): readonly EventLine[] {
  if (file?.type !== 'blob') return lines;
  const known = new Set(
    parseBatches('', file.content.toString('utf8'))
      .flatMap(batchEvents)
      .map((event) => (event as { id?: unknown }).id),
  );
  return lines.filter((line) => !known.has(line.id));
}

/** Commits; where objects of the parent are missing, what can still be read of it begins a new history, which a union puts on top of others. */
async function commitOnto(ledger: Ledger, tip: Tip, commit: LedgerCommit): Promise<string> {
  if (!tip.broken) {
    try {
      return await commitBatches(ledger, commit);
    } catch (error) {
      if (tip.sha === null || !(await loadBatches(ledger, tip.sha)).damaged) throw error;
    }
  }
  const readable = tip.sha === null ? [] : (await loadBatches(ledger, tip.sha)).batches;
  const all = [...readable, ...commit.batches];
  return commitBatches(ledger, { ...commit, parent: null, state: foldBatches(all), batches: all });
}
