/** What page and server say to each other over the socket, besides the events themselves. */
import { z } from 'zod';
import type { UpkeepEvent } from '../../ledger/event.ts';
import type { Failure } from './failure.ts';
import { idSchema } from './vocabulary-schema.ts';

/** Where the socket is. */
export const LIVE_PATH = '/live';

/** What somebody wants to follow; the narrowest of the three counts. */
export const followSchema = z.strictObject({
  /** The cursor of the last event that the page has; null: only what comes from now on. */
  after: z
    .string()
    .regex(/^(-1|\d{1,15})\.(-1|\d{1,15})$/, 'a cursor as an event had it')
    .nullable(),
  repository: idSchema.optional(),
  agent: idSchema.optional(),
  run: idSchema.optional(),
});
export type Follow = z.infer<typeof followSchema>;

/** An event, with the ids that the database has for what it is about. */
export interface LiveEvent {
  readonly cursor: string;
  readonly repositoryId: string | null;
  readonly agentId: string | null;
  readonly runId: string | null;
  readonly event: UpkeepEvent;
}

export interface LiveProgress {
  readonly runId: string;
  readonly repositoryId: string;
  readonly agentId: string | null;
  /** 0 to 1. */
  readonly progress: number;
  readonly check: string | null;
  readonly message: string;
}

/** The same as one service tells others. */
export const heardProgressSchema = z.object({
  from: z.string(),
  progress: z.array(
    z.object({
      runId: z.string(),
      repositoryId: z.string(),
      agentId: z.string().nullable(),
      progress: z.number().min(0).max(1),
      check: z.string().nullable(),
      message: z.string(),
    }),
  ),
});

export interface LiveStatus {
  readonly at: string;
  readonly running: number;
  readonly queued: number;
  readonly paused: number;
  readonly tripped: number;
  readonly errored: number;
  readonly nextDueAt: string | null;
  readonly driftMs: number | null;
}

/** A piece of what a check of a run prints. */
export interface LiveLog {
  readonly runId: string;
  readonly check: string;
  /** Characters of the log before it. */
  readonly offset: number;
  readonly chunk: string;
}

/** The answer to `follow`. */
export type Followed =
  /** `cursor`: everything up to there has been sent, and what comes is sent as it comes. */
  | { readonly ok: true; readonly cursor: string }
  /** `LIMIT-REPLAY`: too much has happened since then; ask anew for what is shown, and follow from null. */
  | { readonly ok: false; readonly failure: Failure };

export interface ServerToPage {
  /** In order, without gap or double. */
  events: (events: LiveEvent[]) => void;
  /** Only the newest of a run is sent when the page is slow. */
  progress: (progress: LiveProgress) => void;
  status: (status: LiveStatus) => void;
  log: (piece: LiveLog) => void;
  /** The database does not answer, or answers again. */
  database: (isThere: boolean) => void;
  /** The session has ended; the socket is closed. */
  gone: (failure: Failure) => void;
}

export interface PageToServer {
  follow: (ask: Follow, answer?: (answer: Followed) => void) => void;
}
