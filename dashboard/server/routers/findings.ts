/** Findings: what is left now, and over time. */
import { coverageDays, dayCounts, folderCounts, knownFindings, ruleCounts } from '../../../prisma/read/findings.ts';
import {
  findingsHeatInput,
  findingsHeatOutput,
  findingsListInput,
  findingsListOutput,
  findingsSummaryInput,
  findingsSummaryOutput,
} from '../../wire/findings-schema.ts';
import { DashboardError } from '../errors.ts';
import { databaseOf, router, viewerProcedure } from '../procedures.ts';

const DAY_MS = 86_400_000;
const USUAL_DAYS = 30;
const MOST_DAYS = 92;

export const findingsRouter = router({
  summary: viewerProcedure
    .input(findingsSummaryInput)
    .output(findingsSummaryOutput)
    .query(async ({ ctx, input }) => {
      const { prisma } = databaseOf(ctx);
      const { repository } = input;
      const to = input.to === undefined ? ctx.dashboard.now() : new Date(input.to);
      const from = input.from === undefined ? new Date(to.getTime() - USUAL_DAYS * DAY_MS) : new Date(input.from);
      if (to <= from || to.getTime() - from.getTime() > MOST_DAYS * DAY_MS)
        throw new DashboardError('VAL-INPUT', `to: expected a time after from, and at most ${MOST_DAYS} days later`, {
          fields: [{ field: 'to', message: `a time after from, at most ${MOST_DAYS} days later` }],
        });
      const span = { repository, from, to };
      const [byDay, byRule, coverage] = await Promise.all([
        dayCounts(prisma, span),
        ruleCounts(prisma, { repository }),
        coverageDays(prisma, span),
      ]);
      const errors = sum(byRule.map((rule) => rule.errors));
      const total = { errors, warnings: sum(byRule.map(({ count }) => count)) - errors, fixed: sum(byDay.map(({ fixed }) => fixed)) };
      return { byDay, byRule, coverage, total };
    }),

  list: viewerProcedure
    .input(findingsListInput)
    .output(findingsListOutput)
    .query(async ({ ctx, input }) => {
      const { repository, which, limit } = input;
      const found = await knownFindings(databaseOf(ctx).prisma, { repository, order: which, limit });
      return found.map(({ agent, agentId, repositoryId, severity, ...finding }) => ({
        ...finding,
        agent: { id: agentId, name: agent },
        repository: { id: repositoryId, name: finding.repository },
        severity: severity === 'error' ? ('error' as const) : ('warning' as const),
      }));
    }),

  heat: viewerProcedure
    .input(findingsHeatInput)
    .output(findingsHeatOutput)
    .query(async ({ ctx, input }) => folderCounts(databaseOf(ctx).prisma, input)),
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
