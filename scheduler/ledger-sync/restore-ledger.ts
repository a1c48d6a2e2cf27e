/** Gives a ledger that was lost, or began anew, what the database holds of it. */
import { append } from '../../ledger/append.ts';
import { eventsSince } from '../../ledger/event-ids.ts';
import type { EventType, UpkeepEvent } from '../../ledger/event.ts';
import type { Ledger } from '../../ledger/store.ts';
import { milestonesOf, servicesOf } from '../../prisma/runs/import-rows.ts';
import { connection, type ConnectionPool } from '../../prisma/sql.ts';
import { isSettled } from './imported.ts';

export interface RestoreAsk {
  readonly repositoryId: string;
  readonly ledger: Ledger;
  /** Older events are let go. */
  readonly since: Date;
  readonly compactAfterDays?: number | undefined;
}

const STEP = 500;
const MOST = 50_000;

/** What ledgers hold; retries and dropped slots are the queue's own. */
const TYPES: readonly EventType[] = [
  ...(['agent:completed', 'agent:failed', 'agent:cancelled', 'agent:tripped', 'agent:recovered'] as const),
  ...(['agent:paused', 'agent:resumed', 'agent:scheduled', 'agent:escalated', 'agent:escalation-closed'] as const),
  ...(['delivery:pushed', 'delivery:proposed', 'delivery:withdrawn', 'delivery:kept', 'delivery:refused', 'delivery:undone'] as const),
];
const OF_PEOPLE: ReadonlySet<string> = new Set(['agent:paused', 'agent:resumed', 'agent:scheduled']);

/** Returns how many events it appended. What another clone may hold still is left to that: nothing must be in a ledger twice. */
export async function restoreLedger(pool: ConnectionPool, ask: RestoreAsk): Promise<number> {
  const { repositoryId, ledger, since, compactAfterDays } = ask;
  const { kept, services } = await connection(pool, async (sql) => ({
    kept: await milestonesOf(sql, { repositoryId, types: TYPES, since, most: MOST }),
    services: await servicesOf(sql, repositoryId),
  }));
  const known = await eventsSince(ledger, 'shared', since);
  const ofClone = await eventsSince(ledger, 'local', since);
  const missing = kept.filter(({ id }) => !known.has(id) && !ofClone.has(id));
  if (missing.length < kept.length && services > 1) return 0;
  // What people said since it began anew counts more than what they said before.
  const steered = [...known.values()].filter(({ type }) => OF_PEOPLE.has(type)).map(({ time }) => Date.parse(time));
  const newest = Math.max(...steered, 0);
  const told = lastEnds(missing.map(({ envelope }) => envelope as UpkeepEvent)).filter(
    ({ type, time }) => !OF_PEOPLE.has(type) || Date.parse(time) > newest,
  );
  for (let from = 0; from < told.length; from += STEP)
    await append(ledger, told.slice(from, from + STEP), { scope: 'shared', compactAfterDays });
  return told.length;
}

/** A run that was carried out twice is remembered by how it ended at last. */
function lastEnds(events: readonly UpkeepEvent[]): UpkeepEvent[] {
  const last = new Map(events.filter(isSettled).map((event) => [event.data.runId, event.id]));
  return events.filter((event) => !isSettled(event) || last.get(event.data.runId) === event.id);
}
