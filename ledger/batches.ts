/** Reads the batches of events that a commit of the ledger holds. */
import { batchEvents, orderBatches, parseBatches, parseBatchPath, type StoredBatch } from './batch-file.ts';
import { listEventFiles, type EventFile } from './event-tree.ts';
import { emptyState, fold } from './fold.ts';
import { readObjects } from './objects.ts';
import type { LedgerState } from './state.ts';
import type { Ledger } from './store.ts';

/** The batches in the order of the fold, and whether something could not be read. */
export interface LoadedBatches {
  readonly batches: readonly StoredBatch[];
  readonly damaged: boolean;
}

/** Every batch of a commit, or those in the files that are wanted. */
export async function loadBatches(ledger: Ledger, commit: string, wanted: (path: string) => boolean = () => true): Promise<LoadedBatches> {
  const tree = await listEventFiles(ledger, commit);
  const files = tree.files.filter((file) => parseBatchPath(file.path) !== null && wanted(file.path));
  const { batches, damaged } = await readBatchFiles(ledger, files);
  return { batches: orderBatches(batches), damaged: tree.damaged || damaged };
}

/** The batches in these files, in the order of the files. */
export async function readBatchFiles(ledger: Ledger, files: readonly EventFile[]): Promise<LoadedBatches> {
  if (files.length === 0) return { batches: [], damaged: false };
  const blobs = await readObjects(
    ledger,
    files.map((file) => file.oid),
  );
  const batches = blobs.flatMap((blob, index) =>
    blob?.type === 'blob' ? parseBatches(files[index]?.path ?? '', blob.content.toString('utf8')) : [],
  );
  return { batches, damaged: blobs.some((blob) => blob?.type !== 'blob') };
}

/** The state that these batches, in order, make. */
export function foldBatches(batches: readonly StoredBatch[]): LedgerState {
  return batches.reduce((state, batch) => fold(state, { sequence: batch.sequence, events: batchEvents(batch) }), emptyState());
}
