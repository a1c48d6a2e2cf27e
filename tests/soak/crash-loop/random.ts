/** Numbers by chance that come again with the same seed. */

/** Mulberry32: small, and good enough to spread moments. From 0 to 1. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** One of them, by weight. */
export function weighted<Name extends string>(weights: Readonly<Record<Name, number>>, random: () => number): Name {
  const entries = Object.entries<number>(weights) as [Name, number][];
  let left = random() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of entries) if ((left -= weight) < 0) return name;
  return (entries.at(-1) as [Name, number])[0];
}

/** The seed of this run: `--seed N`, or one of chance. */
export function seedOf(args: readonly string[]): number {
  return numberOf(args, '--seed', Math.floor(Math.random() * 1e9));
}

/** The number after a flag. Throws when what follows is none. */
export function numberOf(args: readonly string[], flag: string, otherwise: number): number {
  const at = args.indexOf(flag);
  if (at < 0) return otherwise;
  const value = Number(args[at + 1]);
  if (!Number.isFinite(value)) throw new Error(`${flag} wants a number, and got ${args[at + 1] ?? 'nothing'}`);
  return value;
}
