/** Hears what services tell each other. It is only quicker than looking: what is missed here is found by the next look. */
import type { ConnectionPool } from '../prisma/sql.ts';
import { listenOn } from '../prisma/listen-on.ts';
import { WAKE_CHANNEL, WAKE_REASONS, type WakeReason } from './runs/wake.ts';

export interface WakeListener {
  close(): Promise<void>;
}

/** Listens on a connection of its own, and again when that breaks; after each beginning it wakes for everything. */
export async function listenForWakes(
  pool: ConnectionPool,
  { onWake, onProblem }: { readonly onWake: (reason: WakeReason) => void; readonly onProblem: (error: unknown) => void },
): Promise<WakeListener> {
  return listenOn(pool, {
    channel: WAKE_CHANNEL,
    onMessage(text) {
      const reason = WAKE_REASONS.find((one) => one === text);
      if (reason !== undefined) onWake(reason);
    },
    onBegin: () => WAKE_REASONS.forEach((reason) => onWake(reason)),
    onProblem,
  });
}
