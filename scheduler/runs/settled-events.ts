/** What is told of a run that is settled. Pure but for the ids of events. */
import type { EventRow } from '../../prisma/runs/write-events.ts';
import type { FinishedAttempt } from './finish-runs.ts';
import { runEvent } from './run-events.ts';

/** The events of its process; where that told none of its end, what the service knows itself. */
export function settledEvents(
  attempt: FinishedAttempt | undefined,
  about: { readonly source: string; readonly at: Date; readonly isInError: boolean },
): EventRow[] {
  if (attempt === undefined) return [];
  const { run } = attempt;
  const { source, at, isInError } = about;
  const told = attempt.kind === 'ended' ? attempt.result.events : [];
  const outcome = attempt.kind === 'ended' ? attempt.result.outcome : run.cancelBy === null ? 'errored' : 'cancelled';
  const reason = attempt.kind === 'ended' ? attempt.result.reason : outcome === 'errored' ? 'internal' : 'interrupted';
  const own: EventRow[] = [];
  const has = (...types: string[]): boolean => told.some(({ type }) => types.includes(type));
  if (outcome === 'cancelled' && !has('agent:cancelled'))
    own.push(runEvent('agent:cancelled', run, { data: { status: 'ACTIVE', by: run.cancelBy ?? 'upkeep' }, source, at }));
  if (outcome === 'skipped' && !has('agent:skipped') && reason !== null)
    own.push(runEvent('agent:skipped', run, { data: { status: 'ACTIVE', reason }, source, at }));
  if (isInError && !has('agent:tripped')) {
    const data = { status: 'ERROR', by: 'upkeep', reason: reason ?? 'internal', nextRunAt: null, streak: 0, kind: 'operation' as const };
    own.push(runEvent('agent:tripped', run, { data, source, at }));
  }
  return [...told, ...own];
}
