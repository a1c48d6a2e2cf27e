/** Services tell each other that there is something to do; a hint, since each of them looks by itself as well. */
import type { Sql, Statement } from '../../prisma/sql.ts';

/** What there is: runs to claim, a run to cancel, another schedule, events to publish. */
export const WAKE_REASONS = ['queued', 'cancel', 'schedule', 'events'] as const;
export type WakeReason = (typeof WAKE_REASONS)[number];

export const WAKE_CHANNEL = 'upkeep';

const NOTIFY: Statement = { name: 'wake_services', text: `SELECT pg_notify('${WAKE_CHANNEL}', $1)` };

/** Reaches every service when the transaction is committed. Resolves when it is sent. */
export function wakeServices(sql: Sql, reason: WakeReason): Promise<void> {
  sql.post(NOTIFY, [reason]);
  return Promise.resolve();
}

/** Something else that services tell each other: at most 8000 bytes, and none of the reasons. */
export function notifyServices(sql: Sql, text: string): void {
  sql.post(NOTIFY, [text]);
}
