/** Ends pauses, and ERROR with them: the agents come back into the schedule, whose next slot is worked out from now. */
import type { AgentId } from '../../ledger/outcome.ts';
import { dropPauses, expirePauses } from '../../prisma/runs/pause-rows.ts';
import { clearErrors, steeredAgents, type SteeredAgent } from '../../prisma/runs/steered-agents.ts';
import { writeEvents, type EventRow } from '../../prisma/runs/write-events.ts';
import type { Sql } from '../../prisma/sql.ts';
import { mayBeSteered } from '../agent-states.ts';
import { wakeServices } from '../runs/wake.ts';
import type { SchedulerContext } from '../scheduler-context.ts';
import { SteerError } from './steer-error.ts';
import { resumeEvent, type Decider } from './steer-events.ts';
import { steerTransaction } from './steer-transaction.ts';
import {
  at,
  bringBack,
  concerned,
  decisionRow,
  factsOf,
  newId,
  noteSteering,
  subjectOf,
  takeAgents,
  wordsFor,
  type SteerAsk,
} from './steering.ts';

export interface ResumeReport {
  /** As they are now; those with a pause stay paused by a wider one. */
  readonly agents: readonly SteeredAgent[];
  /** By id of the agent; null: it does not come back into the schedule. */
  readonly nextRunAt: ReadonlyMap<string, Date | null>;
  readonly events: readonly EventRow[];
}

/** Throws SteerError `not-paused` when nothing of it is paused or in ERROR, `unknown-agent`. */
export async function resumeAgents({ pool }: Pick<SchedulerContext, 'pool'>, ask: SteerAsk): Promise<ResumeReport> {
  const { scope } = ask;
  return steerTransaction(pool, async (sql) => {
    const { agents: before, now } = await takeAgents(sql, scope);
    const decider = at(ask.decider, now);
    const concernedBefore = before.filter((agent) => mayBeSteered('resume', factsOf(agent)) === 'allowed');
    const dropped = await dropPauses(sql, scope);
    if (dropped === 0 && concernedBefore.length === 0) throw new SteerError('not-paused', refusal(before, ask));
    await clearErrors(
      sql,
      before.map(({ agentId }) => agentId),
    );
    const agents = await steeredAgents(sql, scope);
    const hasChanged = dropped > 0 || before.some(({ isInError }) => isInError);
    // Who was in the schedule all the time stays where it was.
    const back = agents.filter(({ agentId }) => concernedBefore.some((one) => one.agentId === agentId));
    const nextRunAt = await bringBack(sql, back, now);
    const events = hasChanged ? resumedRows(agents, { scope, decider, nextRunAt }) : [];
    await Promise.all([
      hasChanged ? noteSteering(sql, ask, { action: 'resume', subject: subjectOf(agents, scope), detail: {}, events }) : null,
      wakeServices(sql, 'schedule'),
    ]);
    return { agents, nextRunAt, events };
  });
}

function resumedRows(
  agents: readonly SteeredAgent[],
  about: { readonly scope: SteerAsk['scope']; readonly decider: Decider; readonly nextRunAt: ReadonlyMap<string, Date | null> },
): EventRow[] {
  const { scope, decider, nextRunAt } = about;
  return concerned(agents, scope).map((agent) => {
    const isOne = scope.agentId !== null;
    const next = isOne ? (nextRunAt.get(agent.agentId)?.toISOString() ?? null) : null;
    return decisionRow(resumeEvent(isOne ? (agent.agent as AgentId) : null, decider, next), agent.repositoryId, scope.agentId);
  });
}

function refusal(agents: readonly SteeredAgent[], { scope }: SteerAsk): string {
  const [first] = agents;
  return scope.agentId !== null && first !== undefined ? wordsFor('not-paused', first) : 'no agent is paused: there is nothing to resume';
}

/** Pauses whose end has come: their agents come back into the schedule. To be called now and then; the ledger knows of the ends by itself. */
export async function endPauses({ pool, source }: Pick<SchedulerContext, 'pool' | 'source'>): Promise<readonly EventRow[]> {
  return steerTransaction(pool, async (sql) => {
    const ended = await expirePauses(sql);
    const events: EventRow[] = [];
    for (const { repositoryId, agentId, by } of ended) {
      const rows = await comeBack(sql, { scope: { repositoryId: agentId === null ? repositoryId : null, agentId }, by, source });
      events.push(...rows);
    }
    return events;
  });
}

async function comeBack(
  sql: Sql,
  { scope, by, source }: { readonly scope: SteerAsk['scope']; readonly by: string; readonly source: string },
): Promise<EventRow[]> {
  const found = await takeAgents(sql, scope).catch((error: unknown) => {
    if (error instanceof SteerError) return null;
    throw error;
  });
  if (found === null) return [];
  const { agents, now } = found;
  const nextRunAt = await bringBack(
    sql,
    agents.filter(({ pause, isInError }) => pause === null && !isInError),
    now,
  );
  const origin = { source, correlationId: newId(now), now: () => now };
  const decider = { by, reason: 'the time of the pause is over', branch: null, origin };
  const events = resumedRows(agents, { scope, decider, nextRunAt });
  await writeEvents(sql, events);
  return events;
}
