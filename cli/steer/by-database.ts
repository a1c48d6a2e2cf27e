/** Steers a service by its database, on the machine that holds it or any that reaches it. */
import type { AgentId } from '../../ledger/outcome.ts';
import { steeredAgents, type SteerScope } from '../../prisma/runs/steered-agents.ts';
import { connection } from '../../prisma/sql.ts';
import type { Decider } from '../../scheduler/steer/steer-events.ts';
import { pauseAgents } from '../../scheduler/steer/pause.ts';
import { retryAgents } from '../../scheduler/steer/request-runs.ts';
import { resumeAgents } from '../../scheduler/steer/resume.ts';
import { SteerError } from '../../scheduler/steer/steer-error.ts';
import type { CommandContext } from '../command-context.ts';
import type { RunningService } from '../serve/running-service.ts';
import { deciderOf } from './steer-flags.ts';
import type { Order, SteeringService } from './steering-service.ts';
import { waitForRuns } from './wait-for-runs.ts';

export function byDatabase(service: RunningService, context: CommandContext): SteeringService {
  const scope = ({ agent, everything }: Order): Promise<SteerScope> => scopeOf(service, agent, everything);
  const decider = ({ reason }: Order): Decider => deciderOf(reason === null ? {} : { reason }, context);
  return {
    async pause(order) {
      const { until, running } = order;
      const ask = { scope: await scope(order), decider: decider(order), until, running };
      const { withdrawn, under } = await pauseAgents(await service.scheduler(), ask);
      return { withdrawn: withdrawn.map(({ agent, id }) => ({ agent, runId: id })), under };
    },
    async resume(order) {
      const report = await resumeAgents(await service.scheduler(), { scope: await scope(order), decider: decider(order) });
      return report.agents.map(({ agent, agentId, pause }) => ({ agent, pause, nextRunAt: report.nextRunAt.get(agentId) ?? null }));
    },
    async retry(order) {
      const { retried } = await retryAgents(await service.scheduler(), { scope: await scope(order), decider: decider(order) });
      return retried.map(({ agent: { agent, isInError }, refusal, words, run }) => ({
        ...{ agent, isInError, runId: run?.runId ?? null },
        refusal: refusal === null ? null : { code: refusal, words },
      }));
    },
    async held(order) {
      const asked = await scope(order);
      return connection(service.database.pool, (sql) => steeredAgents(sql, asked));
    },
    waitFor: (runIds, waiting) => waitForRuns(service, runIds, waiting),
  };
}

/** Throws SteerError `unknown-agent` when the service does not know the agent. */
export async function scopeOf(service: RunningService, agent: AgentId | null, everything = false): Promise<SteerScope> {
  if (everything) return { repositoryId: null, agentId: null };
  const { repositoryId } = service;
  if (agent === null) return { repositoryId, agentId: null };
  const agents = await connection(service.database.pool, (sql) => steeredAgents(sql, { repositoryId, agentId: null }));
  const found = agents.find((one) => one.agent === agent);
  if (found === undefined)
    throw new SteerError('unknown-agent', `the service knows no agent ${agent} of ${service.name} on ${service.branch}`);
  return { repositoryId, agentId: found.agentId };
}
