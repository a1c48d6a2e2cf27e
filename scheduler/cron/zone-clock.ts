/** A time zone as stretches of time in which its offset from UTC stays the same, found with Intl and remembered. */
import { canonicalTimeZone } from './zone-name.ts';

const DAY_MS = 86_400_000;
/** Time is looked at in pieces of this length, each when it is first asked for. */
const PIECE_MS = 64 * DAY_MS;
/** No zone has changed its clock twice within less than four days (Freetown, 1939). */
const PROBE_MS = 2 * DAY_MS;
/** Pieces that are remembered of a zone, 45 years; a bound, since whoever asks chooses the years. */
const KEPT_PIECES = 256;

/** A stretch of time with one offset; long ones are cut. Instants and offsets in milliseconds. */
export interface Stretch {
  /** First instant of it. */
  readonly start: number;
  /** First instant after it. */
  readonly end: number;
  /** What a clock on the wall shows, less UTC. */
  readonly offset: number;
  /** The last change of the clock before it: `start`, or earlier after a cut. With no change in the two days before, any time then. */
  readonly changedAt: number;
  /** The offset before that change; `offset` when there was none. */
  readonly offsetBefore: number;
}

export interface ZoneClock {
  /** The stretch that holds an instant. */
  stretchAt(instant: number): Stretch;
}

/** By name as it was written, and by the name that Intl has; zones are few, but their names can be written in any case. */
const clocks = new Map<string, ZoneClock>();
const KEPT_NAMES = 2000;

/** The clock of a zone, the same one each time; null for a zone that is not known. */
export function zoneClock(zone: string): ZoneClock | null {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const name = canonicalTimeZone(zone);
  if (name === null) return null;
  if (clocks.size >= KEPT_NAMES) clocks.clear();
  const clock = clocks.get(name) ?? openClock(name);
  clocks.set(name, clock).set(zone, clock);
  return clock;
}

function openClock(zone: string): ZoneClock {
  const offsetAt = offsetReader(zone);
  const pieces = new Map<number, readonly Stretch[]>();
  return {
    stretchAt(instant) {
      const piece = Math.floor(instant / PIECE_MS);
      let stretches = pieces.get(piece);
      if (stretches === undefined) {
        stretches = stretchesBetween(piece * PIECE_MS, (piece + 1) * PIECE_MS, offsetAt);
        if (pieces.size >= KEPT_PIECES) pieces.clear();
        pieces.set(piece, stretches);
      }
      const found = stretches.find(({ end }) => instant < end);
      if (found === undefined) throw new RangeError(`${zone} has no offset at ${instant}`);
      return found;
    },
  };
}

type OffsetAt = (instant: number) => number;

function stretchesBetween(from: number, to: number, offsetAt: OffsetAt): readonly Stretch[] {
  const stretches: Stretch[] = [];
  const offset = offsetAt(from - PROBE_MS);
  let open = { changedAt: from - PROBE_MS, offset, offsetBefore: offset };
  for (let probe = from - PROBE_MS; probe < to; probe += PROBE_MS) {
    const until = Math.min(probe + PROBE_MS, to - 1000);
    const after = offsetAt(until);
    if (after === open.offset) continue;
    const change = firstWith(after, { from: probe, to: until }, offsetAt);
    stretches.push({ ...open, start: open.changedAt, end: change });
    open = { changedAt: change, offset: after, offsetBefore: open.offset };
  }
  stretches.push({ ...open, start: open.changedAt, end: to });
  return stretches.filter(({ end }) => end > from).map((stretch) => ({ ...stretch, start: Math.max(stretch.start, from) }));
}

/** The first second that has the offset which the last one has. */
function firstWith(offset: number, between: { readonly from: number; readonly to: number }, offsetAt: OffsetAt): number {
  let [before, after] = [between.from / 1000, between.to / 1000];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(middle * 1000) === offset) after = middle;
    else before = middle;
  }
  return after * 1000;
}

/** Milliseconds; `instant` is a whole second. Offsets with seconds, as before 1900, are exact. */
function offsetReader(zone: string): OffsetAt {
  const format = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (instant) => {
    const shown: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const { type, value } of format.formatToParts(instant)) if (type !== 'literal') shown[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
    return Date.UTC(year, month - 1, day, hour, minute, second) - instant;
  };
}
