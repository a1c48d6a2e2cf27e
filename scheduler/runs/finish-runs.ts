/** Attempts end: outcome, event, next job and what follows are written in one transaction, by whoever still holds the run. */
import type { Outcome, Priority, Reason } from '../../ledger/outcome.ts';
import { admitRuns, lockAgents } from '../../prisma/runs/admit-runs.ts';
import { noteDrift, leaveSchedule } from '../../prisma/runs/schedule-rows.ts';
import { requeueRows, settleRows, type RequeuedRow, type SettledRow, type SettledRun } from '../../prisma/runs/finish-runs.ts';
import { writeChecks, type CheckRow } from '../../prisma/runs/write-checks.ts';
import { writeEvents, type EventRow } from '../../prisma/runs/write-events.ts';
import type { AdmittedRun, ClaimedRun } from '../../prisma/runs/run-row.ts';
import { newestCommits } from '../../prisma/runs/repository-rows.ts';
import { transaction, type Sql } from '../../prisma/sql.ts';
import { afterAttempt, type AfterAttempt } from '../after-attempt.ts';
import { rankOf, type QueueOrder } from '../rank.ts';
import type { SchedulerContext } from '../scheduler-context.ts';
import { ownEvents, toldEvents } from './settled-events.ts';
import { tellLedger } from './tell-ledger.ts';
import { runEvent } from './run-events.ts';
import { wakeServices } from './wake.ts';

/** What an attempt came to. */
export interface AttemptResult {
  readonly outcome: Outcome;
  readonly reason: Reason | null;
  readonly message: string | null;
  readonly retryAfterMs: number | null;
  readonly checkedBase: string | null;
  readonly commit: string | null;
  readonly errors: number;
  readonly warnings: number;
  readonly fixed: number;
  readonly checks: readonly CheckRow[];
  /** Events that its process told, to be kept with it. */
  readonly events: readonly EventRow[];
}

/** One attempt that is over. `crashed`: its process ended without a result; `returned`: this service stops. */
export type FinishedAttempt = { readonly run: ClaimedRun } & (
  | { readonly kind: 'ended'; readonly result: AttemptResult }
  | { readonly kind: 'crashed'; readonly message: string }
  | { readonly kind: 'returned'; /** Before it may be claimed again; default 0. */ readonly delayMs?: number }
);

export interface FinishReport {
  readonly settled: readonly string[];
  readonly requeued: readonly string[];
  /** Runs that are somebody else's by now: nothing was written for them. */
  readonly lost: readonly string[];
  readonly events: readonly EventRow[];
  /** Whether there is something to claim now. */
  readonly hasMore: boolean;
}

/** Writes the ends of attempts; `serviceId` null: in the place of a service that is gone. */
export async function finishRuns(
  context: SchedulerContext,
  attempts: readonly FinishedAttempt[],
  serviceId: string | null,
): Promise<FinishReport> {
  const { pool, queue, source, labelLimits } = context;
  const isGone = serviceId === null;
  const decided = attempts.map((attempt) => ({ attempt, after: decide(attempt, context) }));
  const byId = new Map(decided.map((one) => [one.attempt.run.id, one]));
  return transaction(pool, async (sql) => {
    const toSettle = decided.flatMap(({ attempt, after }) => (after.kind === 'settle' ? [settledRow(attempt, after.isInError)] : []));
    const toRequeue = decided.flatMap(({ attempt, after }) =>
      after.kind === 'settle' ? [] : [requeuedRow(attempt, after, { order: queue.order, isGone })],
    );
    // Whoever enqueues runs of these agents comes before or after all of this: nothing waits that nobody admits.
    const locked = lockAgents(sql, [...new Set(attempts.map(({ run }) => run.agentId))].sort());
    const settling = [settleRows(sql, toSettle, serviceId), requeueRows(sql, toRequeue, serviceId)] as const;
    const [settled, requeued] = await Promise.all([...settling, locked]);
    const back = new Set(requeued.map(({ id }) => id));
    // Somebody cancelled them while they ran: they do not come back.
    const cancelled = await settleRows(
      sql,
      toRequeue.filter(({ id }) => !back.has(id)).map((row) => cancelledRow(row)),
      serviceId,
    );
    const over = [...settled, ...cancelled];
    const commits = await commitsOf(sql, over);
    const own = over.flatMap((row) => {
      const one = byId.get(row.id);
      return ownEvents(one?.attempt, { row, source, isInError: isInError(one?.after), commit: commits.get(row.repositoryId) ?? null });
    });
    const events = [
      ...over.flatMap(({ id }) => toldEvents(byId.get(id)?.attempt)),
      ...own,
      ...requeued.flatMap((row) => retryEvents(byId.get(row.id)?.attempt, { ...row, source, isGone })),
    ];
    const left = [...over.map(({ jobId }) => jobId), ...requeued.map(({ oldJobId }) => oldJobId)];
    const agents = over.filter(({ hasNext }) => hasNext).map(({ agentId }) => agentId);
    const done = new Set(over.map(({ id }) => id));
    const ended = attempts.filter(({ run }) => done.has(run.id));
    const [, , , , , , next] = await Promise.all([
      queue.complete(sql, left),
      writeEvents(sql, events),
      writeChecks(
        sql,
        ended.flatMap((attempt) => (attempt.kind === 'ended' ? attempt.result.checks : [])),
      ),
      noteDrift(
        sql,
        ended.map(({ run }) => run),
      ),
      leaveSchedule(
        sql,
        over.filter(({ id }) => isInError(byId.get(id)?.after)).map(({ agentId }) => agentId),
      ),
      tellLedger(sql, own),
      agents.length > 0 || Object.keys(labelLimits).length > 0 ? admitRuns(sql, agents, labelLimits) : ([] as AdmittedRun[]),
    ]);
    const jobs = [...requeued, ...next];
    await Promise.all([queue.send(sql, jobs), jobs.length > 0 ? wakeServices(sql, 'queued') : null]);
    return {
      settled: [...done],
      requeued: [...back],
      lost: attempts.map(({ run }) => run.id).filter((id) => !done.has(id) && !back.has(id)),
      events,
      hasMore: jobs.length > 0,
    };
  });
}

