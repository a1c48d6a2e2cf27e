/** Events as they happen: the feed of the database on one side, sockets of pages on the other. */
import type { Server as HttpServer } from 'node:http';
import { Server } from 'socket.io';
import { eventsAfter, newestEvent } from '../../../prisma/runs/read-events.ts';
import { listenOn } from '../../../prisma/listen-on.ts';
import { connection, type ConnectionPool } from '../../../prisma/sql.ts';
import { WAKE_CHANNEL } from '../../../scheduler/runs/wake.ts';
import { followSchema, LIVE_PATH, type Followed, type LiveLog, type LiveProgress, type LiveStatus } from '../../wire/live-schema.ts';
import type { Place } from '../auth/origins.ts';
import type { Dashboard } from '../dashboard.ts';
import { DashboardError, failureOf, isFault } from '../errors.ts';
import type { Cookies } from '../http/request-context.ts';
import { createCommitFeed } from './commit-feed.ts';
import { createFollowers, type LiveServer, type LiveSocket } from './followers.ts';
import { mergeProgress } from './merged-progress.ts';
import { createOtherServices } from './other-services.ts';
import { roomsOf, runRoom } from './rooms.ts';
import { goneSockets, requirePlace, socketVisitor } from './socket-visitor.ts';

export interface LiveSettings {
  readonly server: HttpServer;
  readonly dashboard: Omit<Dashboard, 'onSessionsEnded'>;
  readonly place: Place;
  readonly cookies: Cookies;
  /** Told of runs of other services. */
  readonly onForeignProgress: (word: LiveProgress) => void;
}

export interface Live {
  /** This service wrote events. */
  readonly onEvents: () => void;
  /** Of a run of this service. */
  readonly onProgress: (word: LiveProgress) => void;
  readonly onStatus: (status: LiveStatus) => void;
  readonly onLog: (piece: LiveLog) => void;
  /** Sessions may have ended. */
  readonly onSessionsEnded: () => void;
  /** Whether somebody follows the run. */
  readonly isFollowed: (runId: string) => boolean;
  /** Ends every socket. */
  readonly close: () => Promise<void>;
}

const MOST_SOCKETS = 2_000;
const MOST_BYTES = 16 * 1024;
/** A session that was ended by another service is noticed so soon. */
const LOOK_MS = 15_000;

