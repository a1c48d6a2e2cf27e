/** The queue for people and for programs. */
import type { OpenRun } from '../../prisma/runs/open-runs.ts';
import { waitReason, type WaitReason } from '../../scheduler/wait-reason.ts';
import type { Palette } from '../palette.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { alignedRows } from '../table.ts';
import { ago, duration } from '../wording.ts';
import { waitWords } from '../../scheduler/wait-words.ts';

/** One line a run; `hasRepositories`: of several, so each is named. */
export function queueTable(runs: readonly OpenRun[], { palette, hasRepositories }: { palette: Palette; hasRepositories: boolean }): string {
  const names = ['', 'agent', ...(hasRepositories ? ['repository'] : []), 'priority', 'asked for', 'run', 'state'];
  const rows = runs.map((run) => [
    run.position === null ? palette.good('▶') : String(run.position),
    run.agent,
    ...(hasRepositories ? [plainLine(run.repository)] : []),
    run.priority,
    plainLine(`${ago(run.requestedAt.toISOString(), run.now)} by ${run.requestedBy ?? run.trigger}`),
    run.id,
    plainLine(stateWords(run)),
  ]);
  return alignedRows([names.map((name) => palette.dim(name)), ...rows]);
}

/** `under way for 3 min 5 s on ci-1, attempt 2`, or why it waits. */
export function stateWords(run: OpenRun): string {
  const reason = waitReason(run);
  if (reason !== null) return waitWords(reason, run.attempt > 0);
  const since = run.startedAt === null ? '' : ` for ${duration(Math.max(run.now.getTime() - run.startedAt.getTime(), 0))}`;
  return `under way${since}${run.host === null ? '' : ` on ${run.host}`}${run.attempt > 1 ? `, attempt ${run.attempt}` : ''}`;
}

/** A run as `--json` prints it. */
export interface QueuedRun {
  readonly runId: string;
  readonly position: number | null;
  readonly repository: string;
  readonly agent: string;
  readonly state: OpenRun['state'];
  readonly priority: string;
  readonly trigger: string;
  readonly requestedBy: string | null;
  readonly requestedAt: Date;
  readonly startedAt: Date | null;
  readonly attempt: number;
  readonly host: string | null;
  readonly why: WaitReason | null;
}

export function queuedRun(run: OpenRun): QueuedRun {
  const { id, position, repository, agent, state, priority, trigger, requestedBy, requestedAt, attempt, host } = run;
  const startedAt = state === 'running' ? run.startedAt : null;
  return {
    runId: id,
    position,
    repository,
    agent,
    state,
    priority,
    trigger,
    requestedBy,
    requestedAt,
    startedAt,
    attempt,
    host,
    why: waitReason(run),
  };
}
