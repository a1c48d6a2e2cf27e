/** Which of two runs started first. What arrives last in the ledger is not always what happened last. */

const UUID_V7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The millisecond that a UUIDv7 was made at, or null for another kind of id. */
export function uuidTime(id: string): number | null {
  const match = UUID_V7.exec(id);
  return match ? Number.parseInt(`${match[1]}${match[2]}`, 16) : null;
}

/**
 * Whether `run` started before a run that the ledger holds already.
 * A run that had read the other's batch when it started (`seen`) is newer, whatever any clock says. Otherwise their ids
 * tell, which are UUIDv7 made at the start of each run; where they cannot, the order of arrival does.
 */
export function startedBefore(
  run: { readonly runId: string; readonly seen?: number | undefined },
  held: { readonly runId: string; readonly sequence: number },
): boolean {
  if (run.seen !== undefined && run.seen >= held.sequence) return false;
  const start = uuidTime(run.runId);
  const heldStart = uuidTime(held.runId);
  return start !== null && heldStart !== null && start < heldStart;
}

/** A time as `Date` writes it: what is kept as a number must come back as the same text. */
export function plainTime(time: string): string {
  return new Date(Date.parse(time)).toISOString();
}
