/** Repositories that are looked after. */
import { repositoryFacts } from '../../../prisma/read/repositories.ts';
import { repositoriesOutput } from '../../wire/repositories-schema.ts';
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
});
