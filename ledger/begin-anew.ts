/** Mends a history that cannot be pushed because objects in its past are missing, as after a power cut. */
import { git } from '../git/exec-git.ts';
import { foldBatches, loadBatches } from './batches.ts';
import { commitBatches } from './commit-batches.ts';
import { LEDGER_REFS, type Ledger } from './store.ts';
import { moveRef, readTip } from './tip.ts';
import { withLedgerLock } from './write-lock.ts';

/** Puts all events that can be read into a first commit, when the past of the shared ledger is incomplete; says whether it was. */
export async function beginAnew(ledger: Ledger): Promise<boolean> {
  return withLedgerLock(ledger, async () => {
    const ref = LEDGER_REFS.shared;
    const { tip } = await readTip(ledger, ref);
    if (tip.sha === null) return false;
    const walked = await git(['rev-list', '--objects', '--quiet', tip.sha], { gitDir: ledger.gitDir, okCodes: [0, 1, 128] });
    if (walked.exitCode === 0) return false;
    const { batches } = await loadBatches(ledger, tip.sha);
    const state = foldBatches(batches);
    const subject = `ledger: begin anew with ${batches.length} batches, sequence ${state.sequence}`;
    const to = await commitBatches(ledger, { parent: null, state, subject, seconds: 0, batches });
    return (await moveRef(ledger, ref, { from: tip.sha, to })) === 'moved';
  });
}
