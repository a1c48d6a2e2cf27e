/** Pauses an agent, a repository or everything: no slot of theirs becomes a run until that ends. */
import type { AgentId } from '../../ledger/outcome.ts';
import { endUnstarted, markCancelled, type EndedRun } from '../../prisma/runs/cancel-runs.ts';
import { putPause } from '../../prisma/runs/pause-rows.ts';
import { steeredAgents, type SteeredAgent } from '../../prisma/runs/steered-agents.ts';
import { leaveSchedule } from '../../prisma/runs/schedule-rows.ts';
import { writeEvents, type EventRow } from '../../prisma/runs/write-events.ts';
import { mayBeSteered } from '../agent-states.ts';
import { leaveQueue } from '../runs/cancel-runs.ts';
import { runEvent } from '../runs/run-events.ts';
import { wakeServices } from '../runs/wake.ts';
import type { SchedulerContext } from '../scheduler-context.ts';
import { SteerError } from './steer-error.ts';
import { pauseEvent } from './steer-events.ts';
import { steerTransaction } from './steer-transaction.ts';
import { at, concerned, decisionRow, factsOf, newId, noteSteering, subjectOf, takeAgents, wordsFor, type SteerAsk } from './steering.ts';

export interface PauseAsk extends SteerAsk {
  /** When it ends by itself; null: when somebody ends it. */
  readonly until: Date | null;
  /** What becomes of runs that are under way: nothing is paused, they go on to their end, they are cancelled. */
  readonly running: 'refuse' | 'let-end' | 'cancel';
}

export interface PauseReport {
  readonly agents: readonly SteeredAgent[];
  /** Runs that had not started: they are skipped. */
  readonly withdrawn: readonly EndedRun[];
  /** Runs that are under way still. */
  readonly under: readonly { readonly agent: string; readonly runId: string }[];
  readonly events: readonly EventRow[];
}

/** Throws SteerError `runs` where a run is under way and nothing was said of it, `unknown-agent`. */
export async function pauseAgents(context: SchedulerContext, ask: PauseAsk): Promise<PauseReport> {
  const { scope, until } = ask;
  return steerTransaction(context.pool, async (sql) => {
    const { now } = await takeAgents(sql, scope);
    const decider = at(ask.decider, now);
    const runs = { runId: null, agentId: scope.agentId, repositoryId: scope.repositoryId };
    const withdrawn = await endUnstarted(sql, runs, { outcome: 'skipped', reason: 'paused', message: null, by: decider.by });
    // Read again: a service may have claimed one meanwhile, and from here on there is none left to claim.
    const agents = await steeredAgents(sql, scope);
    const busy = agents.filter((agent) => mayBeSteered('pause', factsOf(agent)) !== 'allowed');
    if (busy.length > 0 && ask.running === 'refuse') throw new SteerError('runs', refusal(busy, scope.agentId !== null));
    if (ask.running === 'cancel') await markCancelled(sql, runs, decider.by);
    const skipped = withdrawn.map((run) =>
      runEvent('agent:skipped', run, { data: { status: 'PAUSED', reason: 'paused' }, source: context.source, at: now }),
    );
    const paused = concerned(agents, scope).map((agent) => {
      const name = scope.agentId === null ? null : (agent.agent as AgentId);
      return decisionRow(pauseEvent(name, decider, until?.toISOString() ?? null), agent.repositoryId, scope.agentId);
    });
    const [first] = agents;
    const repositoryId = scope.agentId === null ? scope.repositoryId : (first?.repositoryId ?? null);
    const { by, reason } = decider;
    const cancels = ask.running === 'cancel' && busy.length > 0;
    await Promise.all([
      putPause(sql, { id: newId(now), repositoryId, agentId: scope.agentId, by, reason, since: now, until }),
      leaveSchedule(
        sql,
        agents.map(({ agentId }) => agentId),
      ),
      leaveQueue(sql, withdrawn, context),
      writeEvents(sql, skipped),
      noteSteering(sql, ask, {
        action: 'pause',
        subject: subjectOf(agents, scope),
        detail: { until: until?.toISOString() ?? null, running: ask.running },
        events: paused,
      }),
      wakeServices(sql, 'schedule'),
      cancels ? wakeServices(sql, 'cancel') : null,
    ]);
    const under = busy.flatMap(({ agent, runningId }) => (runningId === null ? [] : [{ agent, runId: runningId }]));
    return { agents, withdrawn, under, events: [...skipped, ...paused] };
  });
}

function refusal(busy: readonly SteeredAgent[], isNamed: boolean): string {
  const [first] = busy;
  if (isNamed && first !== undefined) return wordsFor('runs', first);
  const runs = busy.map(({ agent, runningId }) => `${agent} (run ${runningId ?? ''})`).join(', ');
  return `running agents cannot be paused, and these run now: ${runs}; --after-run waits for their ends, --cancel stops them`;
}
