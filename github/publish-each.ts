/** One agent after the other: GitHub asks not to be told many things at once. */
import type { CheckRunFacts } from './check-facts.ts';
import { GitHubError } from './github-error.ts';

/** How far it came: `error` is null when everything was said. */
export interface Progress {
  readonly done: number;
  readonly error: GitHubError | null;
}

/** Calls `publish` for each agent until GitHub says no. Throws what is no GitHubError. */
export async function publishEach(runs: readonly CheckRunFacts[], publish: (facts: CheckRunFacts) => Promise<void>): Promise<Progress> {
  let done = 0;
  try {
    for (const facts of runs) {
      await publish(facts);
      done += 1;
    }
  } catch (error) {
    if (error instanceof GitHubError) return { done, error };
    throw error;
  }
  return { done, error: null };
}
