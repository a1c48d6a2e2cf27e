/** How a clone's ledger stands to what the database has read of the repository's. */
import { missingBatches } from '../../ledger/missing-batches.ts';
import { readObjects } from '../../ledger/objects.ts';
import { ledgerExists, type Ledger } from '../../ledger/store.ts';

/**
 * `same`, or `ahead`: it holds all that was read, and more. `lost`: there is none any more. `other`: it lacks some of what was read, because
 * it began anew, or because another clone's was read that this one has not heard of.
 */
export type Standing = 'same' | 'ahead' | 'lost' | 'other';

/** `tip`: of the clone's shared ledger; `read`: the commit that the database has read. Numbers are not compared: a ledger can begin anew. */
export async function standingOf(ledger: Ledger, tip: string | null, read: string | null): Promise<Standing> {
  if (tip === read) return 'same';
  if (read === null) return 'ahead';
  if (tip === null) return 'lost';
  if (!(await hasCommit(ledger, read))) return 'other';
  return (await missingBatches(ledger, read, tip)).length === 0 ? 'ahead' : 'other';
}

/** Whether the clone has a commit of the ledger. */
export async function hasCommit(ledger: Ledger, sha: string): Promise<boolean> {
  if (!ledgerExists(ledger)) return false;
  const [commit] = await readObjects(ledger, [sha]);
  return commit?.type === 'commit';
}
