/** Cancels runs for a person: those of an agent, of a repository, or one by its id. */
import type { AgentId } from '../../ledger/outcome.ts';
import { findRuns } from '../../prisma/runs/find-runs.ts';
import { mayBeSteered } from '../agent-states.ts';
import { cancelIn, type CancelReport } from '../runs/cancel-runs.ts';
import type { SchedulerContext } from '../scheduler-context.ts';
import { SteerError } from './steer-error.ts';
import { steerTransaction } from './steer-transaction.ts';
import { factsOf, noteSteering, subjectOf, takeAgents, wordsFor, type SteerAsk } from './steering.ts';

export interface CancelAsk extends SteerAsk {
  /** Beginning of the id of a run of the scope's repository; null: every run of the scope. */
  readonly run: string | null;
}

export interface Cancelled extends CancelReport {
  /** Names of the agents by the ids of their runs. */
  readonly agents: ReadonlyMap<string, AgentId>;
}

/** Throws SteerError `not-under-way`, `unknown-run`, `settled` or `unknown-agent`. */
export async function cancelFor(context: SchedulerContext, ask: CancelAsk): Promise<Cancelled> {
  const { scope, decider } = ask;
  return steerTransaction(context.pool, async (sql) => {
    const { agents } = await takeAgents(sql, scope);
    const run = ask.run === null ? null : requireOpen(await findRuns(sql, scope.repositoryId ?? '', ask.run), ask.run);
    if (run === null && !agents.some((agent) => mayBeSteered('cancel', factsOf(agent)) === 'allowed')) {
      const [first] = agents;
      const isNamed = scope.agentId !== null && first !== undefined;
      throw new SteerError('not-under-way', isNamed ? wordsFor('not-under-way', first) : 'no run waits or is under way');
    }
    const runs = run === null ? { ...scope, runId: null } : { runId: run.id, agentId: null, repositoryId: null };
    const report = await cancelIn(sql, context, { scope: runs, by: decider.by });
    const names = new Map(agents.flatMap(({ runningId, agent }) => (runningId === null ? [] : [[runningId, agent as AgentId] as const])));
    const detail = { ended: report.ended.map(({ id }) => id), ending: report.ending };
    await noteSteering(sql, ask, {
      action: 'cancel',
      subject: run === null ? subjectOf(agents, scope) : `run ${run.id}`,
      detail,
      events: [],
    });
    return { ...report, agents: names };
  });
}

function requireOpen(found: readonly Awaited<ReturnType<typeof findRuns>>[number][], beginning: string): (typeof found)[number] {
  const [run, other] = found;
  if (run === undefined)
    throw new SteerError(
      'unknown-run',
      `no run begins with ${JSON.stringify(beginning)}: agent queue shows those that wait or are under way`,
    );
  if (other !== undefined)
    throw new SteerError(
      'unknown-run',
      `several runs begin with ${JSON.stringify(beginning)}, such as ${run.id} and ${other.id}: give more of it`,
    );
  if (run.state === 'settled')
    throw new SteerError('settled', `run ${run.id} of ${run.agent} has ended (${run.outcome ?? ''}): there is nothing to cancel`);
  return run;
}
