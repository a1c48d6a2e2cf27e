/** New runs enter: written, admitted where there is room, and handed to the queue, in one transaction. */
import type { Priority, Trigger } from '../../ledger/outcome.ts';
import { uuidv7 } from '../../ledger/event.ts';
import { admitRuns, lockAgents } from '../../prisma/runs/admit-runs.ts';
import { insertRuns } from '../../prisma/runs/insert-runs.ts';
import { writeEvents, type EventRow } from '../../prisma/runs/write-events.ts';
import type { NewRun } from '../../prisma/runs/run-row.ts';
import type { Sql } from '../../prisma/sql.ts';
import { jobPrioritySql, rankOf } from '../rank.ts';
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

export interface EnqueueAsk {
  readonly context: SchedulerContext;
  /** By the database's clock. */
  readonly now: Date;
  /** How many were asked for before them. */
  readonly ahead?: number;
}

export interface EnqueueReport {
  readonly runs: readonly Enqueued[];
  readonly events: readonly EventRow[];
}

/** Enqueues in a transaction of the caller's; slots that have their run already are left out. */
export async function enqueueRuns(sql: Sql, requests: readonly RunRequest[], ask: EnqueueAsk): Promise<EnqueueReport> {
  return (await beginEnqueue(sql, requests, ask)).done;
}

/** As `enqueueRuns`, for the last act of a transaction: resolves when it is sent, so that the commit follows on its heels; `done` after it. */
export async function beginEnqueue(
  sql: Sql,
  requests: readonly RunRequest[],
  ask: EnqueueAsk,
): Promise<{ readonly done: Promise<EnqueueReport> }> {
  const { context, now } = ask;
  const { queue, labelLimits } = context;
  if (requests.length === 0) return { done: Promise.resolve({ runs: [], events: [] }) };
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
  const rows = fresh.map(({ row }) => row);
  const job = { sending: (jobs: string) => queue.sending(jobs), priority: jobPrioritySql(queue.order) };
  const inserting = insertRuns(sql, rows, { job, limited: Object.keys(labelLimits) });
  const event = ({ row, request }: FreshRun, index: number): EventRow => queuedEvent(row, request, { ...ask, index });
  // Only a slot can have its run already, and only a limit keeps out what its agent has room for.
  if (requests.every(({ slotAt }) => slotAt === null) && Object.keys(labelLimits).length === 0) {
    const events = fresh.map(event);
    await tell(sql, events, context);
    const done = inserting.then((inserted) => reportOf(fresh, events, (id) => inserted.get(id) === true));
    done.catch(() => undefined);
    return { done };
  }
  const [inserted] = await Promise.all([inserting, locked]);
  const written = fresh.filter(({ row }) => inserted.has(row.id));
  const events = written.map(event);
  if (events.length > 0) await tell(sql, events, context);
  const queued = new Set([...inserted].flatMap(([id, isQueued]) => (isQueued ? [id] : [])));
  for (const id of await admitMore(sql, written, { context, queued })) queued.add(id);
  return { done: Promise.resolve(reportOf(written, events, (id) => queued.has(id))) };
}

function reportOf(written: readonly FreshRun[], events: readonly EventRow[], isAdmitted: (id: string) => boolean): EnqueueReport {
  return { runs: written.map(({ row, request }) => ({ id: row.id, request, isAdmitted: isAdmitted(row.id) })), events };
}

/** Services are told whether or not something has room: they look, and find it or not. */
async function tell(sql: Sql, events: readonly EventRow[], { local }: SchedulerContext): Promise<void> {
  // Whoever enqueues here wakes the service of this process.
  await Promise.all([writeEvents(sql, events), ...(local?.isAlone === true ? [] : [wakeServices(sql, 'queued')])]);
}

interface FreshRun {
  readonly request: RunRequest;
  readonly row: NewRun;
}

/** Looks again where something waits: it may have been behind one whose slot has its run already, or its label may have room. Returns their ids. */
async function admitMore(
  sql: Sql,
  written: readonly FreshRun[],
  { context, queued }: { readonly context: SchedulerContext; readonly queued: ReadonlySet<string> },
): Promise<string[]> {
  const { queue, labelLimits } = context;
  const busy = new Set(written.filter(({ row }) => queued.has(row.id)).map(({ row }) => row.agentId));
  const waiting = new Set(written.map(({ row }) => row.agentId).filter((id) => !busy.has(id)));
  if (waiting.size === 0 && Object.keys(labelLimits).length === 0) return [];
  const admitted = await admitRuns(sql, [...waiting].sort(), labelLimits);
  if (admitted.length > 0) await Promise.all([queue.send(sql, admitted), wakeServices(sql, 'queued')]);
  return admitted.map(({ id }) => id);
}

function queuedEvent(
  { id }: NewRun,
  request: RunRequest,
  { context, now, ahead = 0, index }: EnqueueAsk & { readonly index: number },
): EventRow {
  const data = { status: 'QUEUED' as const, position: ahead + index + 1, priority: request.priority, runAt: now.toISOString() };
  return runEvent('agent:queued', { ...request, id, jobId: null }, { data, source: context.source, at: now });
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
