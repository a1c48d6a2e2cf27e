/** Who is told what a service does, after it has done it: what is counted, and what is traced. Nothing waits for them. */
import type { ClaimedRun } from '../prisma/runs/run-row.ts';
import type { FinishedAttempt, FinishReport } from './runs/finish-runs.ts';

/** None of these throws. */
export interface ServiceObserver {
  /** Attempts that begin now. */
  readonly claimed?: (runs: readonly ClaimedRun[]) => void;
  /** Attempts that are over; the report says which of them were accepted. */
  readonly finished?: (attempts: readonly FinishedAttempt[], report: FinishReport) => void;
  /** An attempt that was ended because its lease is not ours any more. */
  readonly lost?: (run: ClaimedRun) => void;
  /** Runs that were taken over from services that are gone. */
  readonly recovered?: (report: FinishReport) => void;
  /** A look at what is due that ended well, and how long it took. */
  readonly looked?: (ms: number) => void;
}

/** One that tells all of them. */
export function tellAll(observers: readonly ServiceObserver[]): ServiceObserver {
  return {
    claimed: (runs) => observers.forEach((one) => one.claimed?.(runs)),
    finished: (attempts, report) => observers.forEach((one) => one.finished?.(attempts, report)),
    lost: (run) => observers.forEach((one) => one.lost?.(run)),
    recovered: (report) => observers.forEach((one) => one.recovered?.(report)),
    looked: (ms) => observers.forEach((one) => one.looked?.(ms)),
  };
}
