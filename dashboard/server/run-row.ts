/** A run of the database as a row of the page. Pure. */
import type { PagedRun } from '../../prisma/read/run-pages.ts';
import type { RunRow } from '../wire/runs-schema.ts';

export function rowOf(run: PagedRun): RunRow {
  const { id, branch, reason, message, requestedBy, durationMs, attempt, commit, base, errors, warnings, fixed } = run;
  const { trigger, priority, state, outcome } = run as unknown as Pick<RunRow, 'trigger' | 'priority' | 'state' | 'outcome'>;
  return {
    ...{
      id,
      branch,
      trigger,
      priority,
      state,
      outcome,
      reason,
      message,
      requestedBy,
      durationMs,
      attempt,
      commit,
      base,
      errors,
      warnings,
      fixed,
    },
    repository: { id: run.repositoryId, name: run.repository },
    agent: { id: run.agentId, name: run.agent },
    requestedAt: run.requestedAt.toISOString(),
    startedAt: run.startedAt?.toISOString() ?? null,
    settledAt: run.settledAt?.toISOString() ?? null,
  };
}
