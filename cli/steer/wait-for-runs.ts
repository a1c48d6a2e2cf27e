/** Waits until runs of a service have their outcomes. */
import { setTimeout as delay } from 'node:timers/promises';
import { followRuns, type FollowedRun } from '../../prisma/runs/follow-runs.ts';
import { connection } from '../../prisma/sql.ts';
import type { RunningService } from '../serve/running-service.ts';

const LOOK_MS = 400;

export interface Waiting {
  readonly signal: AbortSignal;
  readonly onEnd?: (run: FollowedRun) => void;
  /** Called at each look, before those that ended are told. */
  readonly onLook?: () => Promise<void>;
}

/** As they end, each is told once. False when the signal came first: nothing of it is undone. */
export async function waitForRuns(
  { database }: Pick<RunningService, 'database'>,
  runIds: readonly string[],
  { signal, onEnd, onLook }: Waiting,
): Promise<boolean> {
  const open = new Set(runIds);
  for (;;) {
    const rows = await connection(database.pool, (sql) => followRuns(sql, [...open]));
    await onLook?.();
    for (const row of rows.filter(({ state }) => state === 'settled')) {
      open.delete(row.id);
      onEnd?.(row);
    }
    // One that retention took away has ended long ago.
    for (const id of open) if (!rows.some((row) => row.id === id)) open.delete(id);
    if (open.size === 0) return true;
    await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return false;
  }
}
