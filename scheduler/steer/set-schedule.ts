/** Sets the schedule of an agent: it comes before the configuration's, and its next slot is worked out from now. */
import type { AgentId, Priority } from '../../ledger/outcome.ts';
import { setPriority, type SteeredAgent } from '../../prisma/runs/steered-agents.ts';
import { setScheduleRow } from '../../prisma/runs/steer-schedules.ts';
import type { EventRow } from '../../prisma/runs/write-events.ts';
import { wakeServices } from '../runs/wake.ts';
import type { SchedulerContext } from '../scheduler-context.ts';
import { scheduleEvent, type SetSchedule } from './steer-events.ts';
import { steerTransaction } from './steer-transaction.ts';
import { at, decisionRow, goesOn, noteSteering, subjectOf, takeAgents, type SteerAsk } from './steering.ts';

export interface SetScheduleAsk extends SteerAsk {
  /** One that the calculator accepts. */
  readonly set: SetSchedule;
  /** What the configuration says, where a priority that was set is set no more. */
  readonly defaultPriority?: Priority;
}

export interface ScheduleReport {
  readonly agent: SteeredAgent;
  /** Null: the agent is out of the schedule. */
  readonly nextRunAt: Date | null;
  readonly events: readonly EventRow[];
}

/** Of the one agent of the scope. Throws SteerError `unknown-agent`. */
export async function setSchedule({ pool }: Pick<SchedulerContext, 'pool'>, ask: SetScheduleAsk): Promise<ScheduleReport> {
  const { scope, set } = ask;
  return steerTransaction(pool, async (sql) => {
    const { agents, now } = await takeAgents(sql, scope);
    const [agent] = agents as [SteeredAgent];
    const decider = at(ask.decider, now);
    const { cron, zone, priority, isDefault } = set;
    const isOut = !agent.isEnabled || agent.pause !== null || agent.isInError;
    const next = goesOn({ ...agent, cron, timeZone: zone }, now, isOut);
    const event = decisionRow(scheduleEvent(agent.agent as AgentId, decider, set), agent.repositoryId, agent.agentId);
    await setScheduleRow(sql, { ...next, cron, timeZone: zone, setBy: isDefault ? null : decider.by });
    const wanted = priority ?? ask.defaultPriority ?? null;
    if (wanted !== null) await setPriority(sql, agent.agentId, wanted);
    await Promise.all([
      noteSteering(sql, ask, { action: 'schedule', subject: subjectOf(agents, scope), detail: { ...set }, events: [event] }),
      wakeServices(sql, 'schedule'),
    ]);
    return { agent, nextRunAt: next.nextRunAt, events: [event] };
  });
}
