/** What is told of a run that is settled. Pure but for the ids of events. */
import type { Reason, Trigger } from '../../ledger/outcome.ts';
import type { SettledRun } from '../../prisma/runs/finish-runs.ts';
import type { EventRow } from '../../prisma/runs/write-events.ts';
import type { FinishedAttempt } from './finish-runs.ts';
import { runEvent } from './run-events.ts';

export interface SettledAs {
  /** As it was written. */
  readonly row: Pick<SettledRun, 'outcome' | 'reason' | 'message' | 'cancelBy' | 'at'>;
  readonly source: string;
  readonly isInError: boolean;
  /** The newest commit of the branch, for a run that did not say which one it looked at; null: nobody knows one. */
  readonly commit: string | null;
}

/** The events of its process; its milestones are in the repository's ledger, where the process put them. */
export function toldEvents(attempt: FinishedAttempt | undefined): readonly EventRow[] {
  return attempt?.kind === 'ended' ? attempt.result.events : [];
}

/** What the service itself knows of its end and the process did not tell. */
export function ownEvents(attempt: FinishedAttempt | undefined, as: SettledAs): EventRow[] {
  if (attempt === undefined) return [];
  const { run } = attempt;
  const { row, source, isInError } = as;
  const { outcome, at } = row;
  const reason = (row.reason ?? 'internal') as Reason;
  const types = new Set(toldEvents(attempt).map(({ type }) => type));
  const own: EventRow[] = [];
  if (outcome === 'cancelled' && !types.has('agent:cancelled'))
    own.push(runEvent('agent:cancelled', run, { data: { status: 'ACTIVE', by: row.cancelBy ?? run.cancelBy ?? 'upkeep' }, source, at }));
  if (outcome === 'skipped' && !types.has('agent:skipped') && row.reason !== null)
    own.push(runEvent('agent:skipped', run, { data: { status: 'ACTIVE', reason }, source, at }));
  if (outcome === 'errored' && !types.has('agent:failed') && !types.has('agent:completed')) own.push(...erroredEvent(attempt, as));
  if (isInError && !types.has('agent:tripped')) {
    const data = { status: 'ERROR', by: 'upkeep', reason, nextRunAt: null, streak: 0, kind: 'operation' as const };
    own.push(runEvent('agent:tripped', run, { data, source, at }));
  }
  return own;
}

/** Its process did not get so far as to tell of an end, as in a crash; none where not even a commit is known. */
function erroredEvent(attempt: FinishedAttempt, { row, source, isInError, commit }: SettledAs): EventRow[] {
  const { run } = attempt;
  const base = (attempt.kind === 'ended' ? attempt.result.checkedBase : null) ?? run.base ?? commit;
  if (base === null || !/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(base)) return [];
  const reason = (row.reason ?? 'internal') as Reason;
  const data = {
    status: isInError ? 'ERROR' : 'ACTIVE',
    outcome: 'errored' as const,
    reason,
    trigger: run.trigger as Trigger,
    base,
    ...{ key: '', producedKey: null, commit: null, delivered: false, coverage: null, counts: true },
    durationMs: Math.max(0, row.at.getTime() - run.startedAt.getTime()),
    ...{ errors: 0, warnings: 0, fixed: 0, findings: [] },
    error: { code: reason, message: row.message ?? 'the run could not be carried out', reason },
  };
  return [runEvent('agent:failed', run, { data, source, at: row.at })];
}
