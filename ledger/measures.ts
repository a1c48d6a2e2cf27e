/** Numbers of the last runs that later ones are compared with: how large a bundle is, how long the tests of a file take. Pure. */

/** By name, newest first. */
export type Measures = Readonly<Record<string, readonly number[]>>;

/** Runs that are kept of each, and names in all: what was not measured for longest is forgotten first. */
const MOST_RUNS = 5;
export const MOST_MEASURES = 200;

/** What is known after a run that measured `fresh`. Those of the same kind (`bundle:…`, `tests:…`) that it did not measure are kept. */
export function withMeasures(known: Measures | undefined, fresh: Readonly<Record<string, number>>): Measures {
  const merged = new Map<string, readonly number[]>();
  for (const [name, value] of Object.entries(fresh)) {
    const before = known !== undefined && Object.hasOwn(known, name) ? (known[name] ?? []) : [];
    merged.set(name, [value, ...before].slice(0, MOST_RUNS));
  }
  for (const [name, values] of Object.entries(known ?? {})) if (!merged.has(name)) merged.set(name, values);
  return Object.fromEntries([...merged].slice(0, MOST_MEASURES));
}

/** The middle one; the mean of the two in the middle where the count is even. Null of none. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) return null;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
