/**
 * Sockets that follow events: each is sent what it has not seen, in pages, and joins those that are told at once when it has seen all
 * that they have. One that is too slow leaves them and goes on by itself, so that nothing piles up for it here.
 */
import type { Server, Socket } from 'socket.io';
import type { UpkeepEvent } from '../../../ledger/event.ts';
import { isAfter, type EventPlace, type ReadEvent } from '../../../prisma/runs/read-events.ts';
import { cursorOf, placeOf, type EventFeed } from '../../../scheduler/event-feed.ts';
import type { Follow, LiveEvent, PageToServer, ServerToPage } from '../../wire/live-schema.ts';
import type { Visitor } from '../dashboard.ts';
import { DashboardError } from '../errors.ts';
import { byRoom, roomOf, roomsOf } from './rooms.ts';

export interface SocketFacts {
  visitor: Visitor;
  /** Counts what was asked: the last follows, all before it end. */
  turn: number;
  /** What it follows; null: nothing. */
  room: string | null;
}

export type LiveSocket = Socket<PageToServer, ServerToPage, Record<never, never>, SocketFacts>;
export type LiveServer = Server<PageToServer, ServerToPage, Record<never, never>, SocketFacts>;

export interface FollowersSettings {
  readonly io: LiveServer;
  readonly feed: Pick<EventFeed, 'begin' | 'wake' | 'head'>;
  /** Events after a place and not after another, in order. */
  readonly read: (after: EventPlace, upTo: EventPlace, limit: number) => Promise<readonly ReadEvent[]>;
  /** The first transaction that has not begun. */
  readonly nextTransaction: () => Promise<number>;
  readonly onProblem: (error: unknown) => void;
}

export interface Followers {
  /** Sends what the socket has not seen, then lets it be told at once. Returns up to where. Throws DashboardError `LIMIT-REPLAY`. */
  readonly follow: (socket: LiveSocket, ask: Follow) => Promise<string>;
  /** Tells those that have seen all up to `before`. */
  readonly tell: (events: readonly ReadEvent[], before: EventPlace) => void;
  /** Ids of sockets for which so much waits that they are told nothing that is soon out of date. */
  readonly slow: () => string[];
}

const PAGE = 500;
/** Whoever was away for longer asks anew for what is shown: that is quicker. */
const MOST_REPLAYED = 10_000;
/** Packets that wait for one socket. */
const MOST_WAITING = 100;
const AHEAD_MS = 3_000;

export function createFollowers(settings: FollowersSettings): Followers {
  const { io, feed, onProblem } = settings;
  /** Who waits until the feed has come further. */
  let waiting: (() => void)[] = [];

  async function follow(socket: LiveSocket, ask: Follow): Promise<string> {
    const turn = leave(socket);
    socket.data.room = roomOf(ask);
    const head = await feed.begin();
    const after = ask.after === null ? head : placeOf(ask.after);
    if (after === null) throw tooMuch();
    if (ask.after !== null && after.transaction >= (await settings.nextTransaction())) throw tooMuch();
    return join(socket, turn, after);
  }

  async function join(socket: LiveSocket, turn: number, after: EventPlace): Promise<string> {
    let at = await waitFor(after);
    let replayed = 0;
    for (;;) {
      const { room } = socket.data;
      const { head } = feed;
      if (turn !== socket.data.turn || !socket.connected || room === null) return cursorOf(at);
      // Everybody left meanwhile, and the feed with them.
      if (head === null) {
        await feed.begin();
        if (feed.head === null) throw new DashboardError('DATABASE-CLOSED', 'the service stops');
        continue;
      }
      if (!isAfter(head, at)) {
        // From here to the next event nothing is awaited: neither gap nor double.
        void socket.join(room);
        return cursorOf(at);
      }
      const events = await settings.read(at, head, PAGE);
      replayed += events.length;
      if (replayed > MOST_REPLAYED) throw tooMuch();
      if (turn !== socket.data.turn) continue;
      const meant = events.filter((event) => roomsOf(event).includes(room)).map(liveEvent);
      if (meant.length > 0) socket.emit('events', meant);
      const last = events.at(-1);
      at = last === undefined || events.length < PAGE ? head : { transaction: last.transaction, sequence: last.sequence };
      await drained(socket);
    }
  }

  /** A page that followed another service may be ahead of this one for a moment. */
  async function waitFor(after: EventPlace): Promise<EventPlace> {
    const until = performance.now() + AHEAD_MS;
    while (feed.head !== null && isAfter(after, feed.head) && performance.now() < until) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, AHEAD_MS);
      waiting.push(resolve);
      feed.wake();
      await promise;
      clearTimeout(timer);
    }
    if (feed.head !== null && isAfter(after, feed.head)) throw tooMuch();
    return after;
  }

  function tell(events: readonly ReadEvent[], before: EventPlace): void {
    for (const socket of slowOnes()) {
      const { room } = socket.data;
      if (room !== null && socket.rooms.has(room)) goAlone(socket, before);
    }
    // Nobody is in two rooms.
    const told = byRoom(events.map(liveEvent), (room) => io.sockets.adapter.rooms.has(room));
    for (const { rooms, events: list } of told) io.to(rooms).emit('events', list);
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  }

  function slowOnes(): LiveSocket[] {
    return [...io.sockets.sockets.values()].filter((socket) => waitingPackets(socket) > MOST_WAITING);
  }

  function goAlone(socket: LiveSocket, from: EventPlace): void {
    const turn = leave(socket);
    drained(socket)
      .then(() => join(socket, turn, from))
      .catch((error: unknown) => {
        if (!(error instanceof DashboardError)) onProblem(error);
        // It comes again with its cursor, and asks anew when that is too old.
        socket.disconnect(true);
      });
  }

  function leave(socket: LiveSocket): number {
    const { room } = socket.data;
    if (room !== null) void socket.leave(room);
    socket.data.turn += 1;
    return socket.data.turn;
  }

  return { follow, tell, slow: () => slowOnes().map(({ id }) => id) };
}

function liveEvent({ transaction, sequence, repositoryId, agentId, runId, envelope }: ReadEvent): LiveEvent {
  return { cursor: cursorOf({ transaction, sequence }), repositoryId, agentId, runId, event: envelope as UpkeepEvent };
}

function waitingPackets({ conn }: LiveSocket): number {
  return (conn as unknown as { readonly writeBuffer: readonly unknown[] }).writeBuffer.length;
}

/** Resolves when nothing waits to be sent, or nobody is there any more. */
async function drained(socket: LiveSocket): Promise<void> {
  while (socket.connected && waitingPackets(socket) > 0) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { conn } = socket;
    conn.once('drain', resolve);
    conn.once('close', resolve);
    await promise;
    conn.off('drain', resolve);
    conn.off('close', resolve);
  }
}

function tooMuch(): DashboardError {
  return new DashboardError('LIMIT-REPLAY', 'too much has happened since then: ask anew for what is shown, and follow from now on');
}
