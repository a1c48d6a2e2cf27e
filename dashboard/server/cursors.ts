/** Places in lists as texts that go out and come back. Pure. */
import { DashboardError } from './errors.ts';

/** A number (of time, of a row), then an id. */
export interface Place {
  readonly key: number;
  readonly id: string;
}

const PLACE = /^(-?\d{1,16})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
/** Largest time that a date can have. */
const MOST = 8.64e15;

export function cursorOf({ key, id }: Place): string {
  return `${key}_${id}`;
}

/** Throws DashboardError `VAL-CURSOR` for what no list gave. `most`: the largest number that it can hold. */
export function placeOf(cursor: string | null | undefined, most: number = MOST): Place | null {
  if (cursor === null || cursor === undefined) return null;
  const [, key = '', id = ''] = PLACE.exec(cursor) ?? [];
  if (id === '' || Math.abs(Number(key)) > most) throw badCursor();
  return { key: Number(key), id };
}

export function badCursor(): DashboardError {
  return new DashboardError('VAL-CURSOR', 'the cursor is none that this list gave: begin again without one');
}

/** Of a list whose rows have numbers. Throws DashboardError `VAL-CURSOR` for what no list gave. */
export function numberOf(cursor: string | null | undefined): number | null {
  if (cursor === null || cursor === undefined) return null;
  if (!/^\d{1,15}$/.test(cursor)) throw badCursor();
  return Number(cursor);
}
