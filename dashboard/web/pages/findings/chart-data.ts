/** Days and agents as the rows of charts. Pure. */

interface AgentDay {
  /** `2026-11-21`. */
  readonly day: string;
  readonly agent: string;
}

const DAY = 86_400_000;

/** A row for each day from `from` to `to`, with the sums of all agents; days on which nobody looked have none. */
export function findingsByDay(
  rows: readonly (AgentDay & { readonly errors: number; readonly warnings: number; readonly fixed: number })[],
  from: string,
  to: string,
) {
  const byDay = Map.groupBy(rows, ({ day }) => day);
  const days: string[] = [];
  for (let at = Date.parse(`${from.slice(0, 10)}T00:00:00Z`); at <= Date.parse(to); at += DAY)
    days.push(new Date(at).toISOString().slice(0, 10));
  return days.map((day) => {
    const of = byDay.get(day) ?? [];
    const sum = (key: 'errors' | 'warnings' | 'fixed'): number => of.reduce((total, row) => total + row[key], 0);
    return { day: day.slice(5), 'errors left': sum('errors'), 'warnings left': sum('warnings'), fixed: sum('fixed') };
  });
}

/** A row a day with a column an agent; days on which nobody measured are left out. */
export function coverageByDay(rows: readonly (AgentDay & { readonly percent: number })[]) {
  const agents = [...new Set(rows.map(({ agent }) => agent))].sort();
  const days = [...Map.groupBy(rows, ({ day }) => day)]
    .map(([day, of]) => ({ day, ...Object.fromEntries(of.map(({ agent, percent }) => [agent, percent])) }))
    .sort((a, b) => a.day.localeCompare(b.day));
  return { agents, days };
}
