/** Notices that a clock was set, or that the machine slept: then leases of others cannot be judged for a while. */

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
  /** Whether leases can be judged now. Not when nobody looked for long either: what kept us may have kept the others. */
  isTrusted(): boolean;
  /** Takes the database's time. Returns how far that clock jumped since it was last told, 0 when it did not. */
  database(now: Date): number;
}

export function createClockWatch({ wall, monotonic, jumpMs, holdMs }: ClockWatchSettings): ClockWatch {
  let last = { wall: wall(), monotonic: monotonic() };
  let heldUntil = -Infinity;
  let lastOfDatabase: { readonly at: number; readonly monotonic: number } | null = null;
  return {
    look() {
      const now = { wall: wall(), monotonic: monotonic() };
      const before = last;
      const jump = now.wall - before.wall - (now.monotonic - before.monotonic);
      last = now;
      const isJump = Math.abs(jump) >= jumpMs;
      if (isJump || now.monotonic - before.monotonic > holdMs) heldUntil = now.monotonic + holdMs;
      return isJump ? jump : 0;
    },
    database(now) {
      const before = lastOfDatabase;
      lastOfDatabase = { at: now.getTime(), monotonic: monotonic() };
      if (before === null) return 0;
      const jump = lastOfDatabase.at - before.at - (lastOfDatabase.monotonic - before.monotonic);
      return Math.abs(jump) < jumpMs ? 0 : jump;
    },
    isTrusted: () => monotonic() >= heldUntil,
  };
}
