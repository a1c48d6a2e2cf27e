/** The scheduler as a whole, the last commits, the issues that are open. */
import { databaseNow, openEscalations, recentCommits, serviceFacts } from '../../../prisma/read/scheduler-facts.ts';
import { schedulerCounts } from '../../../prisma/runs/scheduler-counts.ts';
import { connection } from '../../../prisma/sql.ts';
import { commitsOutput, escalationsOutput, recentInput, schedulerStatusOutput } from '../../wire/scheduler-schema.ts';
import { ofRepositorySchema } from '../../wire/vocabulary-schema.ts';
import { subjectsOf } from '../run-commit.ts';
import { databaseOf, router, viewerProcedure } from '../procedures.ts';

export const schedulerRouter = router({
  status: viewerProcedure.output(schedulerStatusOutput).query(async ({ ctx }) => {
    const { prisma, pool } = databaseOf(ctx);
    const [counts, services, now] = await Promise.all([connection(pool, schedulerCounts), serviceFacts(prisma), databaseNow(prisma)]);
    return {
      ...counts,
      nextDueAt: counts.nextDueAt?.toISOString() ?? null,
      now: now.toISOString(),
      services: services.map((service) => ({
        ...service,
        startedAt: service.startedAt.toISOString(),
        seenAt: service.seenAt.toISOString(),
        repositories: [...service.repositories],
      })),
    };
  }),
});

export const commitsRouter = router({
  recent: viewerProcedure
    .input(recentInput)
    .output(commitsOutput)
    .query(async ({ ctx, input }) => {
      const commits = await recentCommits(databaseOf(ctx).prisma, input);
      const subjects = await subjectsOf(commits, ctx.dashboard);
      return commits.map(({ sha, runId, branch, at, fixed, ...of }) => ({
        ...{ sha, runId, branch, fixed, at: at.toISOString(), subject: subjects.get(sha) ?? null },
        agent: { id: of.agentId, name: of.agent },
        repository: { id: of.repositoryId, name: of.repository },
      }));
    }),
});

export const escalationsRouter = router({
  open: viewerProcedure
    .input(ofRepositorySchema)
    .output(escalationsOutput)
    .query(async ({ ctx, input }) => {
      const open = await openEscalations(databaseOf(ctx).prisma, input.repository);
      return open.map(({ agentId, agent, repositoryId, repository, kind, since, ...rest }) => ({
        ...rest,
        kind: kind === 'operation' ? ('operation' as const) : ('code' as const),
        since: since.toISOString(),
        agent: { id: agentId, name: agent },
        repository: { id: repositoryId, name: repository },
      }));
    }),
});
