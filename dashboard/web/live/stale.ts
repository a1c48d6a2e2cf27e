/** Which answers of the server an event makes old. Pure. */
import type { EventType } from '../../../ledger/event.ts';

/** Families of queries, by the first part of their names in the router. */
export type Family =
  'agents' | 'scheduler' | 'commits' | 'escalations' | 'runs' | 'schedule' | 'queue' | 'findings' | 'repositories' | 'audit';

const MOVING: readonly Family[] = ['scheduler', 'queue', 'runs', 'repositories'];
const STEERED: readonly Family[] = ['agents', 'scheduler', 'queue', 'schedule', 'repositories', 'audit'];

/** Families that an event of this type makes old. */
export function staleAfter(type: EventType): readonly Family[] {
  switch (type) {
    case 'agent:queued':
    case 'agent:started':
      return MOVING;
    case 'agent:completed':
    case 'agent:failed':
      return ['agents', ...MOVING, 'findings', 'commits', 'schedule'];
    case 'agent:retrying':
    case 'agent:skipped':
    case 'agent:cancelled':
      return ['agents', ...MOVING];
    case 'agent:paused':
    case 'agent:resumed':
    case 'agent:scheduled':
      return STEERED;
    case 'agent:tripped':
    case 'agent:recovered':
      return ['agents', 'scheduler', 'queue', 'schedule', 'repositories'];
    case 'agent:escalated':
    case 'agent:escalation-closed':
      return ['agents', 'escalations'];
    case 'agent:slot-dropped':
      return ['schedule'];
    case 'delivery:pushed':
    case 'delivery:proposed':
    case 'delivery:withdrawn':
    case 'delivery:kept':
    case 'delivery:refused':
    case 'delivery:undone':
      return ['commits', 'runs'];
    case 'agent:progress':
    case 'scheduler:keyed':
    case 'scheduler:status':
      return [];
  }
}
