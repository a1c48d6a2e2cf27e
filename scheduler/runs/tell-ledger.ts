/** What the service decided itself goes to the repository's ledger as well: written in the transaction, appended after it. */
import { isMilestone } from '../../ledger/milestones.ts';
import type { EventType } from '../../ledger/event.ts';
import { writeOutbox } from '../../prisma/runs/outbox-rows.ts';
import type { EventRow } from '../../prisma/runs/write-events.ts';
import type { Sql } from '../../prisma/sql.ts';

/** Only events that no process of a run has appended, in the transaction of what they tell; others than milestones are left out. */
export async function tellLedger(sql: Sql, events: readonly EventRow[]): Promise<void> {
  const rows = events.flatMap(({ id, type, repositoryId, envelope, time }) =>
    repositoryId === null || !isMilestone(type as EventType) ? [] : [{ id, repositoryId, envelope, at: new Date(time) }],
  );
  await writeOutbox(sql, rows);
}
