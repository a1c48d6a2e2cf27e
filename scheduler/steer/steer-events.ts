/** What a person decides about agents, as events; wherever it is said: on the command line, in a comment, to a service. Pure but for ids. */
import { makeEvent, uuidv7, type EventOrigin, type UpkeepEvent } from '../../ledger/event.ts';
import type { AgentId, Priority } from '../../ledger/outcome.ts';

/** Who decides, where and why. */
export interface Decider {
  readonly by: string;
  readonly reason: string | null;
  /** Null: on every branch. */
  readonly branch: string | null;
  readonly origin: EventOrigin;
  /** Address that the order came from, where it came over a network. */
  readonly from?: string;
}

/** Keeps an agent, or with null every agent, from running until somebody ends it or `until` (ISO 8601) has come. */
export function pauseEvent(agent: AgentId | null, decider: Decider, until: string | null): UpkeepEvent {
  return makeEvent('agent:paused', { ...dataOf(agent, decider), status: 'PAUSED', nextRunAt: until }, decider.origin);
}

/** Ends a pause, and ERROR with it. `nextRunAt` (ISO 8601): when it runs next, where that is known. */
export function resumeEvent(agent: AgentId | null, decider: Decider, nextRunAt: string | null = null): UpkeepEvent {
  return makeEvent('agent:resumed', { ...dataOf(agent, decider), status: 'ACTIVE', nextRunAt }, decider.origin);
}

/** A schedule that a person set; `isDefault`: that of the configuration holds again. */
export interface SetSchedule {
  readonly cron: string;
  readonly zone: string;
  /** Null: that of the configuration. */
  readonly priority: Priority | null;
  readonly isDefault: boolean;
}

export function scheduleEvent(agent: AgentId, { by, origin }: Decider, set: SetSchedule): UpkeepEvent {
  const id = uuidv7(origin.now());
  const { cron, zone, priority, isDefault } = set;
  const rest = { ...(priority === null ? {} : { priority }), ...(isDefault ? { isDefault } : {}) };
  return makeEvent(
    'agent:scheduled',
    { agentId: agent, jobId: id, runId: id, branch: '', status: 'ACTIVE', cron, zone, by, ...rest },
    origin,
  );
}

function dataOf(agent: AgentId | null, { by, reason, branch }: Decider) {
  const id = uuidv7(new Date());
  return { agentId: agent, jobId: id, runId: id, branch: branch ?? '', by, reason };
}