/** The newest commits of the branches of runs that ended without a word: what they were to look at, as far as anybody knows. */
async function commitsOf(sql: Sql, over: readonly SettledRun[]): Promise<ReadonlyMap<string, string>> {
  const errored = over.filter(({ outcome }) => outcome === 'errored').map(({ repositoryId }) => repositoryId);
  return errored.length === 0 ? new Map() : newestCommits(sql, [...new Set(errored)]);
}

type Decided = AfterAttempt | { readonly kind: 'return'; readonly delayMs: number };

function decide(attempt: FinishedAttempt, { retry }: SchedulerContext): Decided {
  const { run } = attempt;
  if (attempt.kind === 'returned') return { kind: 'return', delayMs: attempt.delayMs ?? 0 };
  const end = attempt.kind === 'crashed' ? { kind: 'crashed' as const } : { kind: 'ended' as const, ...attempt.result };
  return afterAttempt(end, { retries: run.retries, crashes: run.crashes, isCancelled: run.cancelBy !== null }, retry);
}

function isInError(after: Decided | undefined): boolean {
  return after?.kind === 'settle' && after.isInError;
}

function settledRow(attempt: FinishedAttempt, inError: boolean): SettledRow {
  const { run } = attempt;
  const fence = { id: run.id, attempt: run.attempt };
  const nothing = { commit: null, checkedBase: null, errors: null, warnings: null, fixed: null };
  if (attempt.kind === 'ended') {
    const { outcome, reason, message, commit, checkedBase, errors, warnings, fixed } = attempt.result;
    return { ...fence, outcome, reason, message, commit, checkedBase, errors, warnings, fixed, errorReason: inError ? reason : null };
  }
  if (run.cancelBy !== null) return { ...fence, ...nothing, outcome: 'cancelled', reason: 'interrupted', message: null, errorReason: null };
  const message = attempt.kind === 'crashed' ? attempt.message : null;
  return { ...fence, ...nothing, outcome: 'errored', reason: 'internal', message, errorReason: inError ? 'internal' : null };
}

function cancelledRow({ id, attempt }: RequeuedRow): SettledRow {
  const nothing = { message: null, commit: null, checkedBase: null, errors: null, warnings: null, fixed: null, errorReason: null };
  return { id, attempt, ...nothing, outcome: 'cancelled', reason: 'interrupted' };
}

const ENDINGS = { retry: 'errored', crash: 'crashed', return: 'returned' } as const;

interface RequeueAsk {
  readonly order: QueueOrder;
  /** Whether the service that held it is gone. */
  readonly isGone: boolean;
}

function requeuedRow(attempt: FinishedAttempt, after: Exclude<Decided, { kind: 'settle' }>, { order, isGone }: RequeueAsk): RequeuedRow {
  const { run } = attempt;
  return {
    id: run.id,
    attempt: run.attempt,
    ending: after.kind === 'crash' && isGone ? 'lost' : ENDINGS[after.kind],
    reason: attempt.kind === 'ended' ? attempt.result.reason : null,
    message: attempt.kind === 'ended' ? attempt.result.message : attempt.kind === 'crashed' ? attempt.message : null,
    delayMs: after.delayMs,
    headStartMs: -rankOf(new Date(0), run.priority as Priority, order),
  };
}

function retryEvents(
  attempt: FinishedAttempt | undefined,
  { eligibleAt, at, source, isGone }: { readonly eligibleAt: Date; readonly at: Date; readonly source: string; readonly isGone: boolean },
): EventRow[] {
  if (attempt === undefined || attempt.kind === 'returned') return [];
  const reason = attempt.kind === 'ended' ? (attempt.result.reason ?? 'internal') : isGone ? 'interrupted' : 'internal';
  const data = { status: 'QUEUED', attempt: attempt.run.attempt, nextAttemptAt: eligibleAt.toISOString(), reason };
  return [runEvent('agent:retrying', attempt.run, { data, source, at })];
}
