/** What one history holds that another lacks. Batches are known by their ids, so it does not matter which of the two is compacted. */
import { git } from '../git/exec-git.ts';
import { batchPath, monthPath, orderBatches, parseBatches, parseBatchPath, type StoredBatch } from './batch-file.ts';
import { loadBatches } from './batches.ts';
import { readObjects } from './objects.ts';
import { uuidTime } from './run-order.ts';
import type { Ledger } from './store.ts';

/** The batches of the commit `ours` that the commit `theirs` lacks, in the order of our fold. Needs no common history. */
export async function missingBatches(ledger: Ledger, ours: string, theirs: string): Promise<StoredBatch[]> {
  const args = ['diff-tree', '-r', '-z', '--no-renames', '--diff-filter=AM', '--name-only', theirs, ours, '--', 'events/'];
  const { stdout, exitCode } = await git(args, { gitDir: ledger.gitDir, okCodes: [0, 128] });
  if (exitCode !== 0) return compareAll(ledger, ours, theirs);
  const paths = stdout.split('\0').filter((path) => parseBatchPath(path) !== null);
  const files = await readTexts(ledger, ours, paths);
  const candidates = orderBatches(files.flatMap(({ path, text }) => parseBatches(path, text))).filter(
    (batch) => uuidTime(batch.id) !== null,
  );
  if (candidates.length === 0) return [];
  const months = [...new Set(candidates.map((batch) => monthOf(batch)))];
  const compacted = await readTexts(ledger, theirs, months.map(monthPath));
  const known = new Set(compacted.flatMap(({ path, text }) => parseBatches(path, text)).map((batch) => batch.id));
  const days = await readTexts(
    ledger,
    theirs,
    candidates.map((batch) => batchPath(batch.id)),
  );
  const present = new Set(days.map((file) => file.path));
  return candidates.filter((batch) => !known.has(batch.id) && !present.has(batchPath(batch.id)));
}

/** For histories of which some folders cannot be read. */
async function compareAll(ledger: Ledger, ours: string, theirs: string): Promise<StoredBatch[]> {
  const known = new Set((await loadBatches(ledger, theirs)).batches.map((batch) => batch.id));
  return (await loadBatches(ledger, ours)).batches.filter((batch) => !known.has(batch.id) && uuidTime(batch.id) !== null);
}

async function readTexts(ledger: Ledger, commit: string, paths: readonly string[]): Promise<{ path: string; text: string }[]> {
  if (paths.length === 0) return [];
  const blobs = await readObjects(
    ledger,
    paths.map((path) => `${commit}:${path}`),
  );
  return blobs.flatMap((blob, index) => (blob?.type === 'blob' ? [{ path: paths[index] ?? '', text: blob.content.toString('utf8') }] : []));
}

function monthOf(batch: StoredBatch): string {
  return batchPath(batch.id).slice('events/'.length, 'events/YYYY/MM'.length);
}
