/** Paths named in one message. */
const MOST_PATHS = 10;

/** `import cycle: a.ts → b.ts → a.ts`; the modules come without the first again at the end. */
export function describeCycle(cycle: readonly string[]): string {
  const shown = cycle.length > MOST_PATHS ? [...cycle.slice(0, MOST_PATHS - 1), `… ${cycle.length - MOST_PATHS + 1} more`] : cycle;
  return `import cycle: ${[...shown, cycle[0]].join(' → ')}`;
}
