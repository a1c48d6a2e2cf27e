/** New runs enter: written, admitted where there is room, and handed to the queue, in one transaction. */
import type { Priority, Trigger } from '../../ledger/outcome.ts';
import { uuidv7 } from '../../ledger/event.ts';
import { admitRuns, lockAgents, type LabelLimits } from '../../prisma/runs/admit-runs.ts';
import { insertRuns } from '../../prisma/runs/insert-runs.ts';
import { writeEvents, type EventRow } from '../../prisma/runs/write-events.ts';
import type { AdmittedRun, NewRun } from '../../prisma/runs/run-row.ts';
import type { Sql } from '../../prisma/sql.ts';
import { rankOf } from '../rank.ts';
import type { SchedulerContext } from '../scheduler-context.ts';
import { runEvent } from './run-events.ts';
import { wakeServices } from './wake.ts';

/** What somebody or something asks for. */
export interface RunRequest {
  readonly repositoryId: string;
  readonly agentId: string;
  /** `backend`, `qa` … */
  readonly agent: string;
  readonly branch: string;
  readonly trigger: Trigger;
  readonly priority: Priority;
  readonly labels: readonly string[];
  /** Null: the newest commit of the branch. */
  readonly base: string | null;
  readonly isForced: boolean;
  readonly slotAt: Date | null;
  readonly requestedBy: string | null;
  /** One for all runs of one trigger. */
  readonly correlationId: string;
}

export interface Enqueued {
  readonly id: string;
  readonly request: RunRequest;
  /** Whether it is in the queue; else it waits for room. */
  readonly isAdmitted: boolean;
}

/** Enqueues in a transaction of the caller's; slots that have their run already are left out. `now`: by the database's clock. */
export async function enqueueRuns(
  sql: Sql,
  requests: readonly RunRequest[],
  ask: { readonly context: SchedulerContext; readonly now: Date; readonly ahead?: number },
): Promise<{ readonly runs: Enqueued[]; readonly events: EventRow[] }> {
  const { context, now } = ask;
  const { queue, labelLimits, source } = context;
  if (requests.length === 0) return { runs: [], events: [] };
  const agentIds = [...new Set(requests.map(({ agentId }) => agentId))].sort();
  const locked = lockAgents(sql, agentIds);
  // When both fail only one of them is waited for.
  locked.catch(() => undefined);
  // Of the same moment, and in the order in which they were asked for.
  const inOrder = requests.map(() => uuidv7(now)).sort();
  const fresh = requests.map((request, index) => ({
    request,
    row: rowOf(request, { id: inOrder[index] ?? uuidv7(now), now, order: queue.order }),
  }));
  const inserted = await insertRuns(
    sql,
    fresh.map(({ row }) => row),
    Object.keys(labelLimits),
  );
  await locked;
  const written = fresh.filter(({ row }) => inserted.has(row.id));
  const admitted = [...queuedOf(written, inserted), ...(await admitWaiting(sql, written, { inserted, labelLimits }))];
  const queued = new Set(admitted.map(({ id }) => id));
  const runs = written.map(({ row, request }) => ({ id: row.id, request, isAdmitted: queued.has(row.id) }));
  const events = runs.map(({ id, request }, index) =>
    runEvent(
      'agent:queued',
      { ...request, id, jobId: null },
      {
        data: { status: 'QUEUED', position: (ask.ahead ?? 0) + index + 1, priority: request.priority, runAt: now.toISOString() },
        source,
        at: now,
      },
    ),
  );
  await Promise.all([queue.send(sql, admitted), writeEvents(sql, events), admitted.length > 0 ? wakeServices(sql, 'queued') : null]);
  return { runs, events };
}

interface FreshRun {
  readonly request: RunRequest;
  readonly row: NewRun;
}

/** Those that had room at once. */
function queuedOf(written: readonly FreshRun[], inserted: ReadonlyMap<string, string | null>): AdmittedRun[] {
  return written.flatMap(({ row: { id, repositoryId, agentId, priority, eligibleAt } }) => {
    const jobId = inserted.get(id) ?? null;
    return jobId === null ? [] : [{ id, jobId, repositoryId, agentId, priority, eligibleAt }];
  });
}

/** Looks again where something waits: it may have been behind a run that was there already, or its label may have room. */
async function admitWaiting(
  sql: Sql,
  written: readonly FreshRun[],
  { inserted, labelLimits }: { readonly inserted: ReadonlyMap<string, string | null>; readonly labelLimits: LabelLimits },
): Promise<AdmittedRun[]> {
  const queued = new Set(written.filter(({ row }) => inserted.get(row.id) !== null).map(({ row }) => row.agentId));
  const waiting = new Set(written.map(({ row }) => row.agentId).filter((id) => !queued.has(id)));
  return waiting.size === 0 && Object.keys(labelLimits).length === 0 ? [] : admitRuns(sql, [...waiting].sort(), labelLimits);
}

function rowOf(
  request: RunRequest,
  { id, now, order }: { readonly id: string; readonly now: Date; readonly order: 'aged' | 'strict' },
): NewRun {
  const { repositoryId, agentId, trigger, priority, labels, base, isForced, slotAt, requestedBy, correlationId } = request;
  return {
    id,
    ...{ repositoryId, agentId, trigger, priority, labels, base, isForced, slotAt, requestedBy, correlationId },
    rank: rankOf(now, priority, order),
    requestedAt: now,
    eligibleAt: now,
  };
}