export function openLive({ server, dashboard, place, cookies, onForeignProgress }: LiveSettings): Live {
  const io: LiveServer = new Server(server, {
    path: LIVE_PATH,
    serveClient: false,
    maxHttpBufferSize: MOST_BYTES,
    allowRequest(request, answer) {
      try {
        requirePlace(request, place);
        answer(null, !isClosed && io.sockets.sockets.size < MOST_SOCKETS);
      } catch {
        answer('the socket is opened from the page of the dashboard only', false);
      }
    },
  });
  const timers = new Set<NodeJS.Timeout>();
  const later = (work: () => void, ms: number): (() => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timers.add(timer);
    return () => {
      timers.delete(timer);
      clearTimeout(timer);
    };
  };
  const poolOf = (): ConnectionPool => {
    const database = dashboard.database();
    if (database === null) throw new DashboardError('DATABASE-STARTING', 'the service opens its database: try again in a moment');
    return database.pool;
  };
  /** While it starts or stops there is no database, and nobody is to be told. */
  const tellFault = (what: string, error: unknown): void => (isFault(error) ? dashboard.onProblem(what, error) : undefined);
  /** It is asked each second while somebody looks: pages need not find out by themselves. */
  const tellDatabase = (isThere: boolean): void => {
    if (isThere !== hasDatabase) io.emit('database', isThere);
    hasDatabase = isThere;
  };
  const feed = createCommitFeed({
    pool: poolOf,
    onEvents: (events, before) => followers.tell(events, before),
    onAnswer: tellDatabase,
    onProblem: (error) => tellFault('events could not be read', error),
    later,
  });
  const followers = createFollowers({
    io,
    feed,
    read: async (after, upTo, limit) => (await connection(poolOf(), (sql) => eventsAfter(sql, after, { upTo, limit }))).events,
    nextTransaction: async () => (await connection(poolOf(), newestEvent)).next,
    onProblem: (error) => tellFault('events could not be replayed', error),
  });
  const progress = mergeProgress({ onProgress: (word) => io.to(roomsOf(word)).except(followers.slow()).emit('progress', word), later });
  const others = createOtherServices({
    pool: () => dashboard.database()?.pool ?? null,
    onProblem: (error) => dashboard.onProblem('other services could not be told of events', error),
    monotonic: () => performance.now(),
  });
  const hear = (text: string): void => {
    const words = others.hear(text);
    if (words === null) feed.wake();
    for (const word of words ?? []) {
      onForeignProgress(word);
      progress.hear(word);
    }
  };
  const ear = openEar(poolOf, hear, (error) => tellFault('wake-up calls for events cannot be heard', error));
  let status: LiveStatus | null = null;
  let hasDatabase = true;
  let isClosed = false;
  let isLooking = false;

  const failure = (error: unknown, requestId: string) => failureOf(error, { requestId, now: dashboard.now() });

  io.use((socket, next) => {
    socketVisitor(socket, dashboard, cookies).then(
      (visitor) => {
        Object.assign(socket.data, { visitor, turn: 0, room: null });
        next();
      },
      (error: unknown) => {
        if (isFault(error)) dashboard.onProblem('a socket could not be let in', error);
        const told = failure(error, socket.id);
        next(Object.assign(new Error(told.message), { data: told }));
      },
    );
  });

  io.on('connection', (socket) => {
    ear.open();
    if (status !== null) socket.emit('status', status);
    socket.on('follow', (ask: unknown, answer: unknown) => void onFollow(socket, ask, answer));
    socket.on('disconnect', () => {
      socket.data.turn += 1;
      if (io.sockets.sockets.size > 0) return;
      feed.pause();
      void ear.close();
    });
  });

  async function onFollow(socket: LiveSocket, ask: unknown, answer: unknown): Promise<void> {
    const say = (said: Followed): void => {
      if (typeof answer === 'function') (answer as (said: Followed) => void)(said);
    };
    try {
      const parsed = followSchema.safeParse(ask);
      if (!parsed.success)
        throw new DashboardError('VAL-INPUT', 'follow: expected {after, repository?, agent?, run?}', {
          fields: parsed.error.issues.slice(0, 5).map(({ path, message }) => ({ field: path.join('.'), message })),
        });
      say({ ok: true, cursor: await followers.follow(socket, parsed.data) });
    } catch (error) {
      if (isFault(error)) dashboard.onProblem('a page could not follow events', error);
      say({ ok: false, failure: failure(error, socket.id) });
    }
  }

  /** One look at a time. */
  async function endGone(): Promise<void> {
    const database = dashboard.database();
    if (isLooking || database === null || io.sockets.sockets.size === 0) return;
    isLooking = true;
    try {
      for (const socket of await goneSockets([...io.sockets.sockets.values()], database.pool)) {
        socket.emit('gone', failure(new DashboardError('AUTH-REQUIRED', 'the session has ended: sign in again'), socket.id));
        socket.disconnect(true);
      }
    } catch (error) {
      dashboard.onProblem('sessions of sockets could not be looked at', error);
    } finally {
      isLooking = false;
    }
  }
  const looks = setInterval(() => void endGone(), LOOK_MS).unref();

  return {
    onEvents() {
      feed.committed();
      others.onEvents();
    },
    onProgress(word) {
      progress.hear(word);
      others.onProgress(word);
    },
    onStatus(newest) {
      status = newest;
      io.except(followers.slow()).emit('status', newest);
    },
    onLog: (piece) => void io.to(runRoom(piece.runId)).except(followers.slow()).emit('log', piece),
    onSessionsEnded: () => void endGone(),
    isFollowed: (runId) => io.sockets.adapter.rooms.has(runRoom(runId)),
    async close() {
      isClosed = true;
      clearInterval(looks);
      feed.close();
      progress.close();
      others.close();
      for (const timer of timers) clearTimeout(timer);
      io.disconnectSockets(true);
      io.engine.close();
      await ear.close();
    },
  };
}

interface Ear {
  readonly open: () => void;
  readonly close: () => Promise<void>;
}

/** Hears that another service, or a command, wrote something; only while somebody follows. */
function openEar(poolOf: () => ConnectionPool, onHeard: (text: string) => void, onProblem: (error: unknown) => void): Ear {
  let listening: Promise<{ close(): Promise<void> } | null> | null = null;
  return {
    open() {
      if (listening !== null) return;
      const own = Promise.resolve()
        .then(() => listenOn(poolOf(), { channel: WAKE_CHANNEL, onMessage: onHeard, onBegin: () => onHeard(''), onProblem }))
        .catch((error: unknown) => {
          onProblem(error);
          if (listening === own) listening = null;
          return null;
        });
      listening = own;
    },
    async close() {
      const was = listening;
      listening = null;
      await (await was)?.close();
    },
  };
}
