/** Which events a history holds, by their ids. */
import { batchEvents, parseBatchPath } from './batch-file.ts';
import { loadBatches } from './batches.ts';
import { readObjects } from './objects.ts';
import { LEDGER_REFS, ledgerExists, type Ledger, type Scope } from './store.ts';

const DAY_MS = 86_400_000;

/** Takes the files that can hold events of `since` or later; a batch lies in the folder of its first event. */
export function filesSince(since: Date): (path: string) => boolean {
  const day = new Date(since.getTime() - DAY_MS).toISOString().slice(0, 10).replaceAll('-', '/');
  return (path) => {
    const parsed = parseBatchPath(path);
    if (parsed === null) return false;
    return parsed.kind === 'day' ? parsed.day >= day : parsed.month >= day.slice(0, 7);
  };
}

/** The ids of events that are not older than `since`, and of some that are. */
export async function eventIdsSince(ledger: Ledger, scope: Scope, since: Date): Promise<ReadonlySet<string>> {
  if (!ledgerExists(ledger)) return new Set();
  const [tip] = await readObjects(ledger, [LEDGER_REFS[scope]]);
  if (tip?.type !== 'commit') return new Set();
  const { batches } = await loadBatches(ledger, tip.oid, filesSince(since));
  const ids = batches.flatMap(batchEvents).map((event) => (event as { readonly id?: unknown } | null)?.id);
  return new Set(ids.filter((id) => typeof id === 'string'));
}
