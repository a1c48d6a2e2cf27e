/** How batches of events are written in files: a line that names the batch and its sequence, then a line an event. */
import { uuidTime } from './run-order.ts';

/** One batch as it stands in a file. */
export interface StoredBatch {
  /** The id of its first event: the same events always make the same batch. */
  readonly id: string;
  readonly sequence: number;
  /** The lines of its events, as written. */
  readonly lines: readonly string[];
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const DAY_FILE = new RegExp(`^events/(\\d{4}/\\d{2}/\\d{2})/(${UUID})\\.jsonl$`);
const MONTH_FILE = /^events\/(\d{4}\/\d{2})\.jsonl$/;
const HEADER = new RegExp(`^\\{"batch":"(${UUID})","sequence":(\\d{1,15})\\}$`);

/** Ids can name years that have five digits. */
const LAST_DAY = Date.UTC(9999, 11, 31);

/** Where a batch is kept while its day is young. */
export function batchPath(id: string): string {
  const day = new Date(Math.min(uuidTime(id) ?? 0, LAST_DAY)).toISOString().slice(0, 10).replaceAll('-', '/');
  return `events/${day}/${id}.jsonl`;
}

/** Where the batches of a month are kept once they are old. */
export function monthPath(month: string): string {
  return `events/${month}.jsonl`;
}

/** What a path below `events/` holds, or null when it is none of ours. */
export function parseBatchPath(
  path: string,
): { readonly kind: 'day'; readonly day: string; readonly id: string } | { readonly kind: 'month'; readonly month: string } | null {
  const day = DAY_FILE.exec(path);
  if (day) return { kind: 'day', day: day[1] ?? '', id: day[2] ?? '' };
  const month = MONTH_FILE.exec(path);
  return month ? { kind: 'month', month: month[1] ?? '' } : null;
}

/** The text of one batch, or of several in the order of their sequences. */
export function formatBatches(batches: readonly StoredBatch[]): string {
  return batches.map((batch) => [`{"batch":"${batch.id}","sequence":${batch.sequence}}`, ...batch.lines, ''].join('\n')).join('');
}

/** The batches in a file. Lines before the first header belong to a batch of sequence 0 that bears the file's name. */
export function parseBatches(path: string, text: string): StoredBatch[] {
  const batches: { id: string; sequence: number; lines: string[] }[] = [];
  for (const line of text.split('\n')) {
    const header = HEADER.exec(line);
    if (header) batches.push({ id: header[1] ?? '', sequence: Number(header[2]), lines: [] });
    else if (line.trim() !== '') {
      if (batches.length === 0) batches.push({ id: path, sequence: 0, lines: [] });
      batches.at(-1)?.lines.push(line);
    }
  }
  return batches;
}

/** The order of the fold, each batch once. */
export function orderBatches(batches: readonly StoredBatch[]): StoredBatch[] {
  const once = new Map<string, StoredBatch>();
  for (const batch of batches) {
    const known = once.get(batch.id);
    if (known === undefined || batch.sequence < known.sequence) once.set(batch.id, batch);
  }
  return [...once.values()].sort((a, b) => a.sequence - b.sequence || (a.id < b.id ? -1 : 1));
}

/** The events of a batch; a line that is no JSON stands as the text that it is. */
export function batchEvents(batch: StoredBatch): unknown[] {
  return batch.lines.map((line) => {
    try {
      return JSON.parse(line) as unknown;
    } catch {
      return line;
    }
  });
}
