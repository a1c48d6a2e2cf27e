/** Agents: their cards, and the orders that people give them. */
import { agentCards, recentRuns } from '../../../prisma/read/agent-cards.ts';
import { agentPlaces } from '../../../prisma/read/agent-places.ts';
import { pauseAgents } from '../../../scheduler/steer/pause.ts';
import { requestRuns, retryAgents, type RequestedRun } from '../../../scheduler/steer/request-runs.ts';
import { resumeAgents } from '../../../scheduler/steer/resume.ts';
import {
  agentsListInput,
  agentsListOutput,
  MOST_RECENT,
  pauseInput,
  pauseOutput,
  recentRunsInput,
  recentRunsOutput,
  resumeOutput,
  retryOutput,
  runInput,
  runOutput,
  steerInput,
} from '../../wire/agents-schema.ts';
import { agentCard, recentRun } from '../agent-card.ts';
import { DashboardError } from '../errors.ts';
import { adminOrder, agentNamed, deciderOf, operatorOrder, requireUnpaused, steerScopeOf } from '../orders.ts';
import { databaseOf, router, schedulerOf, viewerProcedure } from '../procedures.ts';

const RUNNING = { now: 'refuse', 'after-run': 'let-end', cancel: 'cancel' } as const;

export const agentsRouter = router({
  list: viewerProcedure
    .input(agentsListInput)
    .output(agentsListOutput)
    .query(async ({ ctx, input }) => {
      const rows = await agentCards(databaseOf(ctx).prisma, input);
      return rows.map((row) => agentCard(row, ctx.dashboard.progress));
    }),

  recent: viewerProcedure
    .input(recentRunsInput)
    .output(recentRunsOutput)
    .query(async ({ ctx, input }) => (await recentRuns(databaseOf(ctx).prisma, { ...input, most: MOST_RECENT })).map(recentRun)),

  pause: adminOrder
    .input(pauseInput)
    .output(pauseOutput)
    .mutation(async ({ ctx, input }) => {
      const until = input.until ? new Date(input.until) : null;
      if (until !== null && until <= ctx.dashboard.now())
        throw new DashboardError('VAL-INPUT', 'until: a pause ends later than now', {
          fields: [{ field: 'until', message: 'later than now' }],
        });
      const ask = { scope: steerScopeOf(input.scope), decider: deciderOf(ctx, input.reason), until, running: RUNNING[input.how] };
      const { agents, withdrawn, under, events } = await pauseAgents(schedulerOf(ctx), ask);
      ctx.dashboard.onOrdered(events);
      return {
        agents: agents.map(({ agent }) => agent),
        withdrawn: withdrawn.map(({ agent, id }) => ({ agent, runId: id })),
        running: under.map(({ agent, runId }) => ({ agent, runId })),
      };
    }),

  resume: adminOrder
    .input(steerInput)
    .output(resumeOutput)
    .mutation(async ({ ctx, input }) => {
      const ask = { scope: steerScopeOf(input.scope), decider: deciderOf(ctx, input.reason) };
      const { agents, nextRunAt, events } = await resumeAgents(schedulerOf(ctx), ask);
      ctx.dashboard.onOrdered(events);
      return {
        agents: agents.map(({ agentId, agent, pause }) => ({
          id: agentId,
          name: agent,
          nextRunAt: nextRunAt.get(agentId)?.toISOString() ?? null,
          pause: pause === null ? null : { kind: pause.kind, by: pause.by },
        })),
      };
    }),

  retry: operatorOrder
    .input(steerInput)
    .output(retryOutput)
    .mutation(async ({ ctx, input }) => {
      const ask = { scope: steerScopeOf(input.scope), decider: deciderOf(ctx, input.reason) };
      const { retried, events } = await retryAgents(schedulerOf(ctx), ask);
      ctx.dashboard.onOrdered(events);
      return {
        agents: retried.map(({ agent, refusal, words, run }) => ({
          id: agent.agentId,
          name: agent.agent,
          refusal: refusal === null ? null : { code: `CONFLICT-${refusal.toUpperCase()}`, message: words },
          runId: run?.runId ?? null,
        })),
      };
    }),

  run: operatorOrder
    .input(runInput)
    .output(runOutput)
    .mutation(async ({ ctx, input }) => {
      const ids = [...new Set(input.agentIds)];
      const places = (await agentPlaces(databaseOf(ctx).prisma, ids)).filter(({ isLookedAfter }) => isLookedAfter);
      const missing = ids.filter((id) => !places.some((place) => place.id === id));
      if (missing.length > 0) throw new DashboardError('NOT-FOUND-AGENT', 'there is no such agent any more', { agentIds: missing });
      if (input.force) await requireUnpaused(ctx, ids);
      const runs: RequestedRun[] = [];
      for (const [repositoryId, agents] of Map.groupBy(places, (place) => place.repositoryId)) {
        const report = await requestRuns(schedulerOf(ctx), {
          scope: { repositoryId, agentId: null },
          decider: deciderOf(ctx, input.reason),
          agents: agents.map(({ name }) => agentNamed(name)),
          priority: input.priority ?? null,
          isForced: input.force,
          base: null,
        });
        ctx.dashboard.onOrdered(report.events);
        runs.push(...report.runs);
      }
      return { runs };
    }),
});
