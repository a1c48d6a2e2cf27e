/** The queue: what waits and why, and the orders about it. */
import type { Priority, Trigger } from '../../../ledger/outcome.ts';
import { deadLetters, type DeadLetter } from '../../../prisma/read/dead-letters.ts';
import { openRuns, type OpenRun } from '../../../prisma/runs/open-runs.ts';
import { connection } from '../../../prisma/sql.ts';
import { cancelFor } from '../../../scheduler/steer/cancel.ts';
import { retryAgents } from '../../../scheduler/steer/request-runs.ts';
import { resumeAgents } from '../../../scheduler/steer/resume.ts';
import { setRunPriority } from '../../../scheduler/steer/set-run-priority.ts';
import { SteerError } from '../../../scheduler/steer/steer-error.ts';
import { waitReason } from '../../../scheduler/wait-reason.ts';
import { waitWords } from '../../../scheduler/wait-words.ts';
import { deadInput, queueOutput, queueRunInput, setPriorityInput } from '../../wire/queue-schema.ts';
import { cancelOutput, rerunOutput } from '../../wire/run-schema.ts';
import { doneOutput } from '../../wire/session-schema.ts';
import { ofRepositorySchema } from '../../wire/vocabulary-schema.ts';
import type { RunProgress } from '../live/run-progress.ts';
import { DashboardError } from '../errors.ts';
import { adminOrder, deciderOf, operatorOrder } from '../orders.ts';
import { databaseOf, router, schedulerOf, viewerProcedure } from '../procedures.ts';
import { requireRun } from '../run-details.ts';

/** Services that were seen within it take runs. */
const SEEN_MS = 30_000;
/** What the question to the database gives at most. */
const MOST_RUNS = 1000;

export const queueRouter = router({
  list: viewerProcedure
    .input(ofRepositorySchema)
    .output(queueOutput)
    .query(async ({ ctx, input }) => {
      const { pool, prisma } = databaseOf(ctx);
      const [runs, dead] = await Promise.all([
        connection(pool, (sql) => openRuns(sql, input.repository ?? null, SEEN_MS)),
        deadLetters(prisma, input.repository),
      ]);
      return {
        running: runs.filter(({ state }) => state === 'running').map((run) => runningRow(run, ctx.dashboard.progress)),
        waiting: runs
          .filter(({ state }) => state !== 'running')
          .map(waitingRow)
          .sort((a, b) => a.position - b.position),
        hasMore: runs.length >= MOST_RUNS,
        dead: dead.map(deadRow),
      };
    }),

  setPriority: operatorOrder
    .input(setPriorityInput)
    .output(doneOutput)
    .mutation(async ({ ctx, input }) => {
      const { runId, priority } = input;
      await setRunPriority(schedulerOf(ctx), { runId, priority, decider: deciderOf(ctx, input.reason) });
      return { done: true as const };
    }),

  cancel: operatorOrder
    .input(queueRunInput)
    .output(cancelOutput)
    .mutation(async ({ ctx, input }) => {
      const run = await requireRun(databaseOf(ctx).prisma, input.runId);
      const scope = { repositoryId: run.repositoryId, agentId: null };
      const { ended, events } = await cancelFor(schedulerOf(ctx), { scope, decider: deciderOf(ctx, input.reason), run: run.id });
      ctx.dashboard.onOrdered(events);
      return { done: ended.length > 0 };
    }),

  /** Back into the schedule, and tried at once. */
  retry: operatorOrder
    .input(deadInput)
    .output(rerunOutput)
    .mutation(async ({ ctx, input }) => {
      const scope = { repositoryId: null, agentId: input.agentId };
      const { retried, events } = await retryAgents(schedulerOf(ctx), { scope, decider: deciderOf(ctx, input.reason) });
      ctx.dashboard.onOrdered(events);
      const [first] = retried;
      if (first !== undefined && first.refusal !== null) throw new SteerError(first.refusal, first.words);
      if (first === undefined || first.run === null) throw new DashboardError('CONFLICT-NO-RUN', 'there is nothing to run');
      return { runId: first.run.runId, isAdmitted: first.run.isAdmitted };
    }),

  /** Back into the schedule, as if nothing had been. */
  discard: adminOrder
    .input(deadInput)
    .output(doneOutput)
    .mutation(async ({ ctx, input }) => {
      const scope = { repositoryId: null, agentId: input.agentId };
      const dead = await deadLetters(databaseOf(ctx).prisma, undefined);
      if (!dead.some(({ agentId }) => agentId === input.agentId))
        throw new DashboardError('CONFLICT-NEEDS-NO-RETRY', 'the agent is in the schedule: there is nothing to discard');
      const { events } = await resumeAgents(schedulerOf(ctx), { scope, decider: deciderOf(ctx, input.reason ?? 'discarded') });
      ctx.dashboard.onOrdered(events);
      return { done: true as const };
    }),
});

function aboutOf(run: OpenRun) {
  return {
    runId: run.id,
    agent: { id: run.agentId, name: run.agent },
    repository: { id: run.repositoryId, name: run.repository },
    branch: run.branch,
    priority: run.priority as Priority,
    trigger: run.trigger as Trigger,
  };
}

function runningRow(run: OpenRun, progress: RunProgress) {
  const word = progress.of(run.id);
  const { attempt, host } = run;
  return {
    ...aboutOf(run),
    attempt,
    host,
    startedAt: run.startedAt?.toISOString() ?? null,
    progress: word?.progress ?? null,
    check: word?.check ?? null,
  };
}

function waitingRow(run: OpenRun) {
  const reason = waitReason(run) ?? { kind: 'next' as const };
  const isRetry = run.attempt > 0;
  return {
    ...aboutOf(run),
    requestedAt: run.requestedAt.toISOString(),
    requestedBy: run.requestedBy,
    eligibleAt: run.eligibleAt.toISOString(),
    position: run.position ?? 0,
    isRetry,
    wait: { kind: reason.kind, words: waitWords(reason, isRetry), until: reason.kind === 'not-before' ? reason.at.toISOString() : null },
  };
}

function deadRow({ agentId, agent, repositoryId, repository, at, ...rest }: DeadLetter) {
  return { ...rest, agent: { id: agentId, name: agent }, repository: { id: repositoryId, name: repository }, at: at.toISOString() };
}
