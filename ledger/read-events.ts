/** Reads back the events themselves, for `agent log`; what is no event is listed as a dead letter. */
import { parseBatchPath, parseBatches, type StoredBatch } from './batch-file.ts';
import { listEventFiles, type EventFile } from './event-tree.ts';
import type { eventSchema } from './event-schema.ts';
import type { UpkeepEvent } from './event.ts';
import { readObjects } from './objects.ts';
import type { AgentId } from './outcome.ts';
import { LEDGER_REFS, ledgerExists, type Ledger, type Scope } from './store.ts';

/** An event with where it is remembered. */
export interface LoggedEvent {
  readonly scope: Scope;
  readonly sequence: number;
  readonly event: UpkeepEvent;
}

/** A line among the events that no version of this program would have written so. */
export interface DeadLetter {
  readonly scope: Scope;
  /** The file in the ledger. */
  readonly path: string;
  readonly sequence: number;
  readonly reason: string;
  /** At most 500 characters. */
  readonly text: string;
}

export interface ReadEventsOptions {
  readonly since?: Date | undefined;
  readonly agent?: AgentId | undefined;
  readonly limit: number;
  /** Default true. */
  readonly newestFirst?: boolean | undefined;
}

const FILES_AT_ONCE = 200;

/** The events of both histories in the order of their times, at most `limit` from the end that comes first. */
export async function readEvents(ledger: Ledger, options: ReadEventsOptions): Promise<LoggedEvent[]> {
  const newestFirst = options.newestFirst ?? true;
  const files = (await allFiles(ledger)).sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0));
  if (newestFirst) files.reverse();
  const found = new Map<string, LoggedEvent>();
  for (let from = 0; from < files.length && found.size < options.limit; from += FILES_AT_ONCE) {
    for (const line of await readLines(ledger, files.slice(from, from + FILES_AT_ONCE))) {
      if (line.event !== null && isWanted(line.event, options)) {
        found.set(line.event.id, { scope: line.scope, sequence: line.sequence, event: line.event });
      }
    }
  }
  const byTime = (a: LoggedEvent, b: LoggedEvent) =>
    a.event.time < b.event.time ? -1 : a.event.time > b.event.time ? 1 : a.sequence - b.sequence;
  const ordered = [...found.values()].sort(byTime);
  return (newestFirst ? ordered.reverse() : ordered).slice(0, options.limit);
}

/** Every line among the events that does not match its schema. */
export async function deadLetters(ledger: Ledger): Promise<DeadLetter[]> {
  const lines = await readLines(ledger, await allFiles(ledger));
  return lines.flatMap(({ event, scope, path, sequence, reason, text }) =>
    event === null ? [{ scope, path, sequence, reason, text: text.slice(0, 500) }] : [],
  );
}

type ScopedFile = EventFile & { readonly scope: Scope; readonly order: string };

async function allFiles(ledger: Ledger): Promise<ScopedFile[]> {
  if (!ledgerExists(ledger)) return [];
  const scopes: readonly Scope[] = ['shared', 'local'];
  const tips = await readObjects(
    ledger,
    scopes.map((scope) => LEDGER_REFS[scope]),
  );
  const files: ScopedFile[] = [];
  for (const [index, scope] of scopes.entries()) {
    const tip = tips[index];
    if (tip?.type !== 'commit') continue;
    for (const file of (await listEventFiles(ledger, tip.oid)).files) {
      const parsed = parseBatchPath(file.path);
      // The days in a month's file are older than those of the month that still have their own.
      if (parsed !== null) files.push({ ...file, scope, order: parsed.kind === 'month' ? parsed.month : `${parsed.day}/${parsed.id}` });
    }
  }
  return files;
}

interface ReadLine {
  readonly scope: Scope;
  readonly path: string;
  readonly sequence: number;
  readonly text: string;
  /** Null for a dead letter. */
  readonly event: UpkeepEvent | null;
  readonly reason: string;
}

async function readLines(ledger: Ledger, files: readonly ScopedFile[]): Promise<ReadLine[]> {
  if (files.length === 0) return [];
  const { eventSchema: schema } = await import('./event-schema.ts');
  const blobs = await readObjects(
    ledger,
    files.map((file) => file.oid),
  );
  return files.flatMap((file, index) => {
    const blob = blobs[index];
    const place = { scope: file.scope, path: file.path };
    if (blob?.type !== 'blob') return [{ ...place, sequence: 0, text: '', event: null, reason: 'the file is missing or broken' }];
    return parseBatches(file.path, blob.content.toString('utf8')).flatMap((batch: StoredBatch) =>
      batch.lines.map((text) => ({ ...place, sequence: batch.sequence, text, ...check(text, schema) })),
    );
  });
}

function check(text: string, schema: typeof eventSchema): { event: UpkeepEvent | null; reason: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { event: null, reason: 'not JSON' };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { event: parsed.data as unknown as UpkeepEvent, reason: '' };
  const issue = parsed.error.issues[0];
  return { event: null, reason: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'does not match its schema'}` };
}

function isWanted(event: UpkeepEvent, { since, agent }: ReadEventsOptions): boolean {
  return (since === undefined || Date.parse(event.time) >= since.getTime()) && (agent === undefined || event.data.agentId === agent);
}
