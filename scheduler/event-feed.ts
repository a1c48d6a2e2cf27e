/**
 * Every event of the database in one order, as soon as it may be read: whoever wrote it, whichever service. It looks while somebody
 * follows: when it is woken, and each second in any case.
 */
import { isAfter, type EventPlace, type ReadEvent, type ReadPage } from '../prisma/runs/read-events.ts';

export interface EventFeedSettings {
  /** Reads on after a place. Rejects when the database does not answer; the next look asks again. */
  readonly read: (after: EventPlace, limit: number) => Promise<ReadPage>;
  /** The newest event that can be read. */
  readonly newest: () => Promise<EventPlace>;
  /** Some events, in order, and what they follow on; the next ones are read when it returns. */
  readonly onEvents: (events: readonly ReadEvent[], before: EventPlace) => void;
  readonly onProblem: (error: unknown) => void;
  /** Calls `work` in `ms`, once; the answer takes it back. */
  readonly later: (work: () => void, ms: number) => () => void;
}

export interface EventFeed {
  /** Looks from now on. Resolves with where it stands, as soon as that is known; rejects when the database does not answer. */
  readonly begin: () => Promise<EventPlace>;
  /** Nobody follows any more: it forgets where it stood. */
  readonly pause: () => void;
  /** There may be something new. */
  readonly wake: () => void;
  /** What to read on from, and how much, for whoever reads in its place; null: it does not look. */
  readonly next: () => { readonly after: EventPlace; readonly limit: number } | null;
  /** What was read so. */
  readonly hear: (page: ReadPage) => void;
  /** Behind the last event that was told; null: it does not look. */
  readonly head: EventPlace | null;
  readonly close: () => void;
}

const PAGE = 500;
const EVERY_MS = 1_000;
/** Transactions are short: what is held back by one is looked for again soon. */
const HELD_MS = 15;

export function createEventFeed(settings: EventFeedSettings): EventFeed {
  const { later } = settings;
  let head: EventPlace | null = null;
  let beginning: Promise<EventPlace> | null = null;
  /** Counts the beginnings: what was asked before a pause is not told after it. */
  let round = 0;
  let isLooking = false;
  let again = false;
  let isClosed = false;
  let takeBack: (() => void) | null = null;

  function begin(): Promise<EventPlace> {
    if (head !== null) return Promise.resolve(head);
    const own = round;
    beginning ??= settings.newest().then(
      (newest) => {
        beginning = null;
        if (own === round && !isClosed) {
          head ??= newest;
          wake();
        }
        return head ?? newest;
      },
      (error: unknown) => {
        beginning = null;
        throw error;
      },
    );
    return beginning;
  }

  function wake(): void {
    again = true;
    if (!isLooking && head !== null && !isClosed) void look();
  }

  async function look(): Promise<void> {
    isLooking = true;
    takeBack?.();
    takeBack = null;
    let soon = EVERY_MS;
    try {
      while (again && head !== null && !isClosed) {
        again = false;
        const own = round;
        const { events, isHeldBack } = await settings.read(head, PAGE);
        if (own !== round) continue;
        tell(events);
        again ||= events.length === PAGE;
        soon = isHeldBack ? HELD_MS : EVERY_MS;
      }
    } catch (error) {
      settings.onProblem(error);
    }
    isLooking = false;
    if (head !== null && !isClosed) takeBack = later(wake, soon);
  }

  function hear({ events, isHeldBack }: ReadPage): void {
    if (head === null || isClosed) return;
    tell(events);
    if (events.length === PAGE) wake();
    // A look that is under way sees for itself when the next one is due.
    if (isLooking) return;
    takeBack?.();
    takeBack = later(wake, isHeldBack ? HELD_MS : EVERY_MS);
  }

  function tell(read: readonly ReadEvent[]): void {
    if (head === null) return;
    const before = head;
    // Somebody else may have read some of it meanwhile.
    const events = read.filter((event) => isAfter(event, before));
    const last = events.at(-1);
    if (last === undefined) return;
    // Who joins while it is told has to see all of it as told.
    head = { transaction: last.transaction, sequence: last.sequence };
    settings.onEvents(events, before);
  }

  function pause(): void {
    round += 1;
    head = null;
    beginning = null;
    takeBack?.();
    takeBack = null;
  }

  return {
    begin,
    pause,
    wake,
    next: () => (head === null || isClosed ? null : { after: head, limit: PAGE }),
    hear,
    get head() {
      return head;
    },
    close() {
      isClosed = true;
      pause();
    },
  };
}

/** `<transaction>.<sequence>`. */
export function cursorOf({ transaction, sequence }: EventPlace): string {
  return `${transaction}.${sequence}`;
}

/** Null: that is no cursor. */
export function placeOf(cursor: string): EventPlace | null {
  const [, transaction = '', sequence = ''] = /^(-1|\d{1,15})\.(-1|\d{1,15})$/.exec(cursor) ?? [];
  return sequence === '' ? null : { transaction: Number(transaction), sequence: Number(sequence) };
}
