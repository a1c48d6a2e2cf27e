/** Where the bars of a run's timeline stand. Pure; times in milliseconds since 1970. */

export interface TimedCheck {
  readonly check: string;
  readonly outcome: string | null;
  /** Null where nobody wrote it down. */
  readonly startedAt: number | null;
  readonly durationMs: number | null;
}

export interface GanttRow extends TimedCheck {
  /** Shares of the whole, 0 to 1. */
  readonly left: number;
  readonly width: number;
  /** It has not ended. */
  readonly isOpen: boolean;
}

export interface Gantt {
  readonly rows: readonly GanttRow[];
  readonly from: number;
  readonly to: number;
  /** Times for the scale, each with its share of the whole. */
  readonly ticks: readonly { readonly offsetMs: number; readonly left: number }[];
}

const STEPS = [50, 100, 250, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000];
const NARROWEST = 0.004;

/** `from`: when the attempt began; `to`: when it ended, or now. Checks without a start are put at the beginning. */
export function ganttOf(checks: readonly TimedCheck[], from: number, to: number): Gantt {
  const end = Math.max(to, from + 1, ...checks.map(({ startedAt, durationMs }) => (startedAt ?? from) + (durationMs ?? 0)));
  const whole = end - from;
  const rows = checks.map((check) => {
    const start = Math.max(from, check.startedAt ?? from);
    const isOpen = check.outcome === null;
    const length = isOpen ? end - start : (check.durationMs ?? 0);
    const width = Math.max(NARROWEST, Math.min(1, length / whole));
    return { ...check, isOpen, left: Math.min(1 - width, (start - from) / whole), width };
  });
  const byStart = rows.toSorted((a, b) => a.left - b.left || a.check.localeCompare(b.check));
  const step = STEPS.find((size) => whole / size <= 6) ?? Math.ceil(whole / 6);
  const ticks = Array.from({ length: Math.floor(whole / step) + 1 }, (_, index) => ({
    offsetMs: index * step,
    left: (index * step) / whole,
  }));
  return { rows: byStart, from, to: end, ticks: ticks.filter(({ left }) => left <= 0.97) };
}
