/** The page's socket: follows the stream of events from where it was, without a gap and without a double. */
import type { Socket } from 'socket.io-client';
import type { AgentCard } from '../../wire/agents-schema.ts';
import type { Followed, LiveEvent, LiveProgress, LiveStatus, PageToServer, ServerToPage } from '../../wire/live-schema.ts';
import { api, queries } from '../api/client.ts';
import { cardsAfterEvents, cardsAfterProgress, cardsWithWords } from './agent-cards.ts';
import { laterCursor, takeNew } from './cursor.ts';
import { openSocket } from './open-socket.ts';
import { makeRefresher } from './refresh.ts';
import { staleAfter } from './stale.ts';

export type Liveness = 'connecting' | 'live' | 'lost' | 'signed-out';

/** What the indicator shows; `since` in milliseconds since 1970. */
export interface LiveState {
  readonly is: Liveness;
  readonly since: number;
}

type EventListener = (items: readonly LiveEvent[]) => void;

let state: LiveState = { is: 'connecting', since: Date.now() };
let socket: Socket<ServerToPage, PageToServer> | null = null;
let opening: Promise<void> | null = null;
let cursor: string | null = null;
const stateListeners = new Set<() => void>();
const AGENTS_LIST = JSON.stringify(api.agents.list.pathKey()[0]);
const eventListeners = new Set<EventListener>();
const refresher = makeRefresher(queries);
/** The last word of each run, of so many runs. */
const lastWords = new Map<string, LiveProgress>();
const MOST_WORDS = 1_000;
const waitingProgress = new Map<string, LiveProgress>();
let progressFrame: number | null = null;

export function liveState(): LiveState {
  return state;
}

export function onLiveState(listener: () => void): () => void {
  stateListeners.add(listener);
  return () => stateListeners.delete(listener);
}

/** Hears the events in their order, from now on. */
export function onEvents(listener: EventListener): () => void {
  eventListeners.add(listener);
  return () => eventListeners.delete(listener);
}

/** Connects when it is not connected yet. Comes apart by itself; connects again by itself. */
export function openLive(): void {
  opening ??= connect();
}

/** Ends the connection, as after signing out; what was seen is forgotten. */
export function closeLive(): void {
  socket?.disconnect();
  socket = null;
  opening = null;
  cursor = null;
  setState('connecting');
}

async function connect(): Promise<void> {
  socket = await openSocket();
  queries.getQueryCache().subscribe((change) => {
    if (change.type !== 'updated' || change.action.type !== 'success' || change.action.manual === true) return;
    const [path] = change.query.queryKey as readonly unknown[];
    if (JSON.stringify(path) === AGENTS_LIST) changeCards((cards) => cardsWithWords(cards, lastWords));
  });
  socket.on('connect', follow);
  socket.on('events', hearEvents);
  socket.on('progress', hearProgress);
  socket.on('status', hearStatus);
  // Who one is is told with whether there is a database.
  socket.on('database', askWho);
  socket.on('gone', () => {
    setState('signed-out');
    askWho();
  });
  socket.on('disconnect', () => {
    if (state.is !== 'signed-out') setState('lost');
  });
  socket.on('connect_error', () => {
    if (state.is === 'live') setState('lost');
  });
  socket.connect();
}

function askWho(): void {
  void queries.invalidateQueries({ queryKey: api.session.who.queryKey() });
}

function follow(): void {
  const isFirst = cursor === null;
  socket?.emit('follow', { after: cursor }, (answer: Followed) => {
    if (!answer.ok) {
      // Too much has happened since: what is shown is asked for anew.
      if (cursor === null) return setState('lost');
      cursor = null;
      return follow();
    }
    cursor = laterCursor(cursor, answer.cursor);
    setState('live');
    // What happened between the page's questions and now stands in no event that it will hear.
    if (isFirst) refresher.all();
  });
}

function hearEvents(items: readonly LiveEvent[]): void {
  const taken = takeNew(items, cursor);
  cursor = taken.cursor;
  if (taken.fresh.length === 0) return;
  changeCards((cards) => cardsAfterEvents(cards, taken.fresh));
  refresher.mark(taken.fresh.flatMap(({ event }) => staleAfter(event.type)));
  for (const listener of eventListeners) listener(taken.fresh);
}

/** At most once a frame, however much comes. */
function hearProgress(progress: LiveProgress): void {
  waitingProgress.set(progress.runId, progress);
  lastWords.delete(progress.runId);
  lastWords.set(progress.runId, progress);
  const [oldest] = lastWords.keys();
  if (lastWords.size > MOST_WORDS && oldest !== undefined) lastWords.delete(oldest);
  progressFrame ??= requestAnimationFrame(() => {
    progressFrame = null;
    changeCards((cards) => cardsAfterProgress(cards, waitingProgress, new Date()));
    waitingProgress.clear();
  });
}

function hearStatus({ at: _at, ...figures }: LiveStatus): void {
  queries.setQueryData(api.scheduler.status.queryKey(), (known) => (known === undefined ? undefined : { ...known, ...figures }));
  // A run that began or ended without a word that came here: of another service, or too short for one.
  const known = queries.getQueriesData<readonly AgentCard[]>({ queryKey: api.agents.list.pathKey() }).flatMap(([, cards]) => cards ?? []);
  const running = new Set(known.filter(({ run }) => run !== null).map(({ id }) => id)).size;
  if (running !== figures.running) refresher.mark(['agents']);
}

function changeCards(change: (cards: readonly AgentCard[]) => readonly AgentCard[]): void {
  queries.setQueriesData<readonly AgentCard[]>({ queryKey: api.agents.list.pathKey() }, (cards) =>
    cards === undefined ? undefined : change(cards),
  );
}

function setState(is: Liveness): void {
  if (state.is === is) return;
  state = { is, since: Date.now() };
  for (const listener of stateListeners) listener();
}
