/** Starting the program in a benchmark, and reading its document. */
import { join } from 'node:path';
import { projectRoot } from './install-packed.ts';
import { mustRun } from './measure.ts';

/** The document of `agent run --json`, as far as benchmarks look at it. */
export interface RunDocument {
  readonly exitCode: number;
  readonly runs: readonly {
    readonly agent: string;
    readonly outcome: string;
    readonly reason: string | null;
    readonly checks: readonly {
      readonly check: string;
      readonly outcome: string;
      readonly findings: readonly {
        readonly path: string | null;
        readonly line: number | null;
        readonly rule: string;
        readonly severity: string;
      }[];
    }[];
  }[];
}

export const agentBin = join(projectRoot, 'bin', 'agent.js');

/** Runs `agent run --json` in a folder; exit codes 0 and 1 are answers, others are faults. */
export function agentRun(cwd: string, args: readonly string[] = []): RunDocument {
  return JSON.parse(
    mustRun([process.execPath, agentBin, 'run', '--json', '--delivery', 'none', ...args], { cwd, accept: [0, 1] }),
  ) as RunDocument;
}

/** Throws unless every agent was skipped as unchanged or had nothing to do here. */
export function mustBeUnchanged(document: RunDocument): void {
  const others = document.runs.filter(
    ({ outcome, reason }) => outcome !== 'skipped' || (reason !== 'unchanged' && reason !== 'not-applicable'),
  );
  if (others.length > 0)
    throw new Error(
      `not a run with nothing to do: ${JSON.stringify(others.map(({ agent, outcome, reason }) => ({ agent, outcome, reason })))}`,
    );
}
