/** `scheduler:status`: how the scheduler is as a whole, told when it has changed and at most once a second; never kept. */
import { makeEvent, uuidv7, type EventOf } from '../ledger/event.ts';
import type { SchedulerCounts } from '../prisma/runs/scheduler-counts.ts';

export type StatusEvent = EventOf<'scheduler:status'>;

export interface StatusFeedSettings {
  /** Rejects when the database does not answer; the next change asks again. */
  readonly read: () => Promise<SchedulerCounts>;
  readonly onStatus: (event: StatusEvent) => void;
  readonly onProblem: (error: unknown) => void;
  /** `service:<host>`. */
  readonly source: string;
  readonly clock: StatusClock;
}

export interface StatusClock {
  readonly wall: () => number;
  /** Milliseconds of a clock that never jumps. */
  readonly monotonic: () => number;
  /** Calls `work` in `ms`, once; the answer takes it back. */
  readonly later: (work: () => void, ms: number) => () => void;
}

export interface StatusFeed {
  /** Something may be different now. Looks at once, or, when the last look is too young, as soon as it no longer is. */
  readonly changed: () => void;
  readonly newest: StatusEvent | null;
  readonly close: () => void;
}

const EVERY_MS = 1_000;
/** Of its time, so much goes by between two looks that take long: with very many agents they are dear. */
const REST = 20;

export function createStatusFeed(settings: StatusFeedSettings): StatusFeed {
  const { clock } = settings;
  const correlationId = uuidv7(new Date(clock.wall()));
  let newest: StatusEvent | null = null;
  let nextAt = -Infinity;
  let isReading = false;
  let isWanted = false;
  let isClosed = false;
  let takeBack: (() => void) | null = null;

  function changed(): void {
    isWanted = true;
    if (isClosed || isReading || takeBack !== null) return;
    const wait = nextAt - clock.monotonic();
    if (wait <= 0) void look();
    else takeBack = clock.later(onTime, wait);
  }

  function onTime(): void {
    takeBack = null;
    if (isWanted) changed();
  }

  async function look(): Promise<void> {
    isReading = true;
    isWanted = false;
    const begunAt = clock.monotonic();
    try {
      tell(await settings.read());
    } catch (error) {
      settings.onProblem(error);
    }
    isReading = false;
    const took = clock.monotonic() - begunAt;
    nextAt = Math.max(begunAt + EVERY_MS, begunAt + took * REST);
    if (isWanted) changed();
  }

  function tell(counts: SchedulerCounts): void {
    if (isClosed) return;
    const { running, queued, paused, tripped, errored, nextDueAt, driftMs } = counts;
    const data = {
      ...{ agentId: null, jobId: '', runId: '', branch: '', status: running > 0 ? 'RUNNING' : queued > 0 ? 'QUEUED' : 'ACTIVE' },
      ...{ running, queued, paused, tripped, errored, nextDueAt: nextDueAt?.toISOString() ?? null, driftMs },
    };
    if (newest !== null && JSON.stringify(newest.data) === JSON.stringify(data)) return;
    const now = (): Date => new Date(clock.wall());
    newest = makeEvent('scheduler:status', data, { source: settings.source, correlationId, now });
    settings.onStatus(newest);
  }

  return {
    changed,
    get newest() {
      return newest;
    },
    close() {
      isClosed = true;
      takeBack?.();
    },
  };
}
