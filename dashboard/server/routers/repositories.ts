/** Repositories that are looked after. */
import { agentCards } from '../../../prisma/read/agent-cards.ts';
import { repositoryFacts } from '../../../prisma/read/repositories.ts';
import { graphOutput, oneRepositoryInput, repositoriesOutput } from '../../wire/repositories-schema.ts';
import { agentCard } from '../agent-card.ts';
import { DashboardError } from '../errors.ts';
import { moduleGraph } from '../module-graph.ts';
import { databaseOf, router, viewerProcedure } from '../procedures.ts';

export const repositoriesRouter = router({
  list: viewerProcedure.output(repositoriesOutput).query(async ({ ctx }) => {
    const facts = await repositoryFacts(databaseOf(ctx).prisma);
    return facts.map(({ servedBy, agents, running, queued, paused, errored, tripped, ...repository }) => ({
      ...repository,
      servedBy: [...servedBy],
      counts: { agents, running, queued, paused, errored, tripped },
    }));
  }),

  graph: viewerProcedure
    .input(oneRepositoryInput)
    .output(graphOutput)
    .query(async ({ ctx, input }) => {
      const { dashboard } = ctx;
      const { prisma } = databaseOf(ctx);
      const { repository } = input;
      const [facts] = await repositoryFacts(prisma, repository);
      if (facts === undefined) throw new DashboardError('NOT-FOUND-REPOSITORY', 'there is no such repository any more');
      const [cards, settings, modules] = await Promise.all([
        agentCards(prisma, { repository, recent: 0 }),
        dashboard.settingsOf(repository),
        moduleGraph({ repositoryId: repository, commit: facts.configuredAt }, dashboard),
      ]);
      const agents = cards.map((row) => {
        const { id, name, state } = agentCard(row, dashboard.progress);
        const configured = settings?.agents.find((agent) => agent.name === name);
        return { id, name, state, triggers: [...(configured?.triggers ?? [])], checks: [...(configured?.checks ?? [])] };
      });
      return { agents, modules };
    }),
});
