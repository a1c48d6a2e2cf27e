/** The types of events that can be filtered for, in the order of their list. */
import type { EventType } from '../../../../ledger/event.ts';

export const EVENT_TYPES = [
  'agent:queued',
  'agent:started',
  'agent:completed',
  'agent:failed',
  'agent:retrying',
  'agent:skipped',
  'agent:cancelled',
  'agent:paused',
  'agent:resumed',
  'agent:tripped',
  'agent:recovered',
  'agent:escalated',
  'agent:escalation-closed',
  'agent:scheduled',
  'agent:slot-dropped',
  'delivery:pushed',
  'delivery:proposed',
  'delivery:withdrawn',
  'delivery:kept',
  'delivery:refused',
  'delivery:undone',
] as const satisfies readonly EventType[];
