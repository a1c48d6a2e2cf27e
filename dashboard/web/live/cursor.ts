/** Where the page is in the stream of events. Pure. A cursor is `<transaction>.<sequence>`; -1 stands before all. */

/** Negative when `a` comes before `b`. A cursor that cannot be read comes first. */
export function compareCursors(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  const byTransaction = compare(left[0], right[0]);
  return byTransaction !== 0 ? byTransaction : compare(left[1], right[1]);
}

/** The later of two. */
export function laterCursor(a: string | null, b: string): string {
  return a !== null && compareCursors(a, b) > 0 ? a : b;
}

/** The items after `cursor`, each once, with the cursor that follows: what was seen already is left out. */
export function takeNew<T extends { readonly cursor: string }>(
  items: readonly T[],
  cursor: string | null,
): { readonly fresh: readonly T[]; readonly cursor: string | null } {
  const fresh: T[] = [];
  let last = cursor;
  for (const item of items) {
    if (last !== null && compareCursors(item.cursor, last) <= 0) continue;
    fresh.push(item);
    last = item.cursor;
  }
  return { fresh, cursor: last };
}

function partsOf(cursor: string): readonly [bigint, bigint] {
  const match = /^(-1|\d{1,20})\.(-1|\d{1,20})$/.exec(cursor);
  return match === null ? [-2n, -2n] : [BigInt(match[1] ?? 0), BigInt(match[2] ?? 0)];
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
