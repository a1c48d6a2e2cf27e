/** Which events are worth remembering, and in which form they are written. */
import type { EventType, UpkeepEvent } from './event.ts';
import { LedgerError } from './ledger-error.ts';

/** What a run does on its way, or did not do: shown, but not remembered, so that a tick that finds nothing to do appends nothing. */
const PASSING: ReadonlySet<string> = new Set(['agent:queued', 'agent:started', 'agent:progress', 'agent:skipped', 'scheduler:status']);

/** Whether events of a type are remembered at all. */
export function isMilestone(type: EventType): boolean {
  return !PASSING.has(type);
}

/** One event as a line. */
export interface EventLine {
  readonly id: string;
  readonly text: string;
  readonly seconds: number;
}

/** The milestones among the events as lines. Throws LedgerError `invalid-event` when one of them does not match its schema. */
export async function milestoneLines(events: readonly UpkeepEvent[]): Promise<EventLine[]> {
  const milestones = events.filter(({ type }) => isMilestone(type));
  if (milestones.length === 0) return [];
  const { eventSchema } = await import('./event-schema.ts');
  return milestones.map((event) => {
    const parsed = eventSchema.safeParse(event);
    if (!parsed.success) {
      const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
      throw new LedgerError('invalid-event', `${event.type} is not a valid event and was not written: ${issues}`);
    }
    return { id: event.id, text: JSON.stringify(parsed.data), seconds: Math.max(0, Math.floor(Date.parse(event.time) / 1000)) };
  });
}
