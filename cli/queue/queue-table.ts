/** The queue for people and for programs. */
import type { OpenRun } from '../../prisma/runs/open-runs.ts';
import { waitReason, type WaitReason } from '../../scheduler/wait-reason.ts';
import type { Palette } from '../palette.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { alignedRows } from '../table.ts';
import { ago, duration } from '../wording.ts';
import { waitWords } from '../../scheduler/wait-words.ts';

/** What the table shows of a run. */
export interface QueueLine {
  readonly id: string;
  /** Null: it is under way. */
  readonly position: number | null;
  readonly agent: string;
  readonly repository: string;
  readonly priority: string;
  /** When, as far as that is known, and by whom. */
  readonly asked: string;
  /** Why it waits, or that it is under way. */
  readonly words: string;
}

interface TableStyle {
  readonly palette: Palette;
  /** Of several, so each is named. */
  readonly hasRepositories: boolean;
}

/** One line a run. */
export function queueTable(runs: readonly OpenRun[], style: TableStyle): string {
  const lines = runs.map((run) => ({
    ...run,
    asked: `${ago(run.requestedAt.toISOString(), run.now)} by ${run.requestedBy ?? run.trigger}`,
    words: stateWords(run),
  }));
  return queueLines(lines, style);
}

export function queueLines(lines: readonly QueueLine[], { palette, hasRepositories }: TableStyle): string {
  const names = ['', 'agent', ...(hasRepositories ? ['repository'] : []), 'priority', 'asked for', 'run', 'state'];
  const rows = lines.map((line) => [
    line.position === null ? palette.good('▶') : String(line.position),
    line.agent,
    ...(hasRepositories ? [plainLine(line.repository)] : []),
    line.priority,
    plainLine(line.asked),
    line.id,
    plainLine(line.words),
  ]);
  return alignedRows([names.map((name) => palette.dim(name)), ...rows]);
}

/** `under way for 3 min 5 s on ci-1, attempt 2`, or why it waits. */
export function stateWords(run: OpenRun): string {
  const reason = waitReason(run);
  return reason === null ? underWayWords(run) : waitWords(reason, run.attempt > 0);
}

export function underWayWords({ startedAt, now, host, attempt }: Pick<OpenRun, 'startedAt' | 'now' | 'host' | 'attempt'>): string {
  const since = startedAt === null ? '' : ` for ${duration(Math.max(now.getTime() - startedAt.getTime(), 0))}`;
  return `under way${since}${host === null ? '' : ` on ${host}`}${attempt > 1 ? `, attempt ${attempt}` : ''}`;
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
