/** Days and agents as the rows of charts. Pure. */

interface AgentDay {
  /** `2026-11-21`. */
  readonly day: string;
  readonly agent: string;
}

/** A row a day, the oldest first, with the sums of all agents. */
export function findingsByDay(
  rows: readonly (AgentDay & { readonly errors: number; readonly warnings: number; readonly fixed: number })[],
) {
  return [...Map.groupBy(rows, ({ day }) => day)]
    .map(([day, of]) => ({
      day,
      errors: of.reduce((sum, { errors }) => sum + errors, 0),
      warnings: of.reduce((sum, { warnings }) => sum + warnings, 0),
      fixed: of.reduce((sum, { fixed }) => sum + fixed, 0),
    }))
    .sort((a, b) => a.day.localeCompare(b.day));
}

/** A row a day with a column an agent; days on which nobody measured are left out. */
export function coverageByDay(rows: readonly (AgentDay & { readonly percent: number })[]) {
  const agents = [...new Set(rows.map(({ agent }) => agent))].sort();
  const days = [...Map.groupBy(rows, ({ day }) => day)]
    .map(([day, of]) => ({ day, ...Object.fromEntries(of.map(({ agent, percent }) => [agent, percent])) }))
    .sort((a, b) => a.day.localeCompare(b.day));
  return { agents, days };
}
