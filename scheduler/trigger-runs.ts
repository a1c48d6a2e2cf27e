/** A trigger from outside, such as a push, becomes runs of the agents that may run. */
import { uuidv7 } from '../ledger/event.ts';
import type { AgentId, Priority, Trigger } from '../ledger/outcome.ts';
import { databaseTime, lockSteeredAgents, steeredAgents, type SteeredAgent } from '../prisma/runs/steered-agents.ts';
import { beginEnqueue, type EnqueueReport } from './runs/enqueue-runs.ts';
import type { SchedulerContext } from './scheduler-context.ts';
import { enqueueTransaction } from './steer/steer-transaction.ts';

export interface TriggerAsk {
  readonly repositoryId: string;
  /** Empty: all that the repository has. */
  readonly agents: readonly AgentId[];
  readonly trigger: Trigger;
  /** Whether they run whatever is remembered. */
  readonly isForced: boolean;
  /** Who caused it; null where nobody says. */
  readonly by: string | null;
}

/** Enqueues one run an agent on the newest commit of its branch. One that has not started yet looks at that commit as well, so it is enough. */
export async function triggerRuns(
  context: SchedulerContext,
  { repositoryId, agents: names, trigger, isForced, by }: TriggerAsk,
): Promise<EnqueueReport> {
  const { done } = await enqueueTransaction(context, async (sql) => {
    const scope = { repositoryId, agentId: null };
    await lockSteeredAgents(sql, scope);
    const [agents, now] = await Promise.all([steeredAgents(sql, scope), databaseTime(sql)]);
    const wanted = agents.filter(({ agent }) => names.length === 0 || names.some((name) => name === agent));
    const correlationId = uuidv7(now);
    const requests = wanted
      .filter((agent) => mayRun(agent, isForced))
      .map(({ agentId, agent, branch, labels, priority }) => ({
        ...{ repositoryId, agentId, agent, branch, labels, trigger, isForced, correlationId },
        priority: priority as Priority,
        base: null,
        slotAt: null,
        requestedBy: by,
      }));
    return beginEnqueue(sql, requests, { context, now });
  });
  return done;
}

/** A pause is somebody's decision, whoever triggers. */
function mayRun({ isEnabled, pause, isInError, unstarted }: SteeredAgent, isForced: boolean): boolean {
  if (!isEnabled || pause !== null) return false;
  return isForced || (!isInError && unstarted === 0);
}
