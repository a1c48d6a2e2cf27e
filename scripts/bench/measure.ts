/** What all benchmarks share: interleaved runs, medians, ratios, one way of printing. */
import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';

/** One thing that is measured. `run` does it once and throws when it did not do what it should. */
export interface Contestant {
  readonly name: string;
  run(): void;
  /** Puts things back before each run; not measured. */
  prepare?(): void;
}

/** Milliseconds of each round, by contestant. */
export type Timings = ReadonlyMap<string, readonly number[]>;

/** Runs all contestants in turn, round after round, so that a slow minute of the machine meets all of them. One round before is not counted. */
export function interleave(contestants: readonly Contestant[], rounds: number): Timings {
  const timings = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const contestant of contestants) {
      contestant.prepare?.();
      const start = performance.now();
      contestant.run();
      const elapsed = performance.now() - start;
      if (round >= 0) timings.get(contestant.name)?.push(elapsed);
    }
  }
  return timings;
}

/** The middle value; the mean of the two middle ones for an even count. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('nothing was measured');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** A ratio of two medians and the goal it is held to. */
export interface Goal {
  readonly what: string;
  readonly value: number;
  readonly atMost: number;
}

/** Median of one contestant over that of another. */
export function ratio(timings: Timings, [one, other]: readonly [string, string]): number {
  return median(timings.get(one) ?? []) / median(timings.get(other) ?? []);
}

/** Prints medians and spread. */
export function printTimings(timings: Timings): void {
  for (const [name, values] of timings) {
    const spread = `${Math.min(...values).toFixed(0)}–${Math.max(...values).toFixed(0)}`;
    console.log(`${name.padEnd(44)} median ${median(values).toFixed(1).padStart(9)} ms   (${spread}, ${values.length} rounds)`);
  }
}

/** Prints each goal; the exit code is 1 when one is missed. */
export function judge(goals: readonly Goal[]): void {
  for (const { what, value, atMost } of goals) {
    const met = value <= atMost;
    console.log(`${met ? 'met   ' : 'MISSED'} ${what}: ${value.toFixed(2)} (at most ${atMost})`);
    if (!met) process.exitCode = 1;
  }
}

/** What a command printed; throws unless it ended with an accepted exit code. */
export function mustRun(
  argv: readonly [string, ...string[]],
  options: { readonly cwd: string; readonly accept?: readonly number[]; readonly env?: NodeJS.ProcessEnv },
): string {
  const [command, ...args] = argv;
  const result = spawnSync(command, args, {
    cwd: options.cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, ...options.env },
  });
  if (result.error) throw result.error;
  if (!(options.accept ?? [0]).includes(result.status ?? -1)) {
    throw new Error(`${argv.join(' ')} ended with ${result.status ?? result.signal}:\n${result.stdout}\n${result.stderr}`);
  }
  return result.stdout;
}
