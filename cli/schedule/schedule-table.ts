/** Schedules as a table: the same from the database of a service and from the ledger. */
import type { ListedSchedule } from '../../prisma/schedule-list.ts';
import { describeCron } from '../../scheduler/cron/describe-cron.ts';
import { fireTimesBetween, nextFireTime } from '../../scheduler/cron/fire-times.ts';
import { localIso } from '../../scheduler/cron/local-time.ts';
import { parseCron } from '../../scheduler/cron/parse-cron.ts';
import { shownState } from '../../scheduler/shown-state.ts';
import type { Palette } from '../palette.ts';
import { plainLine } from '../reporters/plain-text.ts';
import { alignedRows } from '../table.ts';
import { ago, away, duration, OUTCOME_WORDS } from '../wording.ts';

/** Times that are shown of each schedule. */
const TIMES = 3;

/** One row an agent; grouped by repository when there are several. */
export function scheduleTable(rows: readonly ListedSchedule[], about: { readonly now: Date; readonly palette: Palette }): string {
  const repositories = Map.groupBy(rows, ({ repository, branch }) => `${repository} on ${branch}`);
  const head = ['agent', 'state', 'priority', 'when', 'next', 'last', 'drift'].map((text) => about.palette.dim(text));
  return [...repositories]
    .map(([name, own]) => `${about.palette.strong(plainLine(name))}\n${alignedRows([head, ...own.map((row) => cells(row, about))])}`)
    .join('\n');
}

function cells(row: ListedSchedule, { now, palette }: { readonly now: Date; readonly palette: Palette }): string[] {
  const state = stateOf(row);
  const shown =
    state === 'ERROR' ? palette.bad(state) : state === 'ACTIVE' || state === 'RUNNING' ? palette.good(state) : palette.warn(state);
  const by = row.setBy === null ? '' : ` (set by ${plainLine(row.setBy)})`;
  return [
    row.agent,
    shown,
    row.priority,
    `${describeCron(row.cron)}, ${plainLine(row.timeZone)}${by}`,
    nextOf(row, now),
    row.lastOutcome === null || row.lastSettledAt === null
      ? '–'
      : `${outcomeWord(row.lastOutcome)} ${ago(row.lastSettledAt.toISOString(), now)}`,
    row.lastDriftMs === null ? '–' : duration(Math.max(row.lastDriftMs, 0)),
  ];
}

/** The state that people see, `DISABLED` for an agent that the configuration turns off. */
export function stateOf(row: ListedSchedule): string {
  if (!row.isEnabled) return 'DISABLED';
  return shownState({
    running: row.isRunning,
    queued: row.isQueued,
    paused: row.isPaused,
    inError: row.isInError,
    tripped: row.isTripped,
  });
}

function nextOf(row: ListedSchedule, now: Date): string {
  const times = nextTimes(row, now);
  const [first] = times;
  if (first === undefined) return 'not in the schedule';
  const parsed = parseCron(row.cron, row.timeZone);
  if (!parsed.ok) return parsed.error.message;
  const local = times.map((time) => localIso(time, parsed.value.clock));
  // The day once, then the times of it.
  const shown = local.map((text, index) =>
    index > 0 && text.slice(0, 10) === local[index - 1]?.slice(0, 10) ? text.slice(11, 16) : text.slice(0, 16).replace('T', ' '),
  );
  return `${away(first, now)}: ${shown.join(', ')}`;
}

/** The next times at which it starts; none when it is out of the schedule. */
export function nextTimes({ cron, timeZone, nextRunAt }: ListedSchedule, now: Date): Date[] {
  const parsed = parseCron(cron, timeZone);
  if (!parsed.ok || nextRunAt === null) return [];
  const first = nextRunAt > now ? nextRunAt : nextFireTime(parsed.value, now);
  if (first === null) return [];
  return [first, ...fireTimesBetween(parsed.value, { from: first, to: new Date(8.64e15) }, TIMES - 1)];
}

function outcomeWord(outcome: string): string {
  return OUTCOME_WORDS[outcome as keyof typeof OUTCOME_WORDS] ?? outcome;
}
