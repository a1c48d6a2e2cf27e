/** One process of a clone writes to the ledger at a time; the compare-and-swap of its refs holds even where this fails. */
import { join } from 'node:path';
import { withFileLock } from '../git/file-lock.ts';
import { asLedgerError, ensureLedger, type Ledger } from './store.ts';

const PATIENCE_MS = 60_000;

/** Named so that it is never taken for a lock of Git's that a killed process left. */
const WRITE_LOCK = 'upkeep-write';

/** Runs `work` while no other process of this clone writes to the ledger; makes the ledger when it is not there. */
export async function withLedgerLock<T>(ledger: Ledger, work: () => Promise<T>): Promise<T> {
  try {
    await ensureLedger(ledger);
    return await withFileLock(join(ledger.gitDir, WRITE_LOCK), work, PATIENCE_MS);
  } catch (error) {
    throw asLedgerError(error, ledger);
  }
}
