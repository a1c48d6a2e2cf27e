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

/** The ids of the events that are not older than `since`, and of some that are, with the types and times that they bear. */
export async function eventsSince(
  ledger: Ledger,
  scope: Scope,
  since: Date,
): Promise<ReadonlyMap<string, { readonly type: string; readonly time: string }>> {
  if (!ledgerExists(ledger)) return new Map();
  const [tip] = await readObjects(ledger, [LEDGER_REFS[scope]]);
  if (tip?.type !== 'commit') return new Map();
  const { batches } = await loadBatches(ledger, tip.oid, filesSince(since));
  const lines = batches.flatMap(batchEvents) as ({ readonly id?: unknown; readonly type?: unknown; readonly time?: unknown } | null)[];
  return new Map(
    lines.flatMap((line) =>
      typeof line?.id === 'string' && typeof line.type === 'string' && typeof line.time === 'string'
        ? [[line.id, { type: line.type, time: line.time }] as const]
        : [],
    ),
  );
}
