/** Brings what CI, laptops and other services appended to a repository's ledger into the database, in bounded steps. */
import { batchEvents, type StoredBatch } from '../../ledger/batch-file.ts';
import { loadBatches } from '../../ledger/batches.ts';
import { filesSince } from '../../ledger/event-ids.ts';
import type { UpkeepEvent } from '../../ledger/event.ts';
import { missingBatches } from '../../ledger/missing-batches.ts';
import type { Ledger, Scope } from '../../ledger/store.ts';
import { moveLedgerPosition } from '../../prisma/runs/ledger-facts.ts';
import { importedAgents, importEvents, importRuns, lockRepository } from '../../prisma/runs/import-rows.ts';
import type { EventRow } from '../../prisma/runs/write-events.ts';
import { writeChecks } from '../../prisma/runs/write-checks.ts';
import { transaction, type ConnectionPool } from '../../prisma/sql.ts';
import { wakeServices } from '../runs/wake.ts';
import { hasCommit } from './compare-position.ts';
import { agentPlacesOf, checksOf, eventRow, isSettled, placeKey, runOf } from './imported.ts';

export interface ImportAsk {
  readonly repositoryId: string;
  readonly ledger: Ledger;
  readonly scope: Scope;
  /** The commit that is to be in the database, and its number. */
  readonly tip: string;
  readonly sequence: number;
  /** The commit that is in it already; null, or one that the clone has not: everything since `since` is looked through. */
  readonly from: string | null;
  readonly since: Date;
}

export interface ImportReport {
  /** Events that the database did not have, as they are in it now. */
  readonly events: readonly EventRow[];
  readonly runs: number;
  /** Lines that are no events. */
  readonly deadLetters: number;
}

/** Events of one transaction. */
const STEP = 500;

/** Begun again after a crash it goes on where it was, and doubles nothing. */
export async function importLedger(pool: ConnectionPool, ask: ImportAsk): Promise<ImportReport> {
  const batches = await batchesFor(ask);
  const { events, deadLetters } = await readableEvents(batches);
  const imported: EventRow[] = [];
  let runs = 0;
  for (let from = 0; from === 0 || from < events.length; from += STEP) {
    const step = events.slice(from, from + STEP);
    const isLast = from + STEP >= events.length;
    const made = await importStep(pool, step, { ...ask, isLast });
    imported.push(...made.events);
    runs += made.runs;
  }
  return { events: imported, runs, deadLetters };
}

async function batchesFor({ ledger, tip, from, since }: ImportAsk): Promise<readonly StoredBatch[]> {
  if (from !== null && (await hasCommit(ledger, from))) return missingBatches(ledger, tip, from);
  return (await loadBatches(ledger, tip, filesSince(since))).batches;
}

async function readableEvents(batches: readonly StoredBatch[]): Promise<{ readonly events: UpkeepEvent[]; readonly deadLetters: number }> {
  if (batches.length === 0) return { events: [], deadLetters: 0 };
  const { eventSchema } = await import('../../ledger/event-schema.ts');
  const lines = batches.flatMap(batchEvents);
  const events = lines.filter((line): line is UpkeepEvent => eventSchema.safeParse(line).success);
  return { events, deadLetters: lines.length - events.length };
}

async function importStep(
  pool: ConnectionPool,
  step: readonly UpkeepEvent[],
  ask: ImportAsk & { readonly isLast: boolean },
): Promise<{ readonly events: EventRow[]; readonly runs: number }> {
  const { repositoryId, scope, isLast, tip, sequence } = ask;
  return transaction(pool, async (sql) => {
    await lockRepository(sql, repositoryId);
    const agents = await importedAgents(sql, repositoryId, agentPlacesOf(step));
    const ids = new Map(agents.map((agent) => [placeKey(agent), agent.id]));
    const runs = step.flatMap((event) => runOf(event, ids));
    const made = await importRuns(sql, repositoryId, runs);
    await writeChecks(
      sql,
      step.flatMap(checksOf).filter(({ runId }) => made.has(runId)),
    );
    const settled = new Set(runs.map(({ id }) => id));
    // How a run ended that is here already was told by whoever carried it out for this database.
    const foreign = step.filter((event) => !isSettled(event) || !settled.has(event.data.runId) || made.has(event.data.runId));
    const rows = foreign.map((event) => eventRow(event, repositoryId, ids));
    const fresh = await importEvents(sql, rows);
    if (isLast && scope === 'shared') await moveLedgerPosition(sql, repositoryId, { tip, sequence });
    if (fresh.size > 0) await wakeServices(sql, 'events');
    return { events: rows.filter(({ id }) => fresh.has(id)), runs: made.size };
  });
}
