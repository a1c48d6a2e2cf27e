/** Schedules that people set: they come before the configuration's. Pure. */
import type { EventData } from './event.ts';
import { PRIORITIES, type AgentId, type Priority } from './outcome.ts';
import type { LedgerState } from './state.ts';

export interface SetSchedule {
  readonly cron: string;
  readonly zone: string;
  readonly by: string;
  /** When it was set, ISO 8601. */
  readonly at: string;
  /** Absent: that of the configuration. */
  readonly priority?: Priority;
}

/** The schedule that a person set for an agent, or null where the configuration's holds. */
export function scheduleSetFor(state: Pick<LedgerState, 'schedules'>, agent: AgentId): SetSchedule | null {
  return state.schedules[agent] ?? state.schedules['*'] ?? null;
}

/** When a slot comes next was worked out for the trees by the schedule before: they are to be looked at again. */
export function foldSchedule(state: LedgerState, data: EventData<'agent:scheduled'>, at: string): LedgerState {
  const { agentId, cron, zone, by, isDefault } = data;
  const name = agentId ?? '*';
  const { [name]: _before, ...others } = state.schedules;
  const priority = PRIORITIES.find((known) => known === data.priority);
  const set = { cron, zone, by, at, ...(priority === undefined ? {} : { priority }) };
  return { ...state, schedules: isDefault === true ? others : { ...others, [name]: set }, trees: [] };
}
