/** An agent of the database as the card that the page shows. Pure. */
import type { Outcome, Priority } from '../../ledger/outcome.ts';
import type { CardRow, RecentRun as RecentRow } from '../../prisma/read/agent-cards.ts';
import { describeCron } from '../../scheduler/cron/describe-cron.ts';
import { shownState } from '../../scheduler/shown-state.ts';
import type { AgentCard, RecentRun } from '../wire/agents-schema.ts';
import type { RunProgress } from './live/run-progress.ts';

export function agentCard(row: CardRow, progress: RunProgress): AgentCard {
  const { id, name, branch, isEnabled, unstarted, cron, timeZone, streak, pause, lastReason, lastRunId, driftMs } = row;
  return {
    ...{ id, name, branch, isEnabled, unstarted, cron, timeZone, streak, lastReason, lastRunId, driftMs },
    repository: { id: row.repositoryId, name: row.repository },
    state: shownState({
      running: row.runId !== null,
      queued: unstarted > 0,
      paused: pause !== null,
      inError: row.inErrorAt !== null,
      tripped: row.trippedAt !== null,
    }),
    run: runOf(row, progress),
    nextRunAt: row.nextRunAt?.toISOString() ?? null,
    cronWords: cron === null ? null : describeCron(cron),
    priority: row.priority as Priority,
    lastOutcome: row.lastOutcome as Outcome | null,
    lastSettledAt: row.lastSettledAt?.toISOString() ?? null,
    nextTryAt: row.nextTryAt?.toISOString() ?? null,
    pause: pause === null ? null : { ...pause },
    inError: row.inErrorAt === null ? null : { at: row.inErrorAt.toISOString(), reason: row.inErrorReason },
    escalations: row.escalations.map(({ kind, number, url }) => ({ kind: kind === 'operation' ? 'operation' : 'code', number, url })),
    recent: row.recent === null ? null : row.recent.map(recentRun),
  };
}

export function recentRun(run: RecentRow): RecentRun {
  return { ...run, outcome: run.outcome as Outcome };
}

function runOf({ runId, runStartedAt }: CardRow, progress: RunProgress): AgentCard['run'] {
  if (runId === null) return null;
  const word = progress.of(runId);
  return {
    id: runId,
    progress: word?.progress ?? null,
    check: word?.check ?? null,
    message: word?.message ?? null,
    startedAt: runStartedAt?.toISOString() ?? null,
  };
}
