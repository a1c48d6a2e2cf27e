/** Whether a service may still believe that its runs are its own. By the monotonic clock: sleep and clock changes do not fool it. */

export interface LeaseSettings {
  /** How long a renewal holds. */
  readonly leaseMs: number;
  /** Milliseconds of a clock that never jumps. */
  readonly monotonic: () => number;
}

export interface Lease {
  /** A renewal was accepted that was asked for at `askedAt` of the monotonic clock. */
  renewed(askedAt: number): void;
  /** Runs were claimed just now: nothing else is known to be older. */
  begin(askedAt: number): void;
  /** Two thirds have passed without a renewal: end the runs before somebody else takes them. */
  isEnding(): boolean;
}

export function createLease({ leaseMs, monotonic }: LeaseSettings): Lease {
  let since = monotonic();
  return {
    renewed: (askedAt) => {
      since = Math.max(since, askedAt);
    },
    begin: (askedAt) => {
      since = Math.max(since, askedAt);
    },
    isEnding: () => monotonic() - since > (leaseMs * 2) / 3,
  };
}
