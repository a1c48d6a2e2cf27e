/** Events of a ledger as rows of the database. Pure. */
import type { EventOf, UpkeepEvent } from '../../ledger/event.ts';
import { uuidTime } from '../../ledger/run-order.ts';
import type { ImportedPlace, ImportedRun } from '../../prisma/runs/import-rows.ts';
import type { CheckRow } from '../../prisma/runs/write-checks.ts';
import type { EventRow } from '../../prisma/runs/write-events.ts';

type Settled = EventOf<'agent:completed'> | EventOf<'agent:failed'> | EventOf<'agent:cancelled'>;

/** Whether an event tells how a run ended. */
export function isSettled(event: UpkeepEvent): event is Settled {
  return event.type === 'agent:completed' || event.type === 'agent:failed' || event.type === 'agent:cancelled';
}

/** One text an agent and branch. */
export function placeKey({ name, branch }: ImportedPlace): string {
  return `${name}@${branch}`;
}

function placeOf({ data }: UpkeepEvent): ImportedPlace | null {
  return data.agentId === null || data.branch === '' ? null : { name: data.agentId, branch: data.branch };
}

/** The agents and branches that runs ended on, each once. */
export function agentPlacesOf(events: readonly UpkeepEvent[]): ImportedPlace[] {
  const places = events.filter(isSettled).flatMap((event) => placeOf(event) ?? []);
  return [...new Map(places.map((place) => [placeKey(place), place])).values()];
}

type Ids = ReadonlyMap<string, string>;

/** An event with the id of its agent, where that is one of `ids` (by `placeKey`). */
export function eventRow(event: UpkeepEvent, repositoryId: string, ids: Ids): EventRow {
  const place = placeOf(event);
  const agentId = place === null ? null : (ids.get(placeKey(place)) ?? null);
  const { id, type, time, data } = event;
  return { id, type, time, repositoryId, agentId, runId: isUuid(data.runId) ? data.runId : null, envelope: event };
}

/** The run that an event settles; none for other events, and for a run whose id no database takes. */
export function runOf(event: UpkeepEvent, ids: Ids): ImportedRun[] {
  const place = placeOf(event);
  const agentId = place === null ? undefined : ids.get(placeKey(place));
  if (!isSettled(event) || agentId === undefined || !isUuid(event.data.runId)) return [];
  const { data } = event;
  const settledAt = new Date(event.time);
  const common = { id: data.runId, agentId, requestedBy: event.source, settledAt, correlationId: event.correlationid };
  if (event.type === 'agent:cancelled') {
    const nothing = { message: null, commit: null, base: null, errors: null, warnings: null, fixed: null };
    const cancelled = { outcome: 'cancelled', reason: 'interrupted', durationMs: 0, trigger: 'manual', ...nothing };
    return [{ ...common, ...cancelled, ...timesOf(data.runId, settledAt, 0) }];
  }
  const { outcome, reason, trigger, commit, base, errors, warnings, fixed } = event.data;
  const durationMs = Math.min(Math.max(0, Math.round(event.data.durationMs)), LONGEST_MS);
  const message = event.type === 'agent:failed' ? event.data.error.message : null;
  return [
    {
      ...common,
      ...{ outcome, reason, trigger, commit, base, errors, warnings, fixed, durationMs, message },
      ...timesOf(data.runId, settledAt, durationMs),
    },
  ];
}

/** What a run left, by check, as far as its event tells: the first 50 findings, and nothing of checks that found nothing. */
export function checksOf(event: UpkeepEvent): CheckRow[] {
  if (event.type !== 'agent:completed' && event.type !== 'agent:failed') return [];
  const { runId, findings } = event.data;
  return [...Map.groupBy(findings, ({ check }) => check)].map(([check, own]) => ({
    ...{ runId, check, reason: null, durationMs: null, command: null },
    outcome: own.some(({ severity }) => severity === 'error') ? 'failed' : 'passed',
    findings: own.map(({ check: _check, ...finding }) => ({ ...finding, column: null, isFixed: false })),
  }));
}

/** What the database's column holds. */
const LONGEST_MS = 2 ** 31 - 1;

function timesOf(runId: string, settledAt: Date, durationMs: number): Pick<ImportedRun, 'requestedAt' | 'startedAt'> {
  const startedAt = new Date(settledAt.getTime() - durationMs);
  const made = uuidTime(runId);
  // An id is made when a run is asked for; a clock that was wrong then must not put that after its start.
  return { startedAt, requestedAt: made === null || made > startedAt.getTime() ? startedAt : new Date(made) };
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
