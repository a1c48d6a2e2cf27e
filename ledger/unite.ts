/** Makes one history of two: theirs, then what only we have, numbered on. */
import { batchEvents } from './batch-file.ts';
import { commitBatches } from './commit-batches.ts';
import { fold } from './fold.ts';
import { missingBatches } from './missing-batches.ts';
import { uuidTime } from './run-order.ts';
import { LEDGER_REFS, type Ledger } from './store.ts';
import { moveRef, readTip, setAsideRef, type Tip } from './tip.ts';
import { withLedgerLock } from './write-lock.ts';

/** `added`: batches that the other history lacked. `corrupt`: what it points at is no ledger; ours stays as it is. */
export type United =
  { readonly ok: true; readonly sha: string; readonly added: number } | { readonly ok: false; readonly reason: 'corrupt' };

/** Puts our batches on top of another tip of the shared ledger and moves our ref there. Throws LedgerError `future-version` and changes nothing when it is newer than we. */
export async function unite(ledger: Ledger, remoteTip: string): Promise<United> {
  return withLedgerLock(ledger, async () => {
    for (;;) {
      const { tip: theirs } = await readTip(ledger, remoteTip);
      if (theirs.sha === null) return { ok: false, reason: 'corrupt' };
      const { tip: ours } = await readTip(ledger, LEDGER_REFS.shared);
      if (ours.health === 'lost') await setAsideRef(ledger, LEDGER_REFS.shared);
      const united = await unitedCommit(ledger, ours, { ...theirs, sha: theirs.sha });
      if (united.sha === ours.sha) return { ok: true, ...united };
      if ((await moveRef(ledger, LEDGER_REFS.shared, { from: ours.sha, to: united.sha })) === 'moved') return { ok: true, ...united };
    }
  });
}

async function unitedCommit(ledger: Ledger, ours: Tip, theirs: Tip & { readonly sha: string }): Promise<{ sha: string; added: number }> {
  if (ours.sha === null || ours.sha === theirs.sha) return { sha: theirs.sha, added: 0 };
  const missing = await missingBatches(ledger, ours.sha, theirs.sha);
  if (missing.length === 0) return { sha: theirs.sha, added: 0 };
  const batches = missing.map((batch, index) => ({ ...batch, sequence: theirs.state.sequence + index + 1 }));
  const state = batches.reduce((before, batch) => fold(before, { sequence: batch.sequence, events: batchEvents(batch) }), theirs.state);
  const subject = `ledger: unite ${batches.length} ${batches.length === 1 ? 'batch' : 'batches'}, sequence ${state.sequence}`;
  const seconds = Math.floor(Math.max(...batches.map((batch) => uuidTime(batch.id) ?? 0)) / 1000);
  return { sha: await commitBatches(ledger, { parent: theirs.sha, state, subject, seconds, batches }), added: batches.length };
}
