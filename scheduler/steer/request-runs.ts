/** Asks a service for runs: what a person wants now, and the retry of what could not be carried out. */
import { uuidv7 } from '../../ledger/event.ts';
import type { AgentId, Priority } from '../../ledger/outcome.ts';
import { clearErrors, steeredAgents, type SteeredAgent } from '../../prisma/runs/steered-agents.ts';
import type { EventRow } from '../../prisma/runs/write-events.ts';
import { mayBeSteered, type Refusal } from '../agent-states.ts';
import { enqueueRuns, type RunRequest } from '../runs/enqueue-runs.ts';
import { wakeServices } from '../runs/wake.ts';
import type { SchedulerContext } from '../scheduler-context.ts';
import { SteerError } from './steer-error.ts';
import { resumeEvent } from './steer-events.ts';
import { enqueueTransaction } from './steer-transaction.ts';
import { at, bringBack, decisionRow, factsOf, noteSteering, subjectOf, takeAgents, wordsFor, type SteerAsk } from './steering.ts';

/** A run that a service is to carry out. */
export interface RequestedRun {
  readonly agent: string;
  readonly runId: string;
  /** Whether it is in the queue; else it waits for the run before it. */
  readonly isAdmitted: boolean;
}

export interface RunAsk extends SteerAsk {
  /** Names of agents; empty: all that the configuration does not turn off. */
  readonly agents: readonly AgentId[];
  /** Null: that of the agent. */
  readonly priority: Priority | null;
  /** Runs whatever is remembered, paused agents as well. */
  readonly isForced: boolean;
  /** Null: the newest of the branch. */
  readonly base: string | null;
}

/** Enqueues one run an agent, all of one trigger. Throws SteerError, and then asks for none of them. */
export async function requestRuns(
  context: SchedulerContext,
  ask: RunAsk,
): Promise<{ readonly runs: RequestedRun[]; readonly events: readonly EventRow[] }> {
  const { scope, decider, agents: names, isForced, priority, base } = ask;
  return enqueueTransaction(context, async (sql) => {
    const { agents, now } = await takeAgents(sql, scope);
    const wanted = names.length === 0 ? agents.filter(({ isEnabled }) => isEnabled) : agents.filter(({ agent }) => isNamed(agent, names));
    const off = wanted.find(({ isEnabled }) => !isEnabled);
    if (off !== undefined)
      throw new SteerError(
        'disabled',
        `the configuration turns ${off.agent} off: set agents.${off.agent}.enabled to true, or leave it out`,
      );
    const refused = isForced ? [] : wanted.flatMap((agent) => refusedOf('run', agent));
    const [first] = refused;
    // Of agents that nobody named, those that may not run are left out.
    if (first !== undefined && (names.length > 0 || refused.length === wanted.length)) throw new SteerError(first.refusal, first.words);
    const runnable = wanted.filter((agent) => !refused.some((one) => one.agent === agent));
    const correlationId = uuidv7(now);
    const requests = runnable.map((agent) =>
      requestFor(agent, {
        trigger: 'manual',
        base,
        isForced,
        requestedBy: decider.by,
        correlationId,
        ...(priority === null ? {} : { priority }),
      }),
    );
    const { runs, events } = await enqueueRuns(sql, requests, { context, now });
    const detail = { runs: runs.map(({ id }) => id), isForced, priority };
    await noteSteering(sql, ask, { action: 'run', subject: subjectOf(runnable, scope), detail, events: [] });
    return { runs: runs.map(({ id, request, isAdmitted }) => ({ agent: request.agent, runId: id, isAdmitted })), events };
  });
}

function isNamed(agent: string, names: readonly string[]): boolean {
  return names.includes(agent);
}

/** What a retry came to for one agent. */
export interface Retried {
  readonly agent: SteeredAgent;
  /** Null: it is back, and `run` tries it at once. */
  readonly refusal: Refusal | null;
  /** Of a refusal. */
  readonly words: string;
  readonly run: RequestedRun | null;
}

/** Brings agents in ERROR back into the schedule and enqueues a run of each; one for each agent of the scope. */
export async function retryAgents(
  context: SchedulerContext,
  ask: SteerAsk,
): Promise<{ readonly retried: readonly Retried[]; readonly events: readonly EventRow[] }> {
  const { scope } = ask;
  return enqueueTransaction(context, async (sql) => {
    const { agents: before, now } = await takeAgents(sql, scope);
    const decider = at({ ...ask.decider, reason: ask.decider.reason ?? 'retry' }, now);
    const refused = before.flatMap((agent) => refusedOf('retry', agent));
    const ids = before.filter((agent) => !refused.some((one) => one.agent === agent)).map(({ agentId }) => agentId);
    if (ids.length === 0) return { retried: refused.map((one) => ({ ...one, run: null })), events: [] };
    await clearErrors(sql, ids);
    const back = (await steeredAgents(sql, scope)).filter(({ agentId }) => ids.includes(agentId));
    const nextRunAt = await bringBack(sql, back, now);
    const resumed = back.map((agent) => {
      const next = nextRunAt.get(agent.agentId)?.toISOString() ?? null;
      return decisionRow(resumeEvent(agent.agent as AgentId, decider, next), agent.repositoryId, agent.agentId);
    });
    await noteSteering(sql, ask, {
      action: 'retry',
      subject: subjectOf(back, scope),
      detail: { agents: back.map(({ agent }) => agent) },
      events: resumed,
    });
    const correlationId = uuidv7(now);
    const about = { trigger: 'retry' as const, base: null, isForced: false, requestedBy: decider.by, correlationId };
    const { runs, events } = await enqueueRuns(
      sql,
      back.map((agent) => requestFor(agent, about)),
      { context, now },
    );
    await wakeServices(sql, 'schedule');
    const retried = back.map((agent): Retried => {
      const run = runs.find(({ request }) => request.agentId === agent.agentId);
      return {
        agent,
        refusal: null,
        words: '',
        run: run === undefined ? null : { agent: agent.agent, runId: run.id, isAdmitted: run.isAdmitted },
      };
    });
    return { retried: [...retried, ...refused.map((one) => ({ ...one, run: null }))], events: [...resumed, ...events] };
  });
}

interface Refused {
  readonly agent: SteeredAgent;
  readonly refusal: Refusal;
  readonly words: string;
}

function refusedOf(steering: 'run' | 'retry', agent: SteeredAgent): Refused[] {
  const answer = mayBeSteered(steering, factsOf(agent));
  return answer === 'allowed' ? [] : [{ agent, refusal: answer, words: wordsFor(answer, agent) }];
}

type Wanted = Pick<RunRequest, 'trigger' | 'base' | 'isForced' | 'requestedBy' | 'correlationId'> & { readonly priority?: Priority };

function requestFor({ repositoryId, agentId, agent, branch, labels, priority }: SteeredAgent, wanted: Wanted): RunRequest {
  return { repositoryId, agentId, agent, branch, labels, priority: priority as Priority, slotAt: null, ...wanted };
}
