/** What is wrong with a configuration, and where. */
export interface ConfigProblem {
  /** File as the person knows it, an environment variable or an option. */
  readonly source: string;
  /** 1-based, null when the source has no lines. */
  readonly line: number | null;
  readonly column: number | null;
  /** What was expected, what came and the nearest known name, in one sentence. */
  readonly message: string;
}

/** Thrown by loadConfig when the configuration cannot be used; the process ends with exit code 2. */
export class ConfigError extends Error {
  readonly code = 'UPKEEP_CONFIG';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** One line: `agent.config.json:3:5: …`. */
export function formatProblem(problem: ConfigProblem): string {
  const place = problem.line === null ? problem.source : `${problem.source}:${problem.line}:${problem.column ?? 1}`;
  return `${place}: ${problem.message}`;
}

/** A problem of the source as a whole. */
export function problemOf(source: string, message: string): ConfigProblem {
  return { source, line: null, column: null, message };
}
