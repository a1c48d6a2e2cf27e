/** Puts a damaged store aside, where people can look at it, so that a new one can begin. */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { withFileLock } from '../git/file-lock.ts';
import { examineStore } from './examine-store.ts';
import { LedgerError } from './ledger-error.ts';
import type { Ledger } from './store.ts';

/**
 * Moves a damaged store, or what stands in its place, beside itself; nothing is deleted. Answers with the sentence for people,
 * or null when the store is in order. Throws LedgerError `damaged` with the way out where it cannot be moved.
 */
export async function mendStore(ledger: Pick<Ledger, 'gitDir' | 'commonDir'>): Promise<string | null> {
  // Nearly always: then nothing is written either.
  const found = examineStore(ledger);
  if (found.ok) return null;
  try {
    // Of two processes that see the damage one moves it, and the other sees the new store.
    return await withFileLock(join(ledger.commonDir, 'upkeep-mend.lock'), () => moveAside(ledger));
  } catch (error) {
    const { path, problem } = found;
    const why = error instanceof Error ? error.message : String(error);
    throw new LedgerError(
      'damaged',
      `the memory of agents cannot be used: ${path} ${problem}, and it cannot be moved aside (${why}); move it by hand and run again: mv '${path}' '${path}.damaged'`,
      { cause: error },
    );
  }
}

async function moveAside(ledger: Pick<Ledger, 'gitDir'>): Promise<string | null> {
  const found = examineStore(ledger);
  if (found.ok) return null;
  const aside = `${found.path}.damaged-${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`;
  await rename(found.path, aside);
  return `the memory of agents could not be used: ${found.path} ${found.problem}; it was moved to ${aside}, and a new one begins`;
}
