/** A page that follows events over a real socket. */
import { EventEmitter, once } from 'node:events';
import { io, type Socket } from 'socket.io-client';
import type { Failure } from '../../dashboard/wire/failure.ts';
import {
  LIVE_PATH,
  type Follow,
  type Followed,
  type LiveEvent,
  type LiveLog,
  type LiveProgress,
  type LiveStatus,
} from '../../dashboard/wire/live-schema.ts';

export interface LivePage extends Disposable {
  readonly socket: Socket;
  readonly events: LiveEvent[];
  readonly progress: LiveProgress[];
  readonly status: LiveStatus[];
  readonly logs: LiveLog[];
  readonly gone: Failure[];
  follow(ask: Follow): Promise<Followed>;
  /** As soon as it holds. */
  until(holds: () => boolean): Promise<void>;
}

/** Rejects with the failure when it is not let in. */
export async function livePage(
  url: string,
  headers: Readonly<Record<string, string>>,
  auth: Readonly<Record<string, string>> = {},
): Promise<LivePage> {
  const socket = io(url, {
    path: LIVE_PATH,
    transports: ['websocket'],
    extraHeaders: { ...headers },
    auth,
    reconnection: false,
    forceNew: true,
  });
  const news = new EventEmitter();
  news.setMaxListeners(0);
  const page = {
    events: [] as LiveEvent[],
    progress: [] as LiveProgress[],
    status: [] as LiveStatus[],
    logs: [] as LiveLog[],
    gone: [] as Failure[],
  };
  socket.on('events', (events: LiveEvent[]) => page.events.push(...events));
  socket.on('progress', (word: LiveProgress) => page.progress.push(word));
  socket.on('status', (status: LiveStatus) => page.status.push(status));
  socket.on('log', (piece: LiveLog) => page.logs.push(piece));
  socket.on('gone', (failure: Failure) => page.gone.push(failure));
  socket.onAny(() => news.emit('news'));
  socket.on('disconnect', () => news.emit('news'));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', (error: Error & { readonly data?: Failure }) => {
      socket.close();
      reject(error);
    });
  });
  return {
    ...page,
    socket,
    follow: (ask) => socket.timeout(15_000).emitWithAck('follow', ask) as Promise<Followed>,
    async until(holds) {
      while (!holds()) await once(news, 'news', { signal: AbortSignal.timeout(15_000) });
    },
    [Symbol.dispose]: () => void socket.close(),
  };
}
