/** A feed of events that reads what this process commits right behind the COMMIT, and all else when it is woken. */
import { askBehindCommits } from '../../../prisma/behind-commit.ts';
import { eventsAfter, newestEvent, pageOf, questionAfter, type EventPlace, type ReadEvent } from '../../../prisma/runs/read-events.ts';
import { WRITE_EVENTS } from '../../../prisma/runs/write-events.ts';
import { connection, type ConnectionPool } from '../../../prisma/sql.ts';
import { createEventFeed, type EventFeed } from '../../../scheduler/event-feed.ts';

export interface CommitFeedSettings {
  /** Throws where there is none now. */
  readonly pool: () => ConnectionPool;
  readonly onEvents: (events: readonly ReadEvent[], before: EventPlace) => void;
  /** Whether the database answered, each time that it was asked. */
  readonly onAnswer: (isThere: boolean) => void;
  readonly onProblem: (error: unknown) => void;
  readonly later: (work: () => void, ms: number) => () => void;
}

export interface CommitFeed extends EventFeed {
  /** This process committed events; it is woken where nothing was asked behind the commit. */
  readonly committed: () => void;
}

export function createCommitFeed({ pool, onEvents, onAnswer, onProblem, later }: CommitFeedSettings): CommitFeed {
  let followed: ConnectionPool | null = null;
  let end: (() => void) | null = null;
  let isAsked = false;

  const fail = (error: unknown): void => {
    onAnswer(false);
    onProblem(error);
  };
  const feed = createEventFeed({
    read: async (after, limit) => {
      const open = pool();
      follow(open);
      const page = await connection(open, (sql) => eventsAfter(sql, after, { limit }));
      onAnswer(true);
      return page;
    },
    newest: async () => (await connection(pool(), newestEvent)).place,
    onEvents,
    onProblem: fail,
    later,
  });

  function follow(open: ConnectionPool): void {
    if (open === followed) return;
    end?.();
    followed = open;
    end = askBehindCommits(open, {
      after: WRITE_EVENTS,
      ask() {
        const next = feed.next();
        if (next === null) return null;
        isAsked = true;
        return questionAfter(next.after, { limit: next.limit });
      },
      tell: (rows) => feed.hear(pageOf(rows)),
      // The connection broke behind the commit: another one is asked.
      onProblem: () => feed.wake(),
    });
  }

  return {
    ...feed,
    get head() {
      return feed.head;
    },
    committed() {
      if (!isAsked) feed.wake();
      isAsked = false;
    },
    close() {
      end?.();
      feed.close();
    },
  };
}
