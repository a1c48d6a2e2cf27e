/** Runs: the list, one with all that belongs to it, and the orders about one. */
import { hasFindingIn } from '../../../prisma/read/run-details.ts';
import { runPage } from '../../../prisma/read/run-pages.ts';
import { cancelFor } from '../../../scheduler/steer/cancel.ts';
import { requestRuns } from '../../../scheduler/steer/request-runs.ts';
import {
  cancelOutput,
  diffOutput,
  excerptInput,
  excerptOutput,
  logInput,
  logOutput,
  rerunOutput,
  runInput,
  runOrderInput,
  runOutput,
} from '../../wire/run-schema.ts';
import { runsListInput, runsListOutput, type RunFilters } from '../../wire/runs-schema.ts';
import { cursorOf, placeOf } from '../cursors.ts';
import { DashboardError } from '../errors.ts';
import { agentNamed, deciderOf, operatorOrder, requireUnpaused } from '../orders.ts';
import { databaseOf, router, schedulerOf, viewerProcedure } from '../procedures.ts';
import { checkLog, isOver } from '../run-log.ts';
import { commitOf, diffOf, excerptOf } from '../run-commit.ts';
import { requireRun, runDetails } from '../run-details.ts';
import { rowOf } from '../run-row.ts';

const LARGEST_INT = 2 ** 31 - 1;

export const runsRouter = router({
  list: viewerProcedure
    .input(runsListInput)
    .output(runsListOutput)
    .query(async ({ ctx, input }) => {
      const { filters, sort, cursor, limit, repository } = input;
      const { prisma } = databaseOf(ctx);
      const after = placeOf(cursor, sort === 'longest' ? LARGEST_INT : undefined);
      // One more than is shown tells whether there is another page.
      const runs = await runPage(prisma, { filters: { ...filtersOf(filters), repository }, sort, after, limit: limit + 1 });
      const shown = runs.slice(0, limit);
      const last = shown.at(-1);
      const key = sort === 'longest' ? (last?.durationMs ?? 0) : 0;
      return { rows: shown.map(rowOf), next: runs.length > limit && last !== undefined ? cursorOf({ key, id: last.id }) : null };
    }),

  get: viewerProcedure
    .input(runInput)
    .output(runOutput)
    .query(async ({ ctx, input }) => {
      const { dashboard } = ctx;
      const { run, details } = await runDetails(input.id, { ...databaseOf(ctx), progress: dashboard.progress });
      const commit = await commitOf(run, dashboard);
      return {
        ...details,
        commit:
          run.commit === null
            ? null
            : { sha: run.commit, subject: commit?.subject ?? null, files: commit?.files.map(({ path }) => path) ?? [] },
      };
    }),

  diff: viewerProcedure
    .input(runInput)
    .output(diffOutput)
    .query(async ({ ctx, input }) => {
      const shown = await diffOf(await requireRun(databaseOf(ctx).prisma, input.id), ctx.dashboard);
      return shown === null ? { diff: null, isCut: false, files: [] } : { ...shown, files: [...shown.files] };
    }),

  excerpt: viewerProcedure
    .input(excerptInput)
    .output(excerptOutput)
    .query(async ({ ctx, input }) => {
      const { prisma } = databaseOf(ctx);
      const run = await requireRun(prisma, input.id);
      // Not every file of the repository, only those that the run speaks of.
      if (!(await hasFindingIn(prisma, input.id, input.path)))
        throw new DashboardError('NOT-FOUND-FILE', 'the run found nothing in this file');
      return excerptOf(run, input, ctx.dashboard);
    }),

  log: viewerProcedure
    .input(logInput)
    .output(logOutput)
    .query(async ({ ctx, input }) => {
      const { pool, prisma } = databaseOf(ctx);
      const run = await requireRun(prisma, input.id);
      return checkLog(pool, { runId: run.id, isSettled: isOver(run, ctx.dashboard.now()), check: input.check, after: input.after });
    }),

  rerun: operatorOrder
    .input(runOrderInput)
    .output(rerunOutput)
    .mutation(async ({ ctx, input }) => {
      const run = await requireRun(databaseOf(ctx).prisma, input.id);
      await requireUnpaused(ctx, [run.agentId]);
      const { runs, events } = await requestRuns(schedulerOf(ctx), {
        scope: { repositoryId: null, agentId: run.agentId },
        decider: deciderOf(ctx, input.reason),
        agents: [agentNamed(run.agent)],
        priority: null,
        // Nothing may have changed since then, and it is wanted all the same.
        isForced: true,
        base: null,
      });
      ctx.dashboard.onOrdered(events);
      const [asked] = runs;
      if (asked === undefined) throw new DashboardError('CONFLICT-NO-RUN', 'there is nothing to run');
      return { runId: asked.runId, isAdmitted: asked.isAdmitted };
    }),

  cancel: operatorOrder
    .input(runOrderInput)
    .output(cancelOutput)
    .mutation(async ({ ctx, input }) => {
      const run = await requireRun(databaseOf(ctx).prisma, input.id);
      const scope = { repositoryId: run.repositoryId, agentId: null };
      const { ended, events } = await cancelFor(schedulerOf(ctx), { scope, decider: deciderOf(ctx, input.reason), run: run.id });
      ctx.dashboard.onOrdered(events);
      return { done: ended.length > 0 };
    }),
});

function filtersOf({ from, to, ...filters }: RunFilters) {
  return { ...filters, from: from === undefined ? undefined : new Date(from), to: to === undefined ? undefined : new Date(to) };
}
