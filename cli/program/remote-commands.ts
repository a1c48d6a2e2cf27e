/** Which commands can ask a service elsewhere. */
import type { Command } from 'commander';
import { UsageError } from '../usage-error.ts';

const REMOTE = ['run', 'pause', 'resume', 'retry', 'cancel', 'queue', 'why', 'schedule list', 'schedule set', 'schedule next'];

/** Throws UsageError for one that works on the clone at hand alone. */
export function requireRemote(command: Command, server: string | null): void {
  const { parent } = command;
  const name = parent === null || parent.parent === null ? command.name() : `${parent.name()} ${command.name()}`;
  if (server !== null && !REMOTE.includes(name))
    throw new UsageError(`--server is for ${REMOTE.join(', ')}: agent ${name} works on the clone at hand`);
}
