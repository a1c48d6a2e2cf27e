/** Notices that the clock was set, or that the machine slept: then leases of others cannot be judged for a while. */

export interface ClockWatchSettings {
  /** Milliseconds since 1970 of the machine's clock. */
  readonly wall: () => number;
  /** Milliseconds of a clock that never jumps; it may stand still while the machine sleeps. */
  readonly monotonic: () => number;
  /** A jump of at least so many milliseconds counts. */
  readonly jumpMs: number;
  /** How long leases are not judged afterwards, in milliseconds. */
  readonly holdMs: number;
}

export interface ClockWatch {
  /** Looks at both clocks. Returns how far the one jumped against the other since the last look, 0 when it did not. */
  look(): number;
  /** Whether leases can be judged now. */
  isTrusted(): boolean;
}

export function createClockWatch({ wall, monotonic, jumpMs, holdMs }: ClockWatchSettings): ClockWatch {
  let last = { wall: wall(), monotonic: monotonic() };
  let heldUntil = -Infinity;
  return {
    look() {
      const now = { wall: wall(), monotonic: monotonic() };
      const jump = now.wall - last.wall - (now.monotonic - last.monotonic);
      last = now;
      if (Math.abs(jump) < jumpMs) return 0;
      heldUntil = now.monotonic + holdMs;
      return jump;
    },
    isTrusted: () => monotonic() >= heldUntil,
  };
}
