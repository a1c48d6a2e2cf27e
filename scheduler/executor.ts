/** Who carries out claimed runs: a process in the service, something quicker in tests. Types only. */
import type { UpkeepEvent } from '../ledger/event.ts';
import type { ClaimedRun } from '../prisma/runs/run-row.ts';
import type { AttemptResult } from './runs/finish-runs.ts';

/** How a run came back from its carrier. */
export type CarriedEnd =
  | { readonly kind: 'ended'; readonly result: AttemptResult }
  /** The carrier ended without a result for it. */
  | { readonly kind: 'crashed'; readonly message: string }
  /** It was not begun, or broken off without a fault: it goes back to the queue and counts for nothing. */
  | { readonly kind: 'returned'; /** Before it may be claimed again; default 0. */ readonly delayMs?: number };

/** What carries some runs of one branch of one repository. */
export interface Carrier {
  /** One end for each run, as soon as it is known. Never rejects. */
  readonly ends: ReadonlyMap<string, Promise<CarriedEnd>>;
  /** Asks it to stop; what it has finished is kept. */
  stop(): void;
  /** Ends everything of it, and resolves when nothing is left. */
  kill(): Promise<void>;
}

/** What a carrier may ask of the service, and tell it. */
export interface CarrierPort {
  /**
   * Notes the process group, so that whoever comes after this service can end it. It must do nothing before that is noted: resolves to
   * false when it is not, since the runs are somebody else's by now or the database cannot be asked. Never rejects.
   */
  identify(process: { readonly pid: number; readonly processStartedAt: string | null }): Promise<boolean>;
  /** Asked before anything leaves the machine: which of the runs are still held here. */
  mayDeliver(): Promise<ReadonlySet<string>>;
  /** What happens on the way; not kept. */
  tell(event: UpkeepEvent): void;
}

/** Starts a carrier for runs of one branch of one repository. Never throws: what cannot be started is an end. */
export type Executor = (runs: readonly ClaimedRun[], port: CarrierPort) => Carrier;
