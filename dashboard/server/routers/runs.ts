/** Runs: the list. */
import { runPage, type PagedRun } from '../../../prisma/read/run-pages.ts';
import { runsListInput, runsListOutput, type RunFilters, type RunRow } from '../../wire/runs-schema.ts';
import { cursorOf, placeOf } from '../cursors.ts';
import { databaseOf, router, viewerProcedure } from '../procedures.ts';

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
});

function filtersOf({ from, to, ...filters }: RunFilters) {
  return { ...filters, from: from === undefined ? undefined : new Date(from), to: to === undefined ? undefined : new Date(to) };
}

export function rowOf(run: PagedRun): RunRow {
  const { repositoryId, repository, agentId, agent, requestedAt, startedAt, settledAt, ...rest } = run;
  return {
    ...(rest as Pick<RunRow, 'trigger' | 'priority' | 'state' | 'outcome'> & typeof rest),
    repository: { id: repositoryId, name: repository },
    agent: { id: agentId, name: agent },
    requestedAt: requestedAt.toISOString(),
    startedAt: startedAt?.toISOString() ?? null,
    settledAt: settledAt?.toISOString() ?? null,
  };
}
