/** Keeps the ledger small: days that are old become one file a month, and loose objects are packed. No event is ever dropped. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { git, GitError } from '../git/exec-git.ts';
import { formatBatches, monthPath, orderBatches, parseBatchPath } from './batch-file.ts';
import { foldBatches, loadBatches, readBatchFiles } from './batches.ts';
import { commitBatches, committedAt } from './commit-batches.ts';
import { listEventFiles, type EventFile } from './event-tree.ts';
import { readObjects } from './objects.ts';
import { emptyState, type LedgerState } from './state.ts';
import { LEDGER_REFS, ledgerExists, type Ledger, type Scope } from './store.ts';
import { moveRef, readTip } from './tip.ts';
import { withLedgerLock } from './write-lock.ts';

/** Which history, as of when. */
export interface CompactOptions {
  readonly scope: Scope;
  readonly now: Date;
  /** Days that stay as they are; default 7. */
  readonly afterDays?: number | undefined;
}

const DAY_MS = 86_400_000;

/**
 * Puts the batches of old days into one file a month, in the order of their sequences. The same history on the same day
 * gives the same commit in every clone. Answers with the number of files that went away.
 */
export async function compactLedger(ledger: Ledger, options: CompactOptions): Promise<number> {
  if (!ledgerExists(ledger)) return 0;
  return withLedgerLock(ledger, async () => {
    const ref = LEDGER_REFS[options.scope];
    const { tip, more } = await readTip(ledger, ref, [ref]);
    if (tip.sha === null || tip.health !== 'ok') return 0;
    const cutoff = new Date(options.now.getTime() - (options.afterDays ?? 7) * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '/');
    const { files } = await listEventFiles(ledger, tip.sha);
    const old = files.filter((file) => isDayBefore(file.path, cutoff));
    const months = [...new Set(old.map((file) => file.path.slice('events/'.length, 'events/YYYY/MM'.length)))].sort();
    const written: { path: string; text: string }[] = [];
    const removed: string[] = [];
    for (const month of months) {
      const days = old.filter((file) => file.path.startsWith(`events/${month}/`));
      const text = await monthText(ledger, [...files.filter((file) => file.path === monthPath(month)), ...days]);
      if (text === null) continue;
      written.push({ path: monthPath(month), text });
      removed.push(...days.map((file) => file.path));
    }
    if (written.length === 0) return 0;
    const seconds = committedAt(more[0] ?? null) ?? 0;
    const subject = `ledger: compact ${written.map((file) => file.path.slice('events/'.length, -'.jsonl'.length)).join(', ')}`;
    const to = await commitBatches(ledger, {
      parent: tip.sha,
      state: tip.state,
      subject,
      seconds,
      batches: [],
      files: written,
      remove: removed,
    });
    return (await moveRef(ledger, ref, { from: tip.sha, to })) === 'moved' ? removed.length : 0;
  });
}

/** The state made anew from every event. */
export async function refold(ledger: Ledger, scope: Scope = 'shared'): Promise<LedgerState> {
  if (!ledgerExists(ledger)) return emptyState();
  const [commit] = await readObjects(ledger, [LEDGER_REFS[scope]]);
  return commit?.type === 'commit' ? foldBatches((await loadBatches(ledger, commit.oid)).batches) : emptyState();
}

/** Loose objects that 500 appends leave, an append being a commit, five folders and two files. */
const MANY_LOOSE_OBJECTS = 4_000;
const MANY_PACKS = 12;
const PACK_TIMEOUT_MS = 20_000;

/** Packs the ledger's objects about every 500 appends. What does not end in time is left for the next. */
export async function packLedger(ledger: Ledger): Promise<boolean> {
  // Ids are even: as Git does, one of the 256 folders is counted for all.
  const sample = await readdir(join(ledger.gitDir, 'objects', '17')).catch(() => []);
  if (sample.length * 256 < MANY_LOOSE_OBJECTS) return false;
  const packs = (await readdir(join(ledger.gitDir, 'objects', 'pack'))).filter((name) => name.endsWith('.pack'));
  // An object that no ref reaches may be a commit that another process is about to point a ref at.
  const all = packs.length >= MANY_PACKS ? ['-A', '--unpack-unreachable=2.days.ago'] : [];
  try {
    await git(['repack', '-d', '-l', '-q', ...all], { gitDir: ledger.gitDir, timeoutMs: PACK_TIMEOUT_MS });
    await git(['prune', '--expire=2.days.ago'], { gitDir: ledger.gitDir, timeoutMs: PACK_TIMEOUT_MS });
  } catch (error) {
    if (error instanceof GitError) return false;
    throw error;
  }
  const reports = (await readdir(ledger.gitDir)).filter((name) => name.startsWith('fast_import_crash_'));
  await Promise.all(reports.map((name) => rm(join(ledger.gitDir, name), { force: true })));
  return true;
}

function isDayBefore(path: string, cutoff: string): boolean {
  const parsed = parseBatchPath(path);
  return parsed?.kind === 'day' && parsed.day < cutoff;
}

/** Null when something of the month cannot be read: it stays as it is, so that nothing is lost. */
async function monthText(ledger: Ledger, files: readonly EventFile[]): Promise<string | null> {
  const { batches, damaged } = await readBatchFiles(ledger, files);
  return damaged || batches.some((batch) => batch.sequence === 0) ? null : formatBatches(orderBatches(batches));
}
